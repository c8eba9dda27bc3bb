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
  const waiting = sayWhileWaiting(work, "fitting ease", context, 0.01);
  while (lines.length < 2) await sleep(5);
  finish(7);
  expect(await waiting).toBe(7);
  const said = lines.length;
  await sleep(50);
  expect(lines).toHaveLength(said);
  expect(lines[0]).toBe("fitting ease: 1:05 so far");
});
