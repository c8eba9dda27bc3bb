/** Several baselines side by side: the table as values, as text, and as the file baselines.json, which is sealed. */
import path from "node:path";
import { type BaselineName, parametersText } from "../../src/config/baseline-settings.ts";
import { cannotWrite, makeFolder } from "../../src/files/make-folder.ts";
import { sealedText } from "../../src/files/sealed-text.ts";
import { workName } from "../../src/files/work-names.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import type { MetricsDocument } from "../../src/runs/metrics-document.ts";
import type { StageContext } from "../stage.ts";

/** What one baseline reached; its own metrics.json has deciles and lists besides. */
export interface BaselineRow {
  readonly baseline: BaselineName;
  readonly metrics: MetricsDocument["metrics"];
  readonly tieRate: number;
  /** Empty where it has none. */
  readonly parameters: Readonly<Record<string, number>>;
  /** The metric that validation chose them by, its value, and how many were tried; null where nothing was chosen. */
  readonly chosenBy: { readonly metric: string; readonly value: number; readonly trials: number } | null;
  readonly fittedOn: readonly string[];
  /** Of what was ranked, without the choice before it. */
  readonly fitSeconds: number;
  /** Of ranking the split with it. */
  readonly evaluateSeconds: number;
}

export interface BaselinesTable {
  readonly stage: "evaluate";
  readonly dataset: { readonly name: string; readonly contentHash: string };
  readonly split: MetricsDocument["split"];
  readonly protocol: string;
  readonly users: number;
  readonly baselines: readonly BaselineRow[];
  readonly leftOut: readonly { readonly baseline: BaselineName; readonly reason: string }[];
}

const BASELINES_TABLE = "baselines.json";

export async function writeTable(directory: string, table: BaselinesTable, context: StageContext): Promise<void> {
  const remedy = "free some space, or choose another folder with --output";
  await makeFolder(directory, remedy);
  const file = path.join(directory, BASELINES_TABLE);
  try {
    await writeFileAtomically(file, sealedText({ ...table }), workName(file, context));
  } catch (error) {
    throw cannotWrite(directory, remedy, error);
  }
}

/** HR, NDCG and recall at every cut; the other metrics stand in the JSON and the files. */
export function tableLines({ dataset, split, protocol, users, baselines, leftOut }: BaselinesTable): readonly string[] {
  const metrics = Object.keys(baselines[0]!.metrics).filter((name) => /^(HR|NDCG|Recall)@/.test(name));
  const width = Math.max(...[...baselines, ...leftOut].map(({ baseline }) => baseline.length));
  const cell = (text: string): string => text.padStart(12);
  return [
    `baselines on ${dataset.name}, ${split}: ${protocol}; ${users} users`,
    `  ${"".padEnd(width)}${[...metrics, "fit s", "evaluate s"].map((head) => cell(head)).join("")}  parameters`,
    ...baselines.map((row) => {
      const cells = [
        ...metrics.map((metric) => row.metrics[metric]!.toFixed(4)),
        row.fitSeconds.toFixed(1),
        row.evaluateSeconds.toFixed(1),
      ].map(cell);
      return `  ${row.baseline.padEnd(width)}${cells.join("")}  ${parametersText(row.parameters)}`.trimEnd();
    }),
    ...leftOut.map(({ baseline, reason }) => `  ${baseline.padEnd(width)}  left out: ${reason}`),
    ...(baselines.some(({ fittedOn }) => fittedOn.includes("validation"))
      ? ["fitted on train and validation, after the choice"]
      : []),
  ];
}
