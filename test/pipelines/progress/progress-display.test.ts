/** Progress on a terminal and away from one. */
import { Writable } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import { openProgressDisplay } from "../../../pipelines/progress/progress-display.ts";
import type { ProgressEvent } from "../../../pipelines/progress-event.ts";

const start = {
  format: "score  {bar}  {value}/{total}  left {left}",
  total: 4,
  words: { left: "?" },
  secondsBetweenLines: 10,
};

const event = (done: number) => ({ kind: "scored" as const, unit: "users" as const, done, total: 4 });
const report = (): void => {};

it("tells programs of every change", () => {
  const told: ProgressEvent[] = [];
  const context = { terminal: null, log: () => {}, report: (it: ProgressEvent) => told.push(it), elapsed: () => 0 };
  const display = openProgressDisplay(start, context);
  for (const done of [1, 2, 3]) display.show({ done, event: event(done), line: () => "" });
  display.close();
  expect(told).toEqual([event(1), event(2), event(3)]);
});

describe("progress away from a terminal", () => {
  it("is a line now and then, and at once where there is news", () => {
    let now = 0;
    const lines: string[] = [];
    const context = { terminal: null, log: (line: string) => lines.push(line), report, elapsed: () => now };
    const display = openProgressDisplay(start, context);
    const at = (done: number, milliseconds: number, isNews = false): void => {
      now = milliseconds;
      display.show({ done, event: event(done), line: () => `${done} of 4`, isNews });
    };
    at(1, 9_999);
    at(2, 10_000);
    at(3, 12_000, true);
    at(3, 21_999); // 10 s after the news at the earliest
    at(4, 22_000);
    display.close();
    expect(lines).toEqual(["2 of 4", "3 of 4", "4 of 4"]);
  });

  it("may begin with a line", () => {
    const lines: string[] = [];
    const context = { terminal: null, log: (line: string) => lines.push(line), report, elapsed: () => 0 };
    const display = openProgressDisplay({ ...start, beginsWithLine: true }, context);
    display.show({ done: 1, event: event(1), line: () => "1 of 4" });
    display.show({ done: 2, event: event(2), line: () => "2 of 4" });
    expect(lines).toEqual(["1 of 4"]);
  });
});

describe("progress on a terminal", () => {
  it("is a bar that keeps the words it is not told anew", () => {
    let text = "";
    const terminal = Object.assign(
      new Writable({
        write(chunk, _, done) {
          text += String(chunk);
          done();
        },
      }),
      { isTTY: true, columns: 80 },
    ) as unknown as NodeJS.WriteStream; // of which cli-progress uses no more
    const log = (): void => {
      throw new Error("no lines on a terminal");
    };
    const display = openProgressDisplay(start, { terminal, log, report, elapsed: () => 0 });
    expect(text).toContain("0/4  left ?");
    display.show({ done: 1, event: event(1), words: () => ({ left: "0:07" }), line: () => "1 of 4" });
    display.show({ done: 3, total: 5, event: event(3), line: () => "3 of 5 \u001b[2J", isNews: true });
    display.close();
    expect(text).toContain("\r\u001b[K3 of 5 \\u001b[2J\n"); // a line of its own, and harmless
    expect(text).toContain("3/5  left 0:07");
  });
});
