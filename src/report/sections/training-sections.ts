/** How the run learned: curves, learning rate and norms. Whether it could still move: adaptivity-sections.ts. */
import type { EpochAxis, EpochLine } from "../charts/epoch-figure.ts";
import { type Figure, multiples } from "../charts/figure.ts";
import { hueAt } from "../charts/series-style.ts";
import { normOf } from "../charts/tensor-groups.ts";
import { markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { RunContent } from "../run-content.ts";
import { axisOf, draw, groupLines, passOf, switchOf } from "./pass-figures.ts";

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
