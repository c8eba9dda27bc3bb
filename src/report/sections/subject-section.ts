/** What was trained on what: the data, the ranker and the training, each as a short list. */
import { type MarkupPart, markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { RunContent } from "../run-content.ts";
import { countText, durationText, significantText } from "../words/number-text.ts";
import { rankerTitle, settingText } from "../words/setting-words.ts";

type Fact = readonly [name: string, value: string | null];

export function subjectSection(content: RunContent): Section {
  const { data } = content;
  const body = markup`<div class="facts">${facts("Data", dataFacts(content))}${facts("Ranker", rankerFacts(content))}${facts("Training", trainingFacts(content))}</div>
${data === null || data.warnings.length === 0 ? null : markup`<ul class="notes" aria-label="Warnings of ingest">${data.warnings.map((warning) => markup`<li>${warning}</li>`)}</ul>`}`;
  return { id: "subject", title: "What was trained on what", body };
}

function dataFacts({ data, manifest }: RunContent): readonly Fact[] {
  if (data === null)
    return [
      ["dataset", manifest.dataset.name],
      ["content", manifest.dataset.contentHash.slice(0, 12)],
    ];
  const { users, items, interactions, weights, knownPairs } = data;
  return [
    ["dataset", data.name],
    ["users", countText(users)],
    ["items", countText(items)],
    ["train", `${countText(interactions.train)} interactions`],
    ["validation", `${countText(interactions.validation)} interactions`],
    ["test", `${countText(interactions.test)} interactions`],
    [
      "weights",
      weights === null
        ? null
        : `${significantText(weights.least)} to ${significantText(weights.most)}, ${significantText(weights.mean)} on average`,
    ],
    ["known besides", knownPairs === 0 ? null : `${countText(knownPairs)} pairs that cleaning left out`],
    ["density", `${significantText((100 * interactions.train) / (users * items))} %`],
    ["split", data.split],
    ["candidates", data.candidates.test],
  ];
}

function rankerFacts({ config }: RunContent): readonly Fact[] {
  const at = (path: string): string | null => settingText(config, path);
  return [
    ["model", rankerTitle(config)],
    ["dot path", widthText(at("ranker.dot"))],
    ["GMF path", widthText(at("ranker.gmf"))],
    ["embedding", widthText(at("ranker.embedding"))],
    ["tower", at("ranker.tower") || null],
    ["id biases", at("ranker.idBiases") === "true" ? "yes" : null],
    ["initial values", at("initialize.embedding")],
    ["loss", at("loss")],
    ["similarity", similarityText(at("ranker.similarity"), at("ranker.temperature"))],
    ["negatives", negativesText(at("negatives"), at("negativesFrom"))],
  ];
}

function similarityText(similarity: string | null, temperature: string | null): string | null {
  return similarity === "cosine" ? `cosine at temperature ${temperature}` : null; // the inner product goes unsaid
}

function negativesText(count: string | null, from: string | null): string | null {
  if (count === null) return null;
  if (from === "batch") return `the positives of ${count} other rows`;
  const how = from === null || from === "uniform" ? "" : from === "shared" ? ", shared by a block" : ", by popularity";
  return `${count} for each positive${how}`;
}

function trainingFacts({ config, manifest }: RunContent): readonly Fact[] {
  const at = (path: string): string | null => settingText(config, path);
  const { outcome } = manifest;
  return [
    ["optimizer", at("optimizer.name")],
    ["learning rate", at("optimizer.learningRate")],
    ["schedule", at("schedule.name")],
    ["weight decay", at("optimizer.weightDecay")],
    ["free epochs", at("lawn.freeEpochs")],
    ["batch size", at("batchSize") === null ? null : countText(Number(at("batchSize")))],
    [
      "epochs",
      outcome === null
        ? at("epochs")
        : `${outcome.epochsTrained}${outcome.stoppedEarly ? ", stopped early" : ""}; epoch ${outcome.epoch} kept`,
    ],
    ["start", manifest.start === undefined ? null : `from ${manifest.start.run}`],
    ["refit", refitText(outcome?.refit ?? false)],
    ["seed", String(manifest.seed)],
    ["time", durationText(manifest.seconds)],
  ];
}

function refitText(refit: boolean | "all"): string | null {
  if (refit === "all") return "on the whole log; figures are of the ranker before it";
  return refit ? "on train and validation" : null;
}

function widthText(width: string | null): string | null {
  return width === null || width === "0" ? null : `width ${width}`;
}

function facts(title: string, entries: readonly Fact[]): MarkupPart {
  const there = entries.filter(([, value]) => value !== null);
  return markup`<div><h3>${title}</h3><dl>${there.map(([name, value]) => markup`<dt>${name}</dt><dd>${value!}</dd>`)}</dl></div>`;
}
