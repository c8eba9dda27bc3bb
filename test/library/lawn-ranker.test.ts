/** The root entry: a tiny log through every stage, an abort, and settings that are refused together. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "@jest/globals";
import {
  type ConfigError,
  evaluate,
  gate,
  ingest,
  loadRanker,
  type StageEvent,
  score,
  train,
} from "../../library/lawn-ranker.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const at = useTemporaryFolder();
function recorded() {
  const events: StageEvent[] = [];
  return { events, progress: (event: StageEvent) => void events.push(event) };
}
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
    const { events, progress } = recorded();
    const made = await ingest({ ...place(), raw: at("log.csv"), negatives: 2 }, { progress });
    expect(made).toMatchObject({ directory: at("data/t"), dataset: "t", users: 12, items: 11, rowsRead: 72 });
    expect(made.status).toBe("done");
    expect(events.find(({ kind }) => kind === "read")).toEqual({ kind: "read", rows: 72, users: 12, items: 11 });
    // Of the 6 rows of a user, the last is the test's and the one before it validation's.
    const split = { kind: "split", users: 12, items: 11, train: 48, validation: 12, test: 12 };
    expect(events.find(({ kind }) => kind === "split")).toEqual(split);
    expect((await ingest({ ...place(), raw: at("log.csv"), negatives: 2 })).status).toBe("up-to-date");
  });

  it("train, evaluate, score and serve what was ingested, and tell how it goes", async () => {
    const { events, progress } = recorded();
    const trained = await train({ ...training(), run: "mf" }, { progress });
    expect(trained).toMatchObject({ status: "done", run: at("models/t/mf"), users: 12 });
    expect(trained.verdict).toBeNull(); // no baselines beside it
    expect(events.some((event) => event.kind === "log" && event.line.includes("done in"))).toBe(true);
    const epochs = events.flatMap((event) => (event.kind === "epoch" ? [event] : []));
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(epochs[1]).toMatchObject({ pass: "train", epochs: 2, loss: expect.any(Number) });
    expect(trained.validation).toEqual(epochs[trained.epoch! - 1]!.validation);

    const subject = { run: trained.run, ...place(), engine: "reference" as const };
    const measured = await evaluate({ ...subject, k: [1] });
    expect(measured.run).toBe(trained.run);
    expect(measured.metrics).toEqual(trained.metrics);
    expect(measured.dataset.name).toBe("t");

    const gated = { ...subject, metric: "HR@1", modelsRoot: at("models") };
    expect(await gate({ ...gated, promote: true })).toMatchObject({
      verdict: "promote",
      promoted: true,
      against: null,
    });
    expect(await gate(gated)).toMatchObject({ verdict: "promote", promoted: false, run: trained.run });
    const back = gate({ dataset: "t", modelsRoot: at("models"), rollback: true });
    await expect(back).rejects.toThrow("is the first run that was promoted");

    const scoring = recorded();
    const scored = await score({ ...subject, output: at("lists.csv"), k: 2 }, scoring);
    expect(scoring.events).toContainEqual({ kind: "scored", unit: "users", done: 12, total: 12 });
    expect(scored).toMatchObject({ output: at("lists.csv"), counts: { users: 12 } });
    expect([existsSync(scored.output), existsSync(scored.manifest)]).toEqual([true, true]);

    using ranker = await loadRanker(trained.run, { dataset: at("data/t"), engine: "reference" });
    expect((await ranker.top("1003", { k: 2 })).items).toHaveLength(2);

    const shard = await score({ ...subject, output: at("parts.csv"), k: 2, shard: "2/3" });
    expect(shard).toMatchObject({ index: 2, of: 3, counts: { users: 4 }, wasFinished: false });
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
    expect((error as ConfigError).problems).toEqual([
      "settings: batchSise is unknown (batchSize?)",
      expect.stringMatching(/^epochs is -1 in settings/),
    ]);
  });
});
