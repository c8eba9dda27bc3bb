import { describe, expect, it } from "@jest/globals";
import { createSerialQueue } from "../../src/engine/serial-queue.ts";

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("createSerialQueue", () => {
  it("finishes each piece of work before it starts the next", async () => {
    const events: string[] = [];
    const enqueue = createSerialQueue();
    const work = (name: string, turns: number) => async () => {
      events.push(`${name} starts`);
      for (let turn = 0; turn < turns; turn++) await later();
      events.push(`${name} ends`);
      return name;
    };
    expect(await Promise.all([enqueue(work("a", 3)), enqueue(work("b", 0))])).toEqual(["a", "b"]);
    expect(events).toEqual(["a starts", "a ends", "b starts", "b ends"]);
  });

  it("brings a failure to its own caller and goes on", async () => {
    const enqueue = createSerialQueue();
    const failing = enqueue(async () => {
      throw new Error("mine");
    });
    const next = enqueue(async () => 7);
    await expect(failing).rejects.toThrow("mine");
    expect(await next).toBe(7);
  });
});
