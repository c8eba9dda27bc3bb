/** The model card: what a receiver should know before using a ranker, in Markdown, from the record of its run. */
import { parametersOf, type RankerSpec, sizeOf } from "../ranker/ranker-spec.ts";
import type { MeanInterval } from "./mean-interval.ts";

export interface ModelCardFacts {
  readonly run: string;
  readonly model: string;
  readonly optimizer: string;
  readonly spec: RankerSpec;
  readonly engine: string;
  readonly packageVersion: string;
  readonly seed: number;
  readonly trainedAt: string;
  /** Chosen epoch from 1, and what was trained on besides train in the end; null where a manifest lacks it. */
  readonly outcome: { readonly epoch: number; readonly refit: boolean | "all" } | null;
  readonly dataset: {
    readonly name: string;
    readonly contentHash: string;
    readonly interactions: { readonly train: number; readonly validation: number; readonly test: number };
    readonly split: string;
    readonly itemsWithoutTrainRows: number | null;
    /** In words, one for each step that removed rows. */
    readonly cleaning: readonly string[];
    readonly sources: readonly string[];
  };
  /** Of the test split; null where the run was not tested. */
  readonly test: {
    readonly protocol: string;
    readonly users: number;
    readonly tieRate: number;
    readonly metrics: readonly (MeanInterval & { readonly name: string })[];
  } | null;
  /** Names of the export's files with a few words each. */
  readonly files: readonly (readonly [name: string, meaning: string])[];
}

export function modelCard(facts: ModelCardFacts): string {
  const { run, model, dataset } = facts;
  const sections = [
    [
      `# ${run}`,
      `A ranker (${model}) of ${count(facts.spec.items)} items for ${count(facts.spec.users)} users of \`${dataset.name}\`.`,
    ],
    ["## Intended use", ...intendedUse],
    ["## Data", ...dataLines(facts)],
    ["## Metrics", ...metricLines(facts)],
    ["## Limits", ...limitLines(facts)],
    ["## How it was made", ...makingLines(facts)],
    [
      "## Files",
      table(
        ["file", "what it is"],
        facts.files.map(([name, meaning]) => [`\`${name}\``, meaning]),
      ),
    ],
  ];
  return `${sections.map((parts) => parts.join("\n\n")).join("\n\n")}\n`;
}

const intendedUse = [
  "Ordering items of this catalogue for users of this log: lists of recommendations, or the order of a shelf. A score is a logit; only its order within one user's list has a meaning that was tested.",
  "Not intended: decisions about people, scores read as probabilities or compared between users, users and items that were not in the log.",
];

function dataLines({ dataset }: ModelCardFacts): string[] {
  const { train, validation, test } = dataset.interactions;
  const lines = [
    `Interactions: ${count(train)} train, ${count(validation)} validation, ${count(test)} test; split: ${dataset.split}. Content hash \`${dataset.contentHash}\`.`,
  ];
  if (dataset.sources.length > 0) lines.push(`Read from: ${dataset.sources.map((name) => `\`${name}\``).join(", ")}.`);
  if (dataset.cleaning.length > 0) lines.push(`Left out when the log was cleaned:\n\n${list(dataset.cleaning)}`);
  return lines;
}

function metricLines({ test }: ModelCardFacts): string[] {
  if (test === null) return ["This run was not tested."];
  const rows = test.metrics.map(({ name, mean, low, high }) => [name, fixed(mean), `${fixed(low)} to ${fixed(high)}`]);
  return [
    `Protocol: ${test.protocol}. ${count(test.users)} users, ${(100 * test.tieRate).toFixed(2)} % of the positives tied.`,
    table(["metric", "mean over users", "95 % interval"], rows),
    "The interval is the mean +- 1.96 standard errors over users: what another sample of users could have given. It says nothing of other seeds, other weeks, or of what a live experiment would show.",
  ];
}

function limitLines({ dataset, outcome, test }: ModelCardFacts): string[] {
  const { itemsWithoutTrainRows } = dataset;
  return [
    list([
      "Users and items that came after the log have no row here. Retrain, or give them a list of another kind, such as the popular items.",
      ...(itemsWithoutTrainRows
        ? [
            `${count(itemsWithoutTrainRows)} items have no interaction in train; their scores are what they started from.`,
          ]
        : []),
      "The log holds what people were shown and chose; what they were never shown counts as not chosen. The ranker repeats such habits, popularity above all.",
      "Quality was measured offline, for all users together. Groups of users or items may fare worse; this card does not say (`lawn-ranker evaluate` does).",
      ...(test !== null && /sampled|\d\+\d/.test(test.protocol)
        ? [
            "The test ranked sampled candidates. Such metrics are higher than those of the full catalogue, and may order rankers differently.",
          ]
        : []),
      ...refitLines(outcome),
    ]),
  ];
}

function refitLines(outcome: ModelCardFacts["outcome"]): readonly string[] {
  if (outcome === null || outcome.refit === false) return [];
  return outcome.refit === "all"
    ? [
        "The exported parameters were trained on the whole log, test items included, so nothing was measured of them. The test figures are of the ranker that validation had selected before, trained on train alone.",
      ]
    : ["The exported parameters were trained on train and validation together; the test items stayed out."];
}

function makingLines(facts: ModelCardFacts): string[] {
  const { spec, outcome } = facts;
  const parameters = parametersOf(spec).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const paths = [
    spec.dot > 0 ? dotPathText(spec) : "",
    spec.gmf > 0 ? `weighted products of ${spec.gmf}` : "",
    spec.embedding > 0
      ? `embeddings of ${spec.embedding} into a tower ${[2 * spec.embedding, ...spec.tower].join("-")}`
      : "",
    spec.idBiases ? "biases of users and items" : "",
  ].filter((path) => path !== "");
  const epoch = outcome === null ? "" : `, epoch ${outcome.epoch}${refitWords[`${outcome.refit}`]}`;
  return [
    `lawn-ranker ${facts.packageVersion}, ${facts.optimizer}, seed ${facts.seed}${epoch}; started ${facts.trainedAt} on ${facts.engine}.`,
    `${count(parameters)} parameters: ${paths.join(", ")}.`,
  ];
}

/** By outcome.refit. */
const refitWords: Readonly<Record<"false" | "true" | "all", string>> = {
  false: "",
  true: ", then trained anew with the validation items",
  all: ", then trained anew with the validation and test items",
};

function dotPathText({ dot, cosineTemperature: temperature }: RankerSpec): string {
  return temperature === null ? `dot product of ${dot}` : `cosine of ${dot} at temperature ${temperature}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function list(entries: readonly string[]): string {
  return entries.map((entry) => `- ${entry}`).join("\n");
}

function fixed(value: number): string {
  return value.toFixed(4);
}

/** 1234567 -> 1,234,567, whatever the machine's language. */
function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
