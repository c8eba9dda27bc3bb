/** What the model card says of a run, gathered from the run's and the dataset's own records. */
import path from "node:path";
import { z } from "zod";
import { readColumns } from "../../src/arrow/read-columns.ts";
import { isRecord } from "../../src/config/is-record.ts";
import { meanInterval } from "../../src/export/mean-interval.ts";
import type { ModelCardFacts } from "../../src/export/model-card.ts";
import { runFiles } from "../../src/runs/run-directory.ts";
import type { DatasetDescription } from "../dataset/stored-dataset.ts";
import { readMetrics } from "../runs/metrics-file.ts";
import type { LoadedRun } from "../runs/stored-run.ts";

/**
 * The part of dataset.json that a card tells and other stages do not need; a dataset made by hand may lack all of it.
 */
const toldOfDataset = z.looseObject({
  itemsWithoutTrainRows: z.number().nullable().catch(null),
  cleaning: z
    .array(z.object({ step: z.string(), reason: z.string(), rowsBefore: z.number(), rowsAfter: z.number() }))
    .catch([]),
  sources: z.array(z.looseObject({ path: z.string() })).catch([]),
});

export async function modelCardFacts(
  run: LoadedRun,
  description: DatasetDescription,
  files: ModelCardFacts["files"],
): Promise<ModelCardFacts> {
  const { manifest, config, spec } = run;
  const told = toldOfDataset.parse({ itemsWithoutTrainRows: null, cleaning: [], sources: [], ...description });
  const removed = told.cleaning.filter(({ rowsBefore, rowsAfter }) => rowsAfter < rowsBefore);
  return {
    run: manifest.run,
    model: String(config.model),
    optimizer: isRecord(config.optimizer) ? String(config.optimizer.name) : "unknown optimizer",
    spec,
    engine: manifest.engine.description,
    packageVersion: manifest.packageVersion,
    seed: manifest.seed,
    trainedAt: manifest.startedAt,
    outcome: manifest.outcome,
    dataset: {
      name: run.datasetName,
      contentHash: run.datasetHash,
      interactions: description.interactions,
      split: description.split.kind,
      itemsWithoutTrainRows: told.itemsWithoutTrainRows,
      cleaning: removed.map(({ reason, rowsBefore, rowsAfter }) => `${rowsBefore - rowsAfter} rows: ${reason}`),
      sources: told.sources.map((source) => path.basename(source.path)),
    },
    test: await testFacts(run),
    files,
  };
}

/** Columns of the per-user file that are no metrics. */
const notMetrics = ["user", "positives", "rank", "optimisticRank", "expectedRank"];

async function testFacts({ directory, manifest }: LoadedRun): Promise<ModelCardFacts["test"]> {
  const document = await readMetrics(directory);
  if (document === null || manifest.files[runFiles.perUser] === undefined) return null;
  const columns = await readColumns(path.join(directory, runFiles.perUser));
  const names = Object.keys(document.metrics).filter(
    (name) => columns.names.includes(name) && !notMetrics.includes(name),
  );
  return {
    protocol: document.protocol,
    users: document.users,
    tieRate: document.tieRate,
    metrics: names.map((name) => ({ name, ...meanInterval(columns.float32(name)) })),
  };
}
