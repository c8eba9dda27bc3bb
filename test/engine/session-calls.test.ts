/** The calls of a session: in turn, refused after close, and the end of its memory behind them. */
import { describe, expect, it } from "@jest/globals";
import { createSessionCalls } from "../../src/engine/session-calls.ts";
import { EngineError } from "../../src/errors.ts";

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a session's calls", () => {
  it("are refused once it is closed, those that wait for their turn too", async () => {
    const { inTurn, close } = createSessionCalls("training session");
    const running = inTurn(async () => {
      await later();
      return 1;
    });
    const waiting = inTurn(async () => 2);
    await Promise.resolve(); // the first has begun
    close();
    expect(await running).toBe(1);
    await expect(waiting).rejects.toThrow(new EngineError("the training session is closed"));
    await expect(inTurn(async () => 3)).rejects.toThrow(EngineError);
  });

  it("are answered where they were made before", async () => {
    const { ifOpen, close } = createSessionCalls("scoring session");
    const asked = [ifOpen(async () => 1), ifOpen(async () => 2)];
    close();
    expect(await Promise.all(asked)).toEqual([1, 2]);
    await expect(ifOpen(async () => 3)).rejects.toThrow(new EngineError("the scoring session is closed"));
  });

  it("come before the memory is given back, which happens once", async () => {
    const events: string[] = [];
    const { ifOpen, isClosed, checkStillOpen, close } = createSessionCalls("scoring session", () => {
      events.push("begin");
    });
    const asked = ifOpen(async () => {
      await later();
      events.push("end");
      checkStillOpen("scored");
    });
    expect(isClosed()).toBe(false);
    close(() => events.push("released"));
    close(() => events.push("released again"));
    await expect(asked).rejects.toThrow("the scoring session was closed while it scored");
    await later();
    expect(events).toEqual(["begin", "end", "released"]);
    expect(isClosed()).toBe(true);
  });
});
