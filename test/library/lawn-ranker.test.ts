/** The root entry: a tiny log through every stage, an abort, and settings that are refused together. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { ConfigError, evaluate, ingest, loadRanker, score, train } from "../../library/lawn-ranker.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const at = useTemporaryFolder();
const place = () => ({ dataset: "t", dataRoot: at("data") });
const training = () => ({
  ...place(),
  modelsRoot: at("models"),
  model: "mf" as const,
  epochs: 2,
  k: [1],
  engine: "reference" as const,
  baselines: "none" as const,
  validation: { metric: "HR@1" },
});

describe("the stages as functions", () => {
  /** 12 users of 6 items each, of 11. */
  beforeAll(async () => {
    const rows = Array.from({ length: 72 }, (_, row) => {
      const user = Math.floor(row / 6);
      return `${1000 + user},item ${(user * 5 + (row % 6) * 3) % 11},${row}`;
    });
    await writeFile(at("log.csv"), ["user,item,time", ...rows].join("\n"));
    const made = await ingest({ ...place(), raw: at("log.csv"), negatives: 2 });
    expect(made).toMatchObject({ directory: at("data/t"), dataset: "t", users: 12, items: 11, rowsRead: 72 });
  });

  it("train, evaluate, score and serve what was ingested, and tell how it goes", async () => {
    const lines: string[] = [];
    const progress = ({ line }: { line: string }) => lines.push(line);
    const trained = await train({ ...training(), run: "mf" }, { progress });
    expect(trained).toMatchObject({ status: "done", run: at("models/t/mf"), users: 12 });
    expect(lines.join("\n")).toContain("done in");

    const subject = { run: trained.run, ...place(), engine: "reference" as const };
    const measured = await evaluate({ ...subject, k: [1] });
    expect(measured.metrics).toEqual(trained.metrics);
    expect(measured.dataset.name).toBe("t");

    const scored = await score({ ...subject, output: at("lists.csv"), k: 2 });
    expect(scored).toMatchObject({ output: at("lists.csv"), counts: { users: 12 } });
    expect([existsSync(scored.output), existsSync(scored.manifest)]).toEqual([true, true]);

    const ranker = await loadRanker(trained.run, { dataset: at("data/t"), engine: "reference" });
    expect((await ranker.top("1003", { k: 2 })).items).toHaveLength(2);
    ranker.close();
  });

  it("reject with the signal's reason, before and during the work", async () => {
    await expect(train(training(), { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");

    const stop = new AbortController();
    const progress = () => stop.abort(new Error("seen enough"));
    const stopped = train({ ...training(), run: "stopped" }, { signal: stop.signal, progress });
    await expect(stopped).rejects.toThrow("seen enough");
    expect(existsSync(at("models/t/stopped/metrics.json"))).toBe(false);
  });

  it("refuse settings with all problems at once", async () => {
    const wrong = { ...training(), epochs: -1, batchSise: 8 };
    const error = await train(wrong).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toMatch(/settings: batchSise is unknown \(batchSize\?\)[\s\S]*epochs is -1 in settings/);
  });
});
