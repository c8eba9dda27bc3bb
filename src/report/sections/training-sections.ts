/** How the run learned: curves, learning rate and norms, and whether it could still move (the adaptivity panel). */
import type { DiagnosticsRecord } from "../../runs/diagnostics-record.ts";
import { type EpochAxis, type EpochFigure, type EpochLine, epochFigure, hasValues } from "../charts/epoch-figure.ts";
import { type Figure, multiples } from "../charts/figure.ts";
import { type Hue, hueAt } from "../charts/series-style.ts";
import { groupsOf, largestOf, normOf } from "../charts/tensor-groups.ts";
import { markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { RunContent } from "../run-content.ts";

export function learningSection(content: RunContent): Section {
  const { pass, chosen } = passOf(content);
  const axis = axisOf(content);
  const measured = Object.keys(pass.find(({ validation }) => validation !== null)?.validation ?? {});
  const metric = content.validationMetric;
  const ordered = [...measured.filter((name) => name === metric), ...measured.filter((name) => name !== metric)];
  const losses: EpochLine[] = [
    { name: "training", hue: "blue", values: pass.map(({ loss }) => loss) },
    {
      name: "probe",
      hue: "vermilion",
      isDashed: true,
      values: pass.map(({ diagnostics }) => diagnostics?.loss ?? null),
    },
  ];
  const refit = content.epochs.filter((epoch) => epoch.pass === "refit");
  const figures = [
    ...ordered.map((name) => {
      const references = content.rankers.flatMap((ranker) => {
        const value = ranker.validation?.[name];
        return value === undefined ? [] : [{ name: ranker.name, value }];
      });
      const choice = name === metric ? ` It chose epoch ${chosen ?? "–"}.` : "";
      const held = references.length === 0 ? "" : " Dashed: baselines, fitted on train.";
      return draw({
        title: `${name} on validation`,
        text: `Larger is better.${choice}${held}`,
        axis,
        lines: [{ name: "this run", hue: "blue", values: pass.map(({ validation }) => validation?.[name] ?? null) }],
        references,
      });
    }),
    draw({
      title: "Loss",
      text: "Smaller is better. Training: mean of the epoch, each sample before the update it causes; probe: after it.",
      axis,
      lines: losses,
    }),
    draw({
      title: "Speed",
      text: "Training samples a second, validation and diagnostics left out.",
      axis,
      lines: [{ name: "samples a second", hue: "grey", values: pass.map(({ samplesPerSecond }) => samplesPerSecond) }],
      isFromZero: true,
    }),
    refit.length === 0
      ? null
      : draw({
          title: "Loss of the refit",
          text: "Trained anew on train and validation for the epochs that validation chose.",
          axis: { unit: "epoch", epochs: refit.map(({ epoch }) => epoch), switchAfter: switchOf(refit), chosen: null },
          lines: [{ name: "training", hue: "blue", values: refit.map(({ loss }) => loss) }],
        }),
  ];
  return { id: "learning", title: "Learning curves", body: markup`${multiples(figures)}` };
}

export function normsSection(content: RunContent): Section {
  const { pass } = passOf(content);
  const axis = axisOf(content);
  const switchWords =
    axis.switchAfter === null
      ? "This run has no constrained phase."
      : `LAWN held the norms from epoch ${axis.switchAfter + 1} on.`;
  const figures = [
    draw({
      title: "Learning rate",
      text: "Of each epoch's last step.",
      axis,
      lines: [{ name: "learning rate", hue: "blue", values: pass.map(({ learningRate }) => learningRate) }],
      isFromZero: true,
    }),
    draw({
      title: "Norms",
      text: "Euclidean norm of all tensors of a kind together: embeddings of users, of items, and the layers. What is held stays level.",
      axis,
      lines: groupLines(content, (diagnostics, names) => normOf(diagnostics.norms, names)),
      isLogarithmic: true,
    }),
    rowNormFigure(content, axis),
  ];
  return {
    id: "norms",
    title: "Learning rate and norms",
    body: markup`<p>${switchWords}</p>${multiples(figures)}`,
  };
}

export function adaptivitySection(content: RunContent): Section {
  const { pass } = passOf(content);
  const axis = axisOf(content);
  if (pass.every(({ diagnostics }) => diagnostics === null)) {
    const body = markup`<p>Not measured: the run was trained with diagnostics off.</p>`;
    return { id: "adaptivity", title: "Adaptivity", body };
  }
  const line = (name: string, hue: Hue, of: (diagnostics: DiagnosticsRecord) => number | null): EpochLine => ({
    name,
    hue,
    values: pass.map(({ diagnostics }) => (diagnostics === null ? null : of(diagnostics))),
  });
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

function rowNormFigure(content: RunContent, axis: EpochAxis): Figure | null {
  const { pass } = passOf(content);
  const names = Object.keys(pass.find(({ diagnostics }) => diagnostics !== null)?.diagnostics?.rowNorms ?? {});
  return draw({
    title: "Median norm of embedding rows",
    text: "Of each table's rows. Rare rows that never leave their first norm pull it down.",
    axis,
    lines: names.map((name, index) => ({
      name,
      hue: hueAt(index),
      values: pass.map(({ diagnostics }) => diagnostics?.rowNorms[name]?.p50 ?? null),
    })),
    isFromZero: true,
  });
}

function groupLines(
  content: RunContent,
  of: (diagnostics: DiagnosticsRecord, names: readonly string[]) => number | null,
): EpochLine[] {
  const { pass } = passOf(content);
  const first = pass.find(({ diagnostics }) => diagnostics !== null)?.diagnostics;
  if (first === undefined || first === null) return [];
  return groupsOf(Object.keys(first.norms)).map(({ name, hue, tensors }) => ({
    name,
    hue,
    values: pass.map(({ diagnostics }) => (diagnostics === null ? null : of(diagnostics, tensors))),
  }));
}

function draw(figure: EpochFigure): Figure | null {
  return hasValues(figure.lines) ? epochFigure(figure) : null;
}

function passOf({ epochs, manifest }: RunContent) {
  return { pass: epochs.filter(({ pass }) => pass === "train"), chosen: manifest.outcome?.epoch ?? null };
}

function axisOf(content: RunContent): EpochAxis {
  const { pass, chosen } = passOf(content);
  return { unit: "epoch", epochs: pass.map(({ epoch }) => epoch), switchAfter: switchOf(pass), chosen };
}

/** The last free epoch before a constrained one; null for a run that has no switch. */
function switchOf(pass: RunContent["epochs"]): number | null {
  const index = pass.findIndex(({ phase }) => phase === "constrained");
  return index < 0 ? null : pass[index]!.epoch - 1;
}
