/** Whether the run could still move, and how well it came to separate what it was trained on. */
import type { DiagnosticsRecord } from "../../runs/diagnostics-record.ts";
import type { EpochLine } from "../charts/epoch-figure.ts";
import { multiples } from "../charts/figure.ts";
import { type Hue, hueAt } from "../charts/series-style.ts";
import { largestOf, normOf } from "../charts/tensor-groups.ts";
import { markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { RunContent } from "../run-content.ts";
import { axisOf, draw, groupLines, lineOf, passOf } from "./pass-figures.ts";

export function adaptivitySection(content: RunContent): Section {
  const { pass } = passOf(content);
  const axis = axisOf(content);
  if (pass.every(({ diagnostics }) => diagnostics === null)) {
    const body = markup`<p>Not measured: the run was trained with diagnostics off.</p>`;
    return { id: "adaptivity", title: "Adaptivity", body };
  }
  const line = (name: string, hue: Hue, of: (diagnostics: DiagnosticsRecord) => number | null): EpochLine =>
    lineOf(content, { name, hue, of });
  const layers = Math.max(0, ...pass.map(({ diagnostics }) => diagnostics?.deadUnits.length ?? 0));
  const figures = [
    draw({
      title: "Size of the logits",
      text: "Quantiles of |logit|. Beyond 10 or so the sigmoid saturates.",
      axis,
      lines: [line("median", "blue", (d) => d.logitAbsP50), line("99th percentile", "vermilion", (d) => d.logitAbsP99)],
      isFromZero: true,
    }),
    draw({
      title: "Slope p(1 − p)",
      text: "Quantiles of the sigmoid's slope, at most 0.25. Near 0, samples no longer teach.",
      axis,
      lines: [
        line("90th percentile", "green", (d) => d.slopeP90),
        line("median", "blue", (d) => d.slopeP50),
        line("10th percentile", "vermilion", (d) => d.slopeP10),
      ],
      isLogarithmic: true,
    }),
    draw({
      title: "Mean error |p − label|",
      text: "What is left to learn on the probe.",
      axis,
      lines: [line("mean error", "blue", (d) => d.meanError)],
      isFromZero: true,
    }),
    draw({
      title: "Gradient over loss",
      text: "Norm of the probe's gradient divided by its loss.",
      axis,
      lines: groupLines(content, (d, names) => normOf(d.gradientNormsOverLoss, names)),
      isLogarithmic: true,
    }),
    draw({
      title: "Tangent gradient over loss",
      text: "The part that can still turn the weights once their norms are held.",
      axis,
      lines: groupLines(content, (d, names) => normOf(d.tangentGradientNormsOverLoss, names)),
      isLogarithmic: true,
    }),
    draw({
      title: "Angle turned in the epoch",
      text: "Radians, of the tensor of its kind that turned most. Near 0 while the loss is not: stuck.",
      axis,
      lines: groupLines(content, (d, names) => (d.moved === null ? null : largestOf(d.moved.angle, names))),
      isLogarithmic: true,
    }),
    draw({
      title: "Effective rate",
      text: "Learning rate over the norm of a kind's weights: the angle by which a step as long as the rate turns them.",
      axis,
      lines: groupLines(content, (d, names, { learningRate }) =>
        effectiveRate(learningRate, normOf(d.norms, names)),
      ).filter(({ name }) => name !== "biases"), // which shift and do not turn
      isLogarithmic: true,
    }),
    draw({
      title: "Samples that teach nothing",
      text: "Share of the probe's samples whose loss has a derivative below 0.001 at the logit.",
      axis,
      lines: [line("share", "blue", (d) => d.fadedShare)],
      isFromZero: true,
    }),
    draw({
      title: "Dead units",
      text: "Share of a tower layer's units that gave 0 for every pair of the probe.",
      axis,
      lines: Array.from({ length: layers }, (_, layer) =>
        line(`layer ${layer + 1}`, hueAt(layer), (d) => d.deadUnits[layer] ?? null),
      ),
      isFromZero: true,
    }),
  ];
  return {
    id: "adaptivity",
    title: "Adaptivity",
    body: markup`<p>Can the ranker still move? Measured after every epoch on a probe of training samples that stays the same.</p>${multiples(figures)}`,
  };
}

/** Null for logs without margins. */
export function marginsSection(content: RunContent): Section | null {
  const axis = axisOf(content);
  const line = (name: string, hue: Hue, of: (margins: Margins) => number | null): EpochLine =>
    lineOf(content, { name, hue, of: ({ margins }) => (margins === null ? null : of(margins)) });
  const figures = multiples([
    draw({
      title: "Normalised margin",
      text: "Over the scale of the logits. Above 0 a sample is right; growing logits alone change nothing here.",
      axis,
      lines: [
        line("90th percentile", "green", ({ p90 }) => p90),
        line("median", "blue", ({ p50 }) => p50),
        line("10th percentile", "vermilion", ({ p10 }) => p10),
      ],
      isFromZero: true,
    }),
    draw({
      title: "Smallest normalised margin",
      text: "Of the probe's hardest sample. Above 0, every sample is right.",
      axis,
      lines: [line("smallest", "blue", ({ smallest }) => smallest)],
      isFromZero: true,
    }),
    draw({
      title: "Wrong samples",
      text: "Share of the probe's samples with a margin of 0 or less. At 0, the rest of the loss is a matter of scale.",
      axis,
      lines: [line("wrong", "blue", ({ wrongShare }) => wrongShare)],
      isFromZero: true,
    }),
    draw({
      title: "Scale of the logits",
      text: "Products of the layers' norms, added over the ranker's paths: what margins are divided by.",
      axis,
      lines: [line("scale", "blue", ({ scale }) => scale)],
      isFromZero: true,
    }),
  ]);
  if (figures === null) return null;
  const body = markup`<p>How well does the ranker separate positives from negatives, whatever the size of its weights? Of the same probe.</p>${figures}`;
  return { id: "margins", title: "Margins", body };
}

type Margins = NonNullable<DiagnosticsRecord["margins"]>;

function effectiveRate(learningRate: number, norm: number | null): number | null {
  return norm === null || norm === 0 ? null : learningRate / norm;
}
