/** Lines while work goes on. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { sayWhileWaiting } from "../../../pipelines/progress/while-waiting.ts";

it("says now and then how long work has been going on, and nothing once it is done", async () => {
  const lines: string[] = [];
  let clock = 0;
  const context = { log: (line: string) => void lines.push(line), elapsed: () => (clock += 65_000) };
  let finish = (_: number): void => {};
  const work = () => new Promise<number>((resolve) => (finish = resolve));
  const waiting = sayWhileWaiting(work, "fitting ease", context, { secondsBetween: 0.01, expectedSeconds: 90 });
  while (lines.length < 2) await sleep(5);
  finish(7);
  expect(await waiting).toBe(7);
  const said = lines.length;
  await sleep(50);
  expect(lines).toHaveLength(said);
  // 65 s at the first look, of 90; 130 s at the second.
  expect(lines.slice(0, 2)).toEqual(["fitting ease: 1:05 so far, about 0:25 left", "fitting ease: 2:10 so far"]);
});
