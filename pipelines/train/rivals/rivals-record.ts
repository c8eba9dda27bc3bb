/** baselines.json as it stands before training, and completed when the run has its own test outcome. */
import { rm } from "node:fs/promises";
import path from "node:path";
import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import { samplesPerEpoch } from "../../../src/dataset/training-batches.ts";
import type { BaselinesRecord, FittedBaselineRecord } from "../../../src/runs/baselines-record.ts";
import { runFiles } from "../../../src/runs/run-directory.ts";
import type { LoadedDataset } from "../../dataset/stored-dataset.ts";
import { writeBaselinesRecord } from "../../runs/baselines-file.ts";
import type { TestReport } from "../test-report.ts";
import type { PassesOutcome, TrainingJob } from "../train-and-refit.ts";
import { intervalOfDataset, type Rival, type Rivals } from "./measure-rivals.ts";
import { leadOf } from "./paired-estimates.ts";
import { type Course, verdictOf } from "./verdict.ts";

interface Beginning {
  readonly config: TrainConfig;
  readonly dataset: LoadedDataset;
  readonly directory: string;
}

/** Null, under --baselines none, leaves no record. */
export async function beginRivals(rivals: Rivals | null, beginning: Beginning): Promise<void> {
  const { directory } = beginning;
  // A run that is resumed may have been begun with baselines.
  if (rivals === null) await rm(path.join(directory, runFiles.baselines), { force: true });
  else await writeBaselinesRecord(directory, openedRecord(rivals, beginning));
}

export async function finishRivals(
  rivals: Rivals | null,
  { config, dataset, source, recorder }: TrainingJob,
  done: { readonly test: TestReport | null; readonly trained: Extract<PassesOutcome, { kind: "trained" }> },
): Promise<BaselinesRecord | null> {
  if (rivals === null) return null;
  const { chosen, validation } = done.trained;
  const chosenEpoch = validation === null ? null : chosen.epoch;
  const course = { config, samplesPerEpoch: samplesPerEpoch(source), chosenEpoch };
  const record = closedRecord(openedRecord(rivals, { config, dataset }), rivals, done.test?.perUser ?? null, course);
  await writeBaselinesRecord(recorder.directory, record);
  return record;
}

/** What nobody should know of test yet is left out. */
function openedRecord(
  { asked, fitted, leftOut }: Rivals,
  { config, dataset }: Omit<Beginning, "directory">,
): BaselinesRecord {
  const { name, contentHash } = dataset.description;
  const [first] = fitted;
  return {
    asked,
    dataset: { name, contentHash },
    metric: config.validation.metric,
    interval: { ...intervalOfDataset(dataset) },
    protocols: { validation: first?.validation?.protocol ?? null, test: first?.test?.protocol ?? null },
    fitted: fitted.map(recordOf),
    leftOut: [...leftOut],
    verdict: null,
  };
}

/** `run` is the run's test outcome, user by user; null where there are no test items. */
function closedRecord(
  opened: BaselinesRecord,
  { fitted }: Rivals,
  run: Readonly<Record<string, Float32Array>> | null,
  course: Course,
): BaselinesRecord {
  if (run === null) return opened;
  const tested = fitted.flatMap((rival) => {
    const { name, test, choice } = rival;
    if (test === null) return [];
    return [
      {
        rival,
        name,
        parameters: choice.parameters,
        test: test.estimates,
        lead: leadOf(run, test.perUser, opened.interval),
      },
    ];
  });
  return {
    ...opened,
    fitted: tested.map(({ rival, test, lead }) => ({ ...recordOf(rival), test, lead })),
    verdict: verdictOf(tested, course),
  };
}

function recordOf({ name, choice, seconds, validation }: Rival): FittedBaselineRecord {
  return { name, choice, seconds, validation: validation?.estimates ?? null, test: null, lead: null };
}
