/** Shards: done once, believed only when whole, joined only when all agree; and what a scheduler's variables mean. */
import { readdirSync } from "node:fs";
import { cp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { chooseShard, unreadIndex } from "../../../pipelines/score/choose-shard.ts";
import { sealedText } from "../../../src/files/sealed-text.ts";
import { useScoreFolder } from "../../support/stages/score-folder.ts";

const { temporary, score, bytes } = useScoreFolder();

async function shards(output: string, of: number, flags = {}) {
  const results = [];
  for (let index = 0; index < of; index++) results.push(await score({ ...flags, output, shard: `${index}/${of}` }));
  return results;
}

async function folderOf(output: string): Promise<string> {
  const [plan] = readdirSync(`${output}.shards`);
  return path.join(`${output}.shards`, plan!);
}

async function shardFile(output: string, start: string, ending: string): Promise<string> {
  const folder = await folderOf(output);
  return path.join(folder, readdirSync(folder).find((name) => name.startsWith(start) && name.endsWith(ending))!);
}

describe("a shard", () => {
  it("is not done again once finished, and leaves two files", async () => {
    const output = temporary("once.csv");
    const [first] = await shards(output, 3);
    expect(first?.json).toMatchObject({ wasFinished: false, index: 0, of: 3, counts: { users: 10 } });
    expect((await shards(output, 3)).map(({ json }) => json.wasFinished)).toEqual([true, true, true]);
    expect(readdirSync(await folderOf(output))).toHaveLength(6);
  });

  it("is done again when damaged, with the same bytes; joining names it before", async () => {
    const output = temporary("damaged.csv");
    await shards(output, 3);
    const file = await shardFile(output, "1-of-3", ".arrow");
    const good = await readFile(file);
    for (const damage of [
      async () =>
        writeFile(
          file,
          good.map((byte, at) => (at === 400 ? byte ^ 1 : byte)),
        ),
      async () => truncate(file, 100),
      async () => rm(file),
    ]) {
      await damage();
      await expect(score({ output, merge: true, shards: "3" })).rejects.toThrow(/shard 1\/3: .*1-of-3.*run it again/s);
      const lines: string[] = [];
      const { json } = await score({ output, shard: "1/3" }, { log: (line) => void lines.push(line) });
      expect(json.wasFinished).toBe(false);
      expect(lines.join()).toContain("shard 1/3 is damaged and is done again");
      expect(await readFile(file)).toEqual(good);
    }
    await score({ output, merge: true, shards: "3" });
  });

  it("of another plan has another name: settings, data and cut all count", async () => {
    const output = temporary("plans.csv");
    await shards(output, 2);
    await shards(output, 2, { k: "3" });
    await writeFile(temporary("few.txt"), "1001\n1002\n");
    await shards(output, 2, { users: temporary("few.txt") });
    expect(readdirSync(`${output}.shards`)).toHaveLength(3);
  });
});

describe("joining", () => {
  it("names what is missing", async () => {
    const output = temporary("missing.csv");
    await score({ output, shard: "2/4" });
    await expect(score({ output, merge: true, shards: "4" })).rejects.toThrow(
      "3 of 4 shards are not finished: 0/4, 1/4, 3/4; run each with --shard i/4",
    );
  });

  it("refuses shards of different users or different arithmetic", async () => {
    const output = temporary("differ.csv");
    await shards(output, 2);
    const file = await shardFile(output, "1-of-2", ".json");
    const record = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify({ ...record, engine: { ...record.engine, arithmetic: "native: AVX-512" } }));
    await expect(score({ output, merge: true, shards: "2" })).rejects.toThrow("scored by different arithmetic");
    await writeFile(file, JSON.stringify({ ...record, selection: { ...record.selection, digest: "0".repeat(64) } }));
    await expect(score({ output, merge: true, shards: "2" })).rejects.toThrow("cut from different users");
    await writeFile(file, "{}");
    await expect(score({ output, merge: true, shards: "2" })).rejects.toThrow("1-of-2");
  });
});

describe("a run replaced while it is scored", () => {
  it("is refused, nothing is written, and put back it goes on to the same bytes", async () => {
    const run = temporary("models/board/once");
    await cp(run, temporary("kept"), { recursive: true });
    await score({ output: temporary("undisturbed.csv") });
    const { seal: _, ...manifest } = JSON.parse(await readFile(path.join(run, "manifest.json"), "utf8"));
    manifest.files["checkpoint.safetensors"].sha256 = "f".repeat(64);
    let scored = 0;
    const replaceSoon = () => {
      if (scored++ === 5) void writeFile(path.join(run, "manifest.json"), sealedText(manifest));
      return performance.now();
    };
    await expect(
      score({ output: temporary("replaced.csv"), "batch-size": "1" }, { elapsed: replaceSoon }),
    ).rejects.toThrow("was replaced while it was scored");
    expect(readdirSync(temporary(".")).filter((name) => name.startsWith("replaced"))).toEqual([]);
    await cp(temporary("kept"), run, { recursive: true });
    await score({ output: temporary("replaced.csv") });
    expect(await bytes("replaced.csv")).toEqual(await bytes("undisturbed.csv"));
  });
});

describe("--shard env", () => {
  it("reads Kubernetes and Slurm", () => {
    expect(chooseShard("env", { JOB_COMPLETION_INDEX: "3", JOB_COMPLETIONS: "8" })).toEqual({ index: 3, of: 8 });
    const slurm = { SLURM_ARRAY_TASK_ID: "5", SLURM_ARRAY_TASK_MIN: "1", SLURM_ARRAY_TASK_COUNT: "8" };
    expect(chooseShard("env", slurm)).toEqual({ index: 4, of: 8 });
    expect(chooseShard("2/9", slurm)).toEqual({ index: 2, of: 9 });
  });

  it("says what is missing or cannot be", () => {
    const slurm = { SLURM_ARRAY_TASK_ID: "4", SLURM_ARRAY_TASK_MIN: "0", SLURM_ARRAY_TASK_COUNT: "4" };
    expect(() => chooseShard("env", {})).toThrow("neither JOB_COMPLETION_INDEX");
    expect(() => chooseShard("env", { JOB_COMPLETION_INDEX: "0" })).toThrow(
      "JOB_COMPLETIONS is not set; Kubernetes does not set it",
    );
    expect(() => chooseShard("env", { ...slurm, JOB_COMPLETION_INDEX: "0" })).toThrow("both");
    expect(() => chooseShard("env", slurm)).toThrow("gives shard 4 of 4, expected 0 to 3");
    expect(() => chooseShard("env", { ...slurm, SLURM_ARRAY_TASK_STEP: "2" })).toThrow("SLURM_ARRAY_TASK_STEP is 2");
    expect(unreadIndex(slurm)).toContain("every user is scored here");
    expect(unreadIndex({})).toBeNull();
  });
});
