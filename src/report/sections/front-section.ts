/** The first screen: the verdict in words, every ranker with its intervals, and ten people. The rest is for experts. */
import { fairScale, roundEnds } from "../charts/fair-scale.ts";
import { type Markup, markup } from "../page/markup.ts";
import type { Estimate, MissingBaselines, RankerOutcome, RunContent } from "../run-content.ts";
import { headlineMetrics } from "../words/headline-metrics.ts";
import { fixedText, intervalText, percentText, signedText } from "../words/number-text.ts";
import { outcomeOf, verdictOf } from "../words/verdict-words.ts";
import { peopleAtAGlance } from "./people-section.ts";

/** The verdict: one line to remember, and the sentences behind it. */
export function verdictMarkup(content: RunContent): Markup {
  const verdict = verdictOf(content.rankers, headlineMetrics(content.metricNames));
  if (verdict === null) {
    return markup`<strong>Compared with nothing.</strong> Evaluate a baseline to know what these figures are worth.`;
  }
  return markup`<strong class="${verdict.outcome}">${verdict.head}.</strong> ${verdict.sentences.join(" ")}`;
}

export function frontMarkup(content: RunContent): Markup {
  const { people, missingBaselines, advice } = content;
  const glance =
    people.length === 0
      ? null
      : markup`<h2>${people.length} people and what they are offered</h2>${peopleAtAGlance(content)}`;
  return markup`<div class="front">${fieldTable(content)}${advice === null ? null : markup`<p class="small">${sentence(advice)}</p>`}${missingBaselines === null ? null : missingMarkup(missingBaselines)}${glance}</div>`;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function missingMarkup({ names, commands }: MissingBaselines): Markup {
  const steps = commands.map((command, index) => markup`${index === 0 ? "" : ", then "}<code>${command}</code>`);
  return markup`<p class="soft small">Not fitted beside this run: ${names.join(", ")}. To set one beside it: ${steps}</p>`;
}

/** Every ranker, the best first, on the run's own questions and among all items, with the run's lead over it. */
function fieldTable({ rankers, metricNames, interval }: RunContent): Markup {
  const metrics = headlineMetrics(metricNames);
  const decisive = metrics.at(-1)!;
  const worth = (ranker: RankerOutcome): number => ranker.metrics[decisive]?.value ?? Number.NEGATIVE_INFINITY;
  const rows = [...rankers].sort((a, b) => worth(b) - worth(a));
  const whole = metrics.filter((metric) => rankers.some(({ catalogue }) => catalogue?.[metric] !== undefined));
  const strips = stripsOf(rows.map(({ metrics: estimates }) => estimates[decisive] ?? null));
  const heads = [
    ...metrics.map((metric) => markup`<th scope="col" class="number">${metric}</th>`),
    markup`<th scope="col" class="strip"><span class="unseen">${decisive} drawn</span></th>`,
    markup`<th scope="col">the run is</th>`,
    ...whole.map((metric) => markup`<th scope="col" class="number">${metric}, all items</th>`),
  ];
  const lines = rows.map((ranker, index) => {
    const lead = ranker.lead?.[decisive];
    const outcome = lead === undefined ? null : outcomeOf(lead);
    const stands =
      outcome === null
        ? markup``
        : markup`<span class="${outcome}">${outcome}</span> <span class="lead">${signedText(lead!.value, 3)}</span>`;
    return markup`<tr${ranker === rankers[0] ? markup` class="marked"` : null}><th scope="row">${ranker.name}</th>${metrics.map((metric) => estimateCell(metric, ranker.metrics[metric]))}<td class="strip">${strips[index]!}</td><td class="stands">${stands}</td>${whole.map((metric) => estimateCell(metric, ranker.catalogue?.[metric]))}</tr>`;
  });
  const title = `Every ranker with its ${percentText(interval.level, 0)} intervals`;
  return markup`<div class="scroll" role="group" aria-label="${title}" tabindex="0"><table class="field"><caption class="unseen">${title}</caption><thead><tr><th scope="col">ranker</th>${heads}</tr></thead><tbody>${lines}</tbody></table></div>`;
}

/** A share of users as percents, anything else as a number; its interval under it. */
function estimateCell(metric: string, estimate: Estimate | undefined): Markup {
  if (estimate === undefined) return markup`<td class="number soft">–</td>`;
  const isShare = /^(HR|Recall)@/.test(metric);
  const { value, interval } = estimate;
  const range = interval === null ? "" : isShare ? rangeText(interval) : intervalText(interval, 3);
  return markup`<td class="number" data-value="${value}">${isShare ? percentText(value, 1) : fixedText(value, 3)}<span class="range">${range}</span></td>`;
}

function rangeText({ low, high }: NonNullable<Estimate["interval"]>): string {
  return `${fixedText(100 * low, 1)} to ${fixedText(100 * high, 1)}`;
}

const STRIP = { width: 132, height: 18 };

/** One line of a forest plot each, on one scale; an arrow for what lies far beyond it. */
function stripsOf(estimates: readonly (Estimate | null)[]): readonly Markup[] {
  const there = estimates.filter((estimate) => estimate !== null);
  const { domain } = fairScale(there.map(({ value, interval }) => interval ?? { low: value, high: value }));
  const [low, high] = roundEnds(domain);
  const place = (value: number): string => (6 + ((STRIP.width - 12) * (value - low)) / (high - low)).toFixed(1);
  return estimates.map((estimate) => {
    if (estimate === null) return markup``;
    const { value, interval } = estimate;
    const beyond = value < low ? "M9 5L2 9L9 13Z" : value > high ? "M123 5L130 9L123 13Z" : null;
    const shape =
      beyond !== null
        ? markup`<path d="${beyond}" fill="currentColor"/>`
        : markup`${interval === null ? null : markup`<path d="M${place(Math.max(low, interval.low))} 9H${place(Math.min(high, interval.high))}" stroke="currentColor" stroke-width="2"/>`}<circle cx="${place(value)}" cy="9" r="4.2" fill="currentColor"/>`;
    return markup`<svg viewBox="0 0 ${STRIP.width} ${STRIP.height}" width="${STRIP.width}" height="${STRIP.height}" aria-hidden="true">${shape}</svg>`;
  });
}
