/** What `compare --plan` prints: arms, their spaces, and how much training that is. */
import type { SearchDimension, StudyBatch } from "../../src/config/schemas/study-schema.ts";
import { countTrials, tuningRungs } from "../../src/study/plan-trials.ts";
import type { OpenStudy } from "./open-study.ts";

export function planText({ folder, stored }: OpenStudy): string {
  const { study } = stored;
  const cells = study.subjects.length * study.arms.length;
  const trialsOf = (batch: StudyBatch): number => cells * countTrials(study, batch);
  const lines = [
    `${study.title} -> ${folder}`,
    `subjects: ${study.subjects.map(({ dataset, model }) => `${model} on ${dataset}`).join(", ")}`,
    `each arm: ${study.search.trials} tuning trials (${study.search.method}, seed ${study.search.seed}), then ${study.seeds.count} seeds from ${study.seeds.first}`,
    ...study.batchSizes.map((batch) => {
      const { size, epochs, patience } = batch;
      const rungs = tuningRungs(study, batch).slice(0, -1);
      const cuts = rungs.length === 0 ? "" : `, cut at ${rungs.join(" and ")}`;
      return `batch ${size}: ${trialsOf(batch)} trials of ${epochs} epochs${cuts}${patience === null ? "" : `, patience ${patience}`}`;
    }),
    ...study.arms.map(({ name, optimizer, space }) => {
      const dimensions = Object.entries({ ...study.space, ...space });
      return `arm ${name} (${optimizer}): ${dimensions.map(([key, dimension]) => `${key} ${dimensionText(dimension)}`).join("; ")}`;
    }),
    `${study.batchSizes.reduce((sum, batch) => sum + trialsOf(batch), 0)} trials in all`,
  ];
  return lines.join("\n");
}

function dimensionText(dimension: SearchDimension): string {
  if ("values" in dimension) return `one of ${dimension.values.map(String).join(", ")}`;
  if ("choices" in dimension) return `one of ${dimension.choices.map((choice) => JSON.stringify(choice)).join(", ")}`;
  const { from, to, scale, zeroShare, growth, ofEpochs } = dimension;
  const notes = [
    scale,
    zeroShare > 0 ? `0 in ${Math.round(100 * zeroShare)} %` : "",
    growth === null ? "" : `x (batch / ${growth.batchSize})^${growth.power}`,
    ofEpochs ? "of the epochs" : "",
  ].filter((note) => note !== "");
  return `${from} to ${to} (${notes.join(", ")})`;
}
