/**
 * A study spelt out: its cells (an arm at a batch size on a subject), and the trials of each with all their settings.
 */
import { metricCut } from "../config/metric-names.ts";
import { type ConfigLayer, parseConfig } from "../config/parse.ts";
import { isOfCatalogue } from "../config/schemas/study-metrics.ts";
import type { Study, StudyArm, StudyBatch } from "../config/schemas/study-schema.ts";
import { type TrainConfig, trainSchema } from "../config/schemas/train-schema.ts";
import { studyRefusals } from "../config/train-facts.ts";
import { ConfigError } from "../errors.ts";
import type { TrialPhase } from "../runs/trial-record.ts";
import { rungsOf, trialsByRung } from "./halving.ts";
import { type Scalar, searchPoint } from "./search-space.ts";

/** What is tuned and compared as one. */
export interface StudyCell {
  /** Index in the study's subjects. */
  readonly subject: number;
  readonly batch: StudyBatch;
  readonly arm: StudyArm;
}

/** One training, described so that any process can carry it out. Plain data. */
export interface TrialPlan {
  /** Unique in the study and fit for a file name. */
  readonly id: string;
  readonly subject: number;
  readonly arm: string;
  readonly batchSize: number;
  readonly phase: TrialPhase;
  /** Of the search, or of the seed; from 0. */
  readonly index: number;
  readonly point: Readonly<Record<string, Scalar>>;
  readonly atEdge: readonly string[];
  /** Trained for so many; fewer than the config's, on its schedule, where it is cut short. */
  readonly epochs: number;
  readonly config: TrainConfig;
  /** Of a final trial: whether the test split is ranked among the whole catalogue as well. */
  readonly alsoInCatalogue: boolean;
}

/** In the order of the study: subject, batch size, arm. */
export function cellsOf(study: Study): readonly StudyCell[] {
  return study.subjects.flatMap((_, subject) =>
    study.batchSizes.flatMap((batch) => study.arms.map((arm) => ({ subject, batch, arm }))),
  );
}

/** Epochs at which the tuning trials of a cell are compared and cut; without halving, their last alone. */
export function tuningRungs({ search }: Study, { epochs }: StudyBatch): readonly number[] {
  return search.halving === undefined ? [epochs] : rungsOf({ trials: search.trials, epochs, ...search.halving });
}

/** Of each cell at this batch size, final ones included: at most, for some may diverge. */
export function countTrials({ search, seeds }: Study, { epochs }: StudyBatch): number {
  const { trials, halving } = search;
  const rungs = halving === undefined ? [{ trials }] : trialsByRung({ trials, epochs, ...halving }, false);
  return rungs.reduce((sum, rung) => sum + rung.trials, seeds.count);
}

/**
 * Trained up to `epochs`, one of the cell's rungs; all of them, of which some may have been cut before. Throws
 * ConfigError naming the arm for settings that the stage train would refuse.
 */
export function tuningTrials(study: Study, cell: StudyCell, epochs = cell.batch.epochs): readonly TrialPlan[] {
  return Array.from({ length: study.search.trials }, (_, index) =>
    trial(study, cell, index, { phase: "tuning", index, epochs }),
  );
}

/** `chosen` is the index of the tuning trial whose setting is trained again with fresh seeds. */
export function finalTrials(study: Study, cell: StudyCell, chosen: number): readonly TrialPlan[] {
  const { epochs } = cell.batch;
  return Array.from({ length: study.seeds.count }, (_, index) =>
    trial(study, cell, chosen, { phase: "final", index, epochs }),
  );
}

function trial(
  study: Study,
  { subject, batch, arm }: StudyCell,
  searched: number,
  { phase, index, epochs }: Pick<TrialPlan, "phase" | "index" | "epochs">,
): TrialPlan {
  const { search, seeds, subjects } = study;
  // Point 0 is the middle of the space: another search of an arm begins beside it, or the two would share a trial.
  const at = arm.searchOf === null ? searched : searched + 1;
  const { point, settings, atEdge } = searchPoint(
    { ...study.space, ...arm.space },
    { ...search, stream: arm.stream, index: at, batchSize: batch.size, epochs: batch.epochs },
  );
  const seed = phase === "tuning" ? search.seed : seeds.first + index;
  const where = subjects.length === 1 ? "" : `-${subjects[subject]!.dataset}-${subjects[subject]!.model}-${subject}`;
  const rung = epochs < batch.epochs ? `-e${epochs}` : "";
  const what = phase === "tuning" ? `t${String(index).padStart(3, "0")}${rung}` : `s${seed}`;
  return {
    id: `${arm.name}-b${batch.size}${where}-${what}`,
    subject,
    arm: arm.name,
    batchSize: batch.size,
    phase,
    index,
    point,
    atEdge,
    epochs,
    alsoInCatalogue: phase === "final" && study.metrics.some(isOfCatalogue),
    config: parseConfig({
      schema: trainSchema,
      layers: layersOf(study, { subject, batch, arm }, settings, seed),
      flags: {},
    }),
  };
}

/** From weakest to strongest; what the study itself decides comes last, and none of the others may hold it. */
function layersOf(
  study: Study,
  { subject: subjectIndex, batch, arm }: StudyCell,
  searched: Readonly<Record<string, unknown>>,
  seed: number,
): readonly ConfigLayer[] {
  const subject = study.subjects[subjectIndex]!;
  const source = `study ${study.name}, arm ${arm.name} at ${batch.size}`;
  const forAll = [study.settings, subject.settings];
  const forSome = [batch.settings, arm.settings, searched];
  const refusals = [
    ...forAll.flatMap((settings) => studyRefusals(settings, "for all arms")),
    ...forSome.flatMap((settings) => studyRefusals(settings, "for some")),
  ];
  if (refusals.length > 0) throw new ConfigError(refusals.map((refusal) => `${source}: ${refusal}`).join("\n"));
  const decided = {
    dataset: subject.dataset,
    model: subject.model,
    optimizer: { name: arm.optimizer },
    batchSize: batch.size,
    epochs: batch.epochs,
    seed,
    diagnostics: false,
    validation: { metric: study.metric, patience: batch.patience },
    k: cutsOf([study.metric, ...study.metrics]),
  };
  return [...forAll, ...forSome, decided].map((values) => ({ source, values }));
}

function cutsOf(metrics: readonly string[]): readonly number[] {
  const cuts = metrics.map(metricCut).filter((cut) => cut !== null);
  return cuts.length === 0 ? [10] : [...new Set(cuts)];
}
