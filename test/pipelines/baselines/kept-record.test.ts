/** Records kept between runs: found again, made anew when damaged, and tidied up after a process that died. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { keptRecord } from "../../../pipelines/baselines/kept-record.ts";
import { workName } from "../../../src/files/work-names.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const schema = z.object({ value: z.number() });

async function kept(value: number, log: string[] = []) {
  const place = { folder: temporary("kept"), name: "ease", identity: { regularization: 100 } };
  const isProcessAlive = (process: number) => process === silentContext.processId;
  const context = { ...silentContext, isProcessAlive, log: (line: string) => void log.push(line) };
  return keptRecord(place, schema, async () => ({ value }), context);
}

async function onlyFile(): Promise<string> {
  const names = await readdir(temporary("kept"));
  expect(names).toHaveLength(1);
  return path.join(temporary("kept"), names[0]!);
}

describe("a kept record", () => {
  it("is made once", async () => {
    expect(await kept(1)).toEqual({ record: { value: 1 }, wasKept: false });
    expect(await kept(2)).toEqual({ record: { value: 1 }, wasKept: true });
  });

  it("is made anew where it was damaged, which is told", async () => {
    await kept(1);
    const file = await onlyFile();
    await writeFile(file, (await readFile(file, "utf8")).replace('"value":1', '"value":7'));
    const log: string[] = [];
    expect(await kept(2, log)).toEqual({ record: { value: 2 }, wasKept: false });
    expect(log.join("\n")).toMatch(/^warning: .*ease-/);
  });

  it("clears what a process that died has begun", async () => {
    await kept(1);
    const file = await onlyFile();
    await writeFile(file, "");
    await writeFile(workName(file, { place: silentContext.place, processId: 999_999 }), "half");
    await kept(3);
    expect(await onlyFile()).toBe(file);
  });
});
