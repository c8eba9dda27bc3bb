/**
 * What stands in Redis is outside input: jobs of any shape, paths of any place, conditions of any
 * kind, and none reaches a file.
 */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { failureReason } from "../../../pipelines/queue/failure-reason.ts";
import { holdInside } from "../../../pipelines/queue/held-paths.ts";
import { scoreStage } from "../../../pipelines/score/score.ts";
import { configForWorker } from "../../../pipelines/score/store/job-files.ts";
import { readSubject } from "../../../pipelines/score/subject.ts";
import { runJob } from "../../../pipelines/worker/run-job.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import type { ScoreConfig } from "../../../src/config/schemas/score-schema.ts";
import { useScoreFolder } from "../../support/stages/score-folder.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

const { temporary, roots } = useScoreFolder();

function configOf(flags: Readonly<Record<string, string>> = {}): ScoreConfig {
  const given = { ...roots, dataset: "board", run: "once", engine: "reference", unknown: "popular" };
  const output = { output: temporary("out.arrow") };
  return parseConfig({ schema: scoreStage.schema, layers: [], flags: { ...given, ...output, ...flags } });
}

function work(type: string, data: unknown): Promise<void> {
  const settings = {
    threads: null,
    cache: temporary("cache"),
    roots: [temporary(".")],
    stopping: new AbortController().signal,
  };
  return runJob({ type, data }, settings, silentContext);
}

/** A job that would be done, with `change` in its config. */
async function shardOf(change: Partial<ScoreConfig> = {}, rest: object = {}) {
  const run = temporary("models/board/once");
  const config = { ...configOf(), ...change };
  const { plan } = await readSubject(configOf(), run);
  return { config, run, plan, shard: { index: 0, of: 1 }, ...rest };
}

describe("a job that names paths", () => {
  it("is done inside the worker's folders", async () => {
    await expect(work("score-shard", await shardOf())).resolves.toBeUndefined();
  });

  it.each(["users", "pairs", "allow", "deny", "output", "dataRoot"] as const)(
    "is refused where its %s lies elsewhere",
    async (key) => {
      await expect(work("score-shard", await shardOf({ [key]: "/etc/x.csv" }))).rejects.toThrow(
        `the job's ${key}, /etc/x.csv, is outside of the folders of this worker (--root ${temporary(".")})`,
      );
    },
  );

  it("is refused where run, dataset or study lead out of them", async () => {
    await expect(work("score-shard", await shardOf({}, { run: "/etc" }))).rejects.toThrow("the job's run, /etc, is");
    await expect(work("score-shard", await shardOf({ dataset: "../../../etc" }))).rejects.toThrow("the job's dataset");
    await expect(work("trial", { folder: "/etc", trial: "x" })).rejects.toThrow("the job's study, /etc, is outside");
  });

  it("is refused where a link leads out of them, and where a folder's name only begins alike", async () => {
    await symlink("/etc", temporary("link"));
    await mkdir(temporary("root"));
    await mkdir(temporary("root-of-others"));
    await expect(holdInside([temporary("root"), "."], { users: temporary("link/passwd") })).rejects.toThrow("outside");
    await expect(holdInside([temporary("root")], { users: temporary("root-of-others/x") })).rejects.toThrow("outside");
    await expect(holdInside([temporary("root")], { users: temporary("root/../x") })).rejects.toThrow("outside");
    await holdInside([temporary("root")], { users: temporary("root/not/yet/there"), pairs: null });
    await holdInside([temporary("other"), temporary("root")], { output: temporary("root") });
  });

  it("of an object store has paths of its own folder alone", async () => {
    const file = { relativePath: "users/x.txt", bytes: 1, sha256: "0".repeat(64) };
    const data = (change: Partial<ScoreConfig>, files: readonly object[] = [file]) => ({
      config: { ...configForWorker(configOf()), ...change },
      plan: "0".repeat(64),
      shard: { index: 0, of: 1 },
      store: "s3://bucket/a",
      files,
    });
    const refused = "job data:";
    await expect(work("score-stored-shard", data({ users: "../../../etc/passwd" }))).rejects.toThrow(refused);
    await expect(work("score-stored-shard", data({ deny: "/etc/x.csv" }))).rejects.toThrow(refused);
    await expect(work("score-stored-shard", data({ dataset: "../.." }))).rejects.toThrow(refused);
    for (const relativePath of ["../x", "run/../../x", "run/..", "etc/passwd", "/etc/passwd", "run/a\0b"]) {
      await expect(work("score-stored-shard", data({}, [{ ...file, relativePath }]))).rejects.toThrow(refused);
    }
    await expect(work("score-stored-shard", data({}, [{ ...file, sha256: "../../x" }]))).rejects.toThrow(refused);
  });
});

describe("a job of another shape", () => {
  it("is refused before anything is done", async () => {
    const good = await shardOf();
    for (const data of [
      null,
      7,
      "text",
      [],
      {},
      { ...good, plan: "../../x" },
      { ...good, shard: { index: 1, of: 1 } },
      { ...good, shard: { index: -1, of: 1 } },
      { ...good, shard: { index: 0, of: 1e9 } },
      { ...good, run: "" },
      { ...good, config: { ...good.config, k: -1 } },
      { ...good, config: { ...good.config, k: "many" } },
      { ...good, config: null },
    ]) {
      await expect(work("score-shard", data)).rejects.toThrow("job data:");
    }
    await expect(work("trial", { folder: 7, trial: "x" })).rejects.toThrow("job data:");
    await expect(work("__proto__", {})).rejects.toThrow('job type "__proto__" is unknown to this version');
  });

  it("has its condition checked like any other", async () => {
    const where = "(SELECT content FROM read_text('/etc/passwd')) LIKE 'root%'";
    const run = temporary("models/board/once");
    const config = configOf({ where });
    const { plan } = await readSubject(config, run);
    await expect(work("score-shard", { config, run, plan, shard: { index: 0, of: 1 } })).rejects.toThrow(
      "holds a sub-query",
    );
  });
});

describe("the reason of a failure", () => {
  it("quotes what the job said, and nothing that was read", async () => {
    const job = { type: "score-shard", data: { config: { users: "ids.txt", where: "a = 'b'" } } };
    const reason = failureReason(
      `ids.txt: 3 user ids are unknown ("root:x:0:0", "daemon"); --where: "a = 'b'" fails: 'secret line' the log's "ids.txt"`,
      job,
    );
    expect(reason).toBe(
      `ids.txt: 3 user ids are unknown ("...", "..."); --where: "a = 'b'" fails: '...' the log's "ids.txt"`,
    );
    expect(failureReason("redis://:hush@host: gone", job)).toBe("redis://host: gone");
    expect(failureReason("x".repeat(5000), job)).toHaveLength(2000);
  });

  it("holds no line of a file inside the folders either", async () => {
    await writeFile(temporary("list.txt"), "the first secret line\n");
    const run = temporary("models/board/once");
    const config = configOf({ users: temporary("list.txt"), unknown: "error" });
    const { plan } = await readSubject(config, run);
    const data = { config, run, plan, shard: { index: 0, of: 1 } };
    const message = await work("score-shard", data).catch((error: Error) => error.message);
    expect(message).toContain("the first secret line"); // for the worker's own terminal
    expect(failureReason(String(message), { type: "score-shard", data })).not.toContain("secret");
  });
});
