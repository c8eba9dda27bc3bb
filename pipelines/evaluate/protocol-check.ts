/**
 * `evaluate --protocol-check`: one scorer's figures under every protocol as a table and a file,
 * and what the split leaks.
 */
import path from "node:path";
import { readColumns } from "../../src/arrow/read-columns.ts";
import type { EvaluationCases } from "../../src/dataset/evaluation-candidates.ts";
import { findLeakage, type Leakage, leakageWarnings, type TimedRows } from "../../src/evaluation/leakage.ts";
import { checkProtocols, type ProtocolRow, tieRules } from "../../src/evaluation/protocol-check.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { streamKey } from "../../src/random.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import { partsBefore, seenItems } from "../dataset/seen-items.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import type { EvaluatedSplit } from "../measures/evaluate-split.ts";

export const PROTOCOL_CHECK_FILE = "protocol-check.json";

export interface ProtocolCheck {
  readonly split: EvaluatedSplit;
  readonly k: number;
  readonly seed: number;
  readonly rows: readonly ProtocolRow[];
  /** Null where the dataset has no times. */
  readonly leakage: Leakage | null;
  readonly warnings: readonly string[];
}

const SCORES_PER_BLOCK = 2 ** 20; // 4 MiB

/** `cases` are of the split. Candidates are drawn anew from the dataset's seed; nothing that was frozen is changed. */
export async function protocolCheck(
  scorer: Scorer,
  dataset: LoadedDataset,
  { cases, split, k }: { readonly cases: EvaluationCases; readonly split: EvaluatedSplit; readonly k: number },
): Promise<ProtocolCheck> {
  const { seed } = dataset.description;
  const before = partsBefore(split);
  const rows = await checkProtocols(scorer, cases, {
    known: seenItems(dataset, before),
    knownAndHeldOut: seenItems(dataset, [...before, split]),
    k,
    key: streamKey(seed, "protocol-check"),
    scoresPerBlock: SCORES_PER_BLOCK,
  });
  const leakage = await leakageOf(dataset, split);
  const warnings =
    leakage === null ? ["the dataset has no times, so leaks from the future cannot be seen"] : leakageWarnings(leakage);
  return { split, k, seed, rows, leakage, warnings };
}

export async function writeProtocolCheck(directory: string, check: ProtocolCheck): Promise<void> {
  await writeFileAtomically(path.join(directory, PROTOCOL_CHECK_FILE), `${JSON.stringify(check, null, 2)}\n`);
}

/** A line for each candidate set, HR then NDCG under each tie rule; warnings below. */
export function protocolCheckLines({ k, rows, warnings }: ProtocolCheck): readonly string[] {
  const cells = (metric: "HR" | "NDCG", of: readonly ProtocolRow[]): string =>
    tieRules
      .map((rule) =>
        of
          .find(({ ties }) => ties === rule)!
          [metric].toFixed(4)
          .padStart(9),
      )
      .join("");
  const rules = tieRules.map((rule) => rule.padStart(9)).join("");
  const sets = [...new Set(rows.map(({ candidates, testItem }) => `${candidates}\t${testItem}`))];
  const names = ["HR", "NDCG"].map((metric) => `${metric}@${k}`.padEnd(rules.length)).join("  ");
  return [
    "",
    "the same scores under other protocols, ties against, for and expected (negatives drawn anew):",
    `  ${"".padEnd(47)}  ${names}`.trimEnd(),
    `  ${"candidates".padEnd(26)} ${"test item".padEnd(9)} ${"negatives".padStart(9)}  ${rules}  ${rules}`,
    ...sets.map((set) => {
      const [candidates, testItem] = set.split("\t");
      const own = rows.filter((row) => row.candidates === candidates && row.testItem === testItem);
      const { negatives } = own[0]!; // a set has a row for each rule
      return `  ${candidates!.padEnd(26)} ${testItem!.padEnd(9)} ${negatives.toFixed(1).padStart(9)}  ${cells("HR", own)}  ${cells("NDCG", own)}`;
    }),
    ...warnings.map((warning) => `leakage: ${warning}`),
  ];
}

async function leakageOf(dataset: LoadedDataset, split: EvaluatedSplit): Promise<Leakage | null> {
  const train = await timedRows(path.join(dataset.directory, "train.arrow"));
  const heldOut = await timedRows(path.join(dataset.directory, `${split}.arrow`));
  return train === null || heldOut === null ? null : findLeakage(train, heldOut, dataset.train.items);
}

async function timedRows(file: string): Promise<TimedRows | null> {
  const columns = await readColumns(file);
  if (!columns.names.includes("timestamp_ms")) return null;
  return { items: columns.uint32("item"), timesMs: columns.int64("timestamp_ms") };
}
