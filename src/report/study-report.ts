/** The report of a study as one HTML file: does the treatment help, at which batch size, and is it real? */

import type { Verdict } from "../runs/study-summary.ts";
import { markup } from "./page/markup.ts";
import { pageText, type Section } from "./page/page.ts";
import { choiceSection, curvesSection, undecidedSection } from "./sections/choice-sections.ts";
import { comparisonSection } from "./sections/comparison-section.ts";
import { costSection, successSection } from "./sections/cost-sections.ts";
import { factList, foldedTable, hashTable } from "./sections/provenance-section.ts";
import { armsSection, largeBatchSection } from "./sections/quality-sections.ts";
import { studyBaselinesSection } from "./sections/study-baselines-section.ts";
import type { StudyContent } from "./study-content.ts";
import { countText, durationText } from "./words/number-text.ts";

/** Complete HTML text. The same content gives the same bytes. */
export function studyReport(content: StudyContent): string {
  const { summary, manifest } = content;
  const sections = [
    largeBatchSection(content),
    comparisonSection(content),
    armsSection(content),
    studyBaselinesSection(content),
    successSection(content),
    costSection(content),
    choiceSection(content),
    curvesSection(content),
    undecidedSection(content),
    provenanceSection(content),
  ].filter((section): section is Section => section !== null);
  const subjects = summary.subjects.map(({ dataset, model, protocol }) => `${model} on ${dataset}: ${protocol}`);
  return pageText({
    kind: "Study report",
    title: summary.title,
    lede: markup`${summary.question === "" ? "" : `${summary.question} `}${verdictOf(content)}`,
    note: `${subjects.join("; ")}.`,
    summary: tiles(content),
    sections,
    footer: `Made by lawn-ranker ${content.reportVersion} from the files of the study ${manifest.study}. This file is whole: it loads nothing.`,
  });
}

/** Counted on the metric that chose, the first of the reported ones where it is not reported. */
function verdictOf({ summary }: StudyContent): string {
  const metric = summary.metrics.includes(summary.metric) ? summary.metric : summary.metrics[0]!;
  const mine = summary.comparisons.filter((comparison) => comparison.metric === metric);
  if (mine.length === 0) return "No pairs of arms were compared.";
  const count = (verdict: Verdict): number => mine.filter((comparison) => comparison.verdict === verdict).length;
  return `Of ${mine.length} comparisons in ${metric}, the first named is better in ${count("better")}, worse in ${count("worse")}${count("equivalent") === 0 ? "" : `, equivalent in ${count("equivalent")}`}; ${count("undecided")} stay undecided.`;
}

function tiles({ summary, manifest }: StudyContent) {
  const arms = new Set(summary.arms.map(({ arm }) => arm)).size;
  const sizes = new Set(summary.arms.map(({ batchSize }) => batchSize)).size;
  const entries = [
    ["Arms", String(arms), sizes === 1 ? "one batch size" : `${sizes} batch sizes`],
    ["Trials", countText(manifest.trials.finished), `${countText(manifest.trials.diverged)} diverged`],
    ["Tuning budget", String(summary.search.trials), `trials an arm, ${summary.search.method}`],
    ["Fresh seeds", String(summary.seeds.length), "each tested once"],
    ["Time", durationText(manifest.seconds), `${manifest.workers} side by side`],
  ];
  return markup`<dl class="tiles">${entries.map(([name, figure, range]) => markup`<div><dt>${name!}</dt><dd class="figure">${figure!}</dd><dd class="range">${range!}</dd></div>`)}</dl>`;
}

function provenanceSection({ manifest, summary }: StudyContent): Section {
  const facts = [
    { name: "study", value: manifest.study },
    { name: "started", value: manifest.startedAt },
    { name: "seconds", value: `${manifest.seconds.toFixed(0)}, resumed ${manifest.resumptions} times` },
    { name: "engine", value: manifest.engine.description },
    { name: "lawn-ranker", value: `${manifest.packageVersion}, commit ${manifest.gitCommit ?? "unknown"}` },
    { name: "node", value: `${manifest.node} on ${manifest.platform}` },
    { name: "study settings", value: manifest.studyHash },
    { name: "search seed", value: String(summary.search.seed) },
    { name: "final seeds", value: summary.seeds.join(", ") },
    ...manifest.datasets.map(({ name, contentHash }) => ({ name: `content of ${name}`, value: contentHash })),
  ];
  const files = Object.entries(manifest.files)
    .filter(([name]) => !name.includes("/")) // those of single trials would be most of the page
    .map(([name, file]) => ({ name, ...file }));
  const body = markup`<p>Every trial of the study drew its negatives and candidates from the same bytes; the files of each trial are hashed in manifest.json.</p>${factList(facts)}${foldedTable("Files and their hashes", hashTable(files))}`;
  return { id: "provenance", title: "Provenance", body };
}
