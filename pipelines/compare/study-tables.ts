/** The Arrow tables of a study: a row per trial, and a row per user of each final trial. */
import type { ColumnSchema } from "../../src/arrow/column-schema.ts";
import { writeColumns } from "../../src/arrow/write-columns.ts";
import type { Study } from "../../src/config/schemas/study-schema.ts";
import type { TrialRecord } from "../../src/runs/trial-record.ts";
import type { CellEvidence } from "../../src/study/study-evidence.ts";

/** Metrics of a trial that diverged, and test metrics of tuning trials, are null. */
export async function writeTrialsTable(file: string, records: readonly TrialRecord[], study: Study): Promise<void> {
  const metrics = [...new Set([study.metric, ...study.metrics])];
  const measures: readonly (readonly [string, (record: TrialRecord) => number | null])[] = [
    ...metrics.map(
      (name) => [`validation ${name}`, (record: TrialRecord) => record.validation?.[name] ?? null] as const,
    ),
    ...study.metrics.map(
      (name) => [`test ${name}`, (record: TrialRecord) => record.test?.metrics[name] ?? null] as const,
    ),
  ];
  const texts: readonly (readonly [string, (record: TrialRecord) => string])[] = [
    ["id", ({ id }) => id],
    ["dataset", ({ dataset }) => dataset],
    ["model", ({ model }) => model],
    ["arm", ({ arm }) => arm],
    ["phase", ({ phase }) => phase],
    ["outcome", ({ outcome }) => outcome],
    ["point", ({ point }) => JSON.stringify(point)],
  ];
  const counts: readonly (readonly [string, (record: TrialRecord) => number])[] = [
    ["subject", ({ subject }) => subject],
    ["batchSize", ({ batchSize }) => batchSize],
    ["index", ({ index }) => index],
    ["seed", ({ seed }) => seed],
    ["epoch", ({ epoch }) => epoch ?? 0],
    ["epochsTrained", ({ epochsTrained }) => epochsTrained],
  ];
  const numbers: readonly (readonly [string, (record: TrialRecord) => number])[] = [
    ["seconds", ({ seconds }) => seconds],
    ["trainingSeconds", ({ trainingSeconds }) => trainingSeconds],
    ["samplesPerSecond", ({ samplesPerSecond }) => samplesPerSecond],
  ];
  const schema: ColumnSchema = [
    ...texts.map(([name]) => ({ name, type: "utf8" as const })),
    ...counts.map(([name]) => ({ name, type: "uint32" as const })),
    ...numbers.map(([name]) => ({ name, type: "float32" as const })),
    ...measures.map(([name]) => ({ name, type: "float32" as const, nullable: true })),
  ];
  await writeColumns(file, schema, (append) =>
    append(
      Object.fromEntries([
        ...texts.map(([name, of]) => [name, records.map(of)] as const),
        ...counts.map(([name, of]) => [name, Uint32Array.from(records, of)] as const),
        ...numbers.map(([name, of]) => [name, Float32Array.from(records, of)] as const),
        ...measures.map(([name, of]) => [name, Float32Array.from(records, (record) => of(record) ?? 0)] as const),
      ]),
      Object.fromEntries(
        measures.map(([name, of]) => [name, Uint8Array.from(records, (record) => (of(record) === null ? 0 : 1))]),
      ),
    ),
  );
}

/** `trial` is the row of trials.arrow, which has `records` in their order. */
export async function writePerUserTable(
  file: string,
  records: readonly TrialRecord[],
  evidence: readonly CellEvidence[],
  metrics: readonly string[],
): Promise<void> {
  const rows = new Map(records.map(({ id }, row) => [id, row]));
  const schema: ColumnSchema = [
    { name: "trial", type: "uint32" },
    { name: "user", type: "uint32" },
    { name: "rank", type: "uint32" },
    ...metrics.map((name) => ({ name, type: "float32" as const })),
  ];
  await writeColumns(file, schema, async (append) => {
    for (const { record, users, ranks, values } of evidence.flatMap(({ outcomes }) => outcomes)) {
      const trial = new Uint32Array(users.length).fill(rows.get(record.id)!);
      await append({ trial, user: users, rank: ranks, ...values });
    }
  });
}
