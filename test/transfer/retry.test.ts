/** Another attempt at what met a transient error. */
import { describe, expect, it } from "@jest/globals";
import { StorageError } from "../../src/errors.ts";
import { TransientError, withRetries } from "../../src/transfer/retry.ts";

function retrying(outcomes: readonly (Error | string)[], attempts: number) {
  const lines: string[] = [];
  const rest = [...outcomes];
  const task = async (): Promise<string> => {
    const outcome = rest.shift() ?? "nothing left";
    if (typeof outcome !== "string") throw outcome;
    return outcome;
  };
  const result = withRetries("a.zip", task, {
    attempts,
    firstWaitSeconds: 0.001,
    log: (line) => lines.push(line),
    signal: new AbortController().signal,
    giveUp: (problem, cause) => new StorageError(`${problem}; later perhaps`, { cause }),
  });
  return { result, lines };
}

const cut = new TransientError("the connection was cut");

describe("withRetries", () => {
  it("tries again after twice the wait, and says so", async () => {
    const { result, lines } = retrying([cut, cut, "done"], 3);
    expect(await result).toBe("done");
    expect(lines).toEqual([
      "a.zip: the connection was cut; trying again in 0.001 s",
      "a.zip: the connection was cut; trying again in 0.002 s",
    ]);
  });

  it("gives up when no attempt is left", async () => {
    const { result } = retrying([cut, cut, "done"], 2);
    await expect(result).rejects.toThrow(StorageError);
    await expect(result).rejects.toThrow("a.zip: the connection was cut, 2 times in a row; later perhaps");
  });

  it("counts afresh after an attempt that made progress", async () => {
    const further = new TransientError("the connection was cut", { madeProgress: true });
    expect(await retrying([cut, further, further, "done"], 2).result).toBe("done");
    await expect(retrying([further, cut, "done"], 2).result).rejects.toThrow("2 times in a row");
  });

  it("lets every other error pass", async () => {
    await expect(retrying([new RangeError("mine"), "done"], 3).result).rejects.toThrow(RangeError);
  });
});
