import { expect, it } from "@jest/globals";
import { openWorkDisplay } from "../../../pipelines/progress/work-progress.ts";

it("says of long work how much is done and what is left, and nothing of work that is over at once", () => {
  const lines: string[] = [];
  let now = 0;
  const events: object[] = [];
  const context = {
    terminal: null,
    log: (line: string) => void lines.push(line),
    report: (event: object) => void events.push(event),
    elapsed: () => now,
  };
  const long = openWorkDisplay({ what: "evaluate test", total: 400 }, context);
  now = 9_000;
  long.add(90);
  expect(lines).toEqual([]);
  now = 10_000;
  long.add(10);
  // 100 of 400 in 10 s: 30 s more.
  expect(lines).toEqual(["evaluate test  25 %  left 0:30"]);
  now = 22_000;
  long.add(320); // more than was expected
  expect(lines[1]).toBe("evaluate test  100 %  left 0:00");
  const told = { kind: "work", what: "evaluate test", unit: "", total: 400 };
  expect(events).toEqual([90, 100, 400].map((done) => ({ ...told, done })));
  long.close();
  openWorkDisplay({ what: "grid", total: 4, unit: "fits" }, context).close();
  expect(lines).toHaveLength(2);
  const grid = openWorkDisplay({ what: "grid", total: 4, unit: "fits" }, context);
  now = 52_000;
  grid.add(1);
  expect(lines[2]).toBe("grid  1/4 fits  left 1:30");
});
