/** The report of a run as one HTML file: what it is worth, how it learned, whom it serves, and where it all comes from. */
import { calibrationSection, decilesSection, listsSection } from "./fairness-sections.ts";
import { markup } from "./markup.ts";
import { durationText } from "./number-text.ts";
import { pageText, type Section } from "./page.ts";
import { peopleSection } from "./people-section.ts";
import { provenanceSection } from "./provenance-section.ts";
import { rankingSection, summaryTiles, verdict } from "./ranking-section.ts";
import type { RunContent } from "./run-content.ts";
import { optimizerTitle, rankerTitle, settingText } from "./setting-words.ts";
import { subjectSection } from "./subject-section.ts";
import { adaptivitySection, learningSection, normsSection } from "./training-sections.ts";

/** Complete HTML text. The same content gives the same bytes. */
export function runReport(content: RunContent): string {
  const { manifest, config } = content;
  const ranker = rankerTitle(config);
  const optimizer = optimizerTitle(settingText(config, "optimizer.name") ?? "an optimizer");
  const sections = [
    rankingSection(content),
    subjectSection(content),
    learningSection(content),
    normsSection(content),
    adaptivitySection(content),
    decilesSection(content),
    listsSection(content),
    calibrationSection(content),
    peopleSection(content),
    absentSection(content),
    provenanceSection(content),
  ].filter((section): section is Section => section !== null);
  return pageText({
    kind: "Run report",
    title: `${ranker} with ${optimizer} on ${manifest.dataset.name}`,
    lede: markup`${verdict(content)}`,
    note: `${content.protocol}. Trained in ${durationText(manifest.seconds)} with the ${manifest.engine.name} engine.`,
    summary: summaryTiles(content),
    sections,
    footer: `Made by lawn-ranker ${content.reportVersion} from the files of the run ${manifest.run}. This file is whole: it loads nothing.`,
  });
}

function absentSection({ absent }: RunContent): Section | null {
  if (absent.length === 0) return null;
  const body = markup`<ul class="notes">${absent.map((sentence) => markup`<li>${sentence}</li>`)}</ul>`;
  return { id: "absent", title: "What is not shown, and why", body };
}
