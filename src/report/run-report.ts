/** The report of a run as one HTML file: what it is worth, how it learned, whom it serves, where it comes from. */

import { markup } from "./page/markup.ts";
import { pageText, type Section } from "./page/page.ts";
import type { RunContent } from "./run-content.ts";
import { adaptivitySection, marginsSection } from "./sections/adaptivity-sections.ts";
import { calibrationSection } from "./sections/calibration-section.ts";
import { decilesSection } from "./sections/deciles-section.ts";
import { frontMarkup, verdictMarkup } from "./sections/front-section.ts";
import { gateMarkup, gateSection } from "./sections/gate-section.ts";
import { listsSection } from "./sections/lists-section.ts";
import { peopleSection } from "./sections/people-section.ts";
import { provenanceSection } from "./sections/provenance-section.ts";
import { rankingSection } from "./sections/ranking-section.ts";
import { subjectSection } from "./sections/subject-section.ts";
import { learningSection, normsSection } from "./sections/training-sections.ts";
import { durationText } from "./words/number-text.ts";
import { optimizerTitle, rankerTitle, settingText } from "./words/setting-words.ts";

/** Complete HTML text. The same content gives the same bytes. */
export function runReport(content: RunContent): string {
  const { manifest, config } = content;
  const ranker = rankerTitle(config);
  const optimizer = optimizerTitle(settingText(config, "optimizer.name") ?? "an optimizer");
  const sections = [
    peopleSection(content),
    gateSection(content),
    rankingSection(content),
    subjectSection(content),
    decilesSection(content),
    listsSection(content),
    learningSection(content),
    calibrationSection(content),
    absentSection(content),
    normsSection(content),
    adaptivitySection(content),
    marginsSection(content),
    provenanceSection(content),
  ].filter((section): section is Section => section !== null);
  return pageText({
    kind: "Run report",
    title: `${ranker} with ${optimizer} on ${manifest.dataset.name}`,
    lede: markup`${gateMarkup(content)}${verdictMarkup(content)}`,
    note: `${content.protocol}. Trained in ${durationText(manifest.seconds)} with the ${manifest.engine.name} engine.`,
    summary: frontMarkup(content),
    sections,
    footer: `Made by lawn-ranker ${content.reportVersion} from the files of the run ${manifest.run}. This file is whole: it loads nothing.`,
  });
}

function absentSection({ absent }: RunContent): Section | null {
  if (absent.length === 0) return null;
  const body = markup`<ul class="notes">${absent.map((sentence) => markup`<li>${sentence}</li>`)}</ul>`;
  return { id: "absent", title: "What is not shown, and why", body };
}
