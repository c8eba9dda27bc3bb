/**
 * Epochs, batch size and trials that fit a budget of time, from the speed that is measured. Pure but for the measuring
 * that it asks for: the same answers give the same plan.
 */
import type { BudgetPlan, MeasuredSpeed } from "../../../src/runs/planning-record.ts";
import { epochsOfHalving } from "../../../src/study/halving.ts";

export interface BudgetRequest {
  readonly seconds: number;
  /** At most so many are planned. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly mayGrowBatch: boolean;
  readonly mayLeaveRefit: boolean;
  readonly samplesPerEpoch: number;
  /** Training is done twice, at worst for as many epochs. */
  readonly refit: boolean;
  /** Of a search, at most; 0 for none. */
  readonly trials: number;
  /** Of its halving. */
  readonly eta: number;
}

export interface BudgetMeasures {
  /** At a batch size, by a session that is thrown away. */
  speed(batchSize: number): Promise<MeasuredSpeed & { readonly secondsPerValidation: number }>;
  /** Since the run began. */
  spentSeconds(): number;
}

/** Of the budget; the rest is for what a short measurement cannot foresee. */
const PLANNED_SHARE = 0.9;
/** Fewer epochs are not worth planning where larger batches would allow more. */
const FEW_EPOCHS = 10;
/** A larger batch must save as much of an epoch's time. */
const WORTHWHILE_SAVING = 0.1;
const FEWEST_STEPS = 20;
/** Looking for a batch size may take this share of the budget. */
const MEASURING_SHARE = 0.1;
/** Of trials, over the settings as they were: smaller batches, more negatives and wider tables cost more. */
const TRIAL_COST = 1.25;
/** Test metrics and files, besides scoring the test split. */
const CLOSING_SECONDS = 0.3;

/** At least one epoch is planned, whatever it takes. */
export async function fitBudget(asked: BudgetRequest, measures: BudgetMeasures): Promise<BudgetPlan> {
  const { seconds } = asked;
  const measured = await growBatch(asked, measures);
  const { secondsPerValidation, ...speed } = measured.chosen;
  const spentSeconds = measures.spentSeconds();
  const endSeconds = endOf(secondsPerValidation);
  const left = PLANNED_SHARE * seconds - spentSeconds - endSeconds;
  const alone = epochsThatFit({ ...asked, trials: 0 }, speed, left);
  const refit = asked.refit && !(asked.mayLeaveRefit && alone < wantedEpochs(asked));
  const request = { ...asked, refit };
  const trials = trialsThatFit(request, speed, left);
  const fitting = epochsThatFit({ ...request, trials }, speed, left);
  const epochs = Math.max(1, fitting);
  return {
    seconds,
    spentSeconds,
    endSeconds,
    measured: measured.all.map(({ secondsPerValidation: _, ...one }) => one),
    batchSize: speed.batchSize,
    epochs,
    refit,
    trials,
    reasons: [
      ...measured.reasons,
      ...(refit === asked.refit ? [] : [`no refit: with it ${alone} epochs would fit`]),
      epochsReason(request, speed, { fitting, left }),
      ...(asked.trials === 0 ? [] : [trialsReason(asked.trials, trials, epochs)]),
    ],
  };
}

type Speed = Awaited<ReturnType<BudgetMeasures["speed"]>>;

function wantedEpochs({ epochs }: BudgetRequest): number {
  return Math.min(FEW_EPOCHS, epochs);
}

/** Doubles the batch while few epochs would fit and it saves time. */
async function growBatch(
  request: BudgetRequest,
  measures: BudgetMeasures,
): Promise<{ readonly all: readonly Speed[]; readonly chosen: Speed; readonly reasons: readonly string[] }> {
  const { batchSize, mayGrowBatch, samplesPerEpoch, seconds } = request;
  const wanted = wantedEpochs(request);
  const began = measures.spentSeconds();
  const first = await measures.speed(batchSize);
  const all = [first];
  const fitting = (speed: Speed): number => {
    const left = PLANNED_SHARE * seconds - measures.spentSeconds() - endOf(speed.secondsPerValidation);
    return epochsThatFit({ ...request, trials: 0 }, speed, request.trials > 0 ? left / 2 : left);
  };
  const before = fitting(first);
  let chosen = first;
  while (mayGrowBatch && fitting(chosen) < wanted) {
    const larger = 2 * chosen.batchSize;
    const hasTime = measures.spentSeconds() - began < MEASURING_SHARE * seconds;
    if (larger * FEWEST_STEPS > samplesPerEpoch || !hasTime) break;
    const speed = await measures.speed(larger);
    all.push(speed);
    if (speed.secondsPerEpoch > (1 - WORTHWHILE_SAVING) * chosen.secondsPerEpoch) break;
    chosen = speed;
  }
  if (chosen === first) return { all, chosen, reasons: [] };
  const reason = `batch size ${count(chosen.batchSize)} in place of ${count(batchSize)}: an epoch takes ${secondsText(chosen.secondsPerEpoch)} in place of ${secondsText(first.secondsPerEpoch)}, of which ${before} would fit`;
  return { all, chosen, reasons: [reason] };
}

function endOf(secondsPerValidation: number): number {
  return CLOSING_SECONDS + 2 * secondsPerValidation; // the test has as many users, and is recorded user by user
}

type Passes = Pick<BudgetRequest, "epochs" | "refit" | "trials" | "eta">;

/** Of the search and the run after it, in epochs of the settings as they were. */
function epochsInAll({ refit, trials, eta }: Passes, epochs: number): number {
  const searched = trials < 2 ? 0 : TRIAL_COST * epochsOfHalving({ trials, epochs, eta }, true);
  return searched + epochs * (refit ? 2 : 1);
}

/** At most `request.epochs`; 0 where not even one fits. */
function epochsThatFit(request: Passes, { secondsPerEpoch }: MeasuredSpeed, left: number): number {
  let epochs = request.epochs;
  while (epochs > 0 && secondsPerEpoch * epochsInAll(request, epochs) > left) epochs--;
  return epochs;
}

/** As many of those asked for as leave enough epochs for each; 0 where two are too many. */
function trialsThatFit(request: BudgetRequest, speed: MeasuredSpeed, left: number): number {
  const wanted = wantedEpochs(request);
  for (let trials = request.trials; trials >= 2; trials--) {
    if (epochsThatFit({ ...request, trials }, speed, left) >= wanted) return trials;
  }
  return 0;
}

function epochsReason(
  { epochs: most, refit }: BudgetRequest,
  { batchSize, secondsPerEpoch, samplesPerSecond }: MeasuredSpeed,
  { fitting, left }: { readonly fitting: number; readonly left: number },
): string {
  const pace = `an epoch takes about ${secondsText(secondsPerEpoch)} (${count(Math.round(samplesPerSecond))} samples/s at batches of ${count(batchSize)})`;
  const time = `${secondsText(Math.max(0, left))} are left for training${refit ? ", refit included" : ""}`;
  if (fitting === 0) return `epochs 1: ${pace}, and ${time}, so the budget will not be kept`;
  const advice =
    fitting < Math.min(FEW_EPOCHS, most) ? "; fewer --negatives or narrower tables would let more fit" : "";
  return `epochs ${fitting}${fitting === most ? "" : ` of ${most}`}: ${pace}, and ${time}${advice}`;
}

function trialsReason(asked: number, trials: number, epochs: number): string {
  if (trials === 0) return `trials none of ${asked}: the budget leaves no time for a search`;
  return `trials ${trials}${trials === asked ? "" : ` of ${asked}`}: as many as leave ${epochs} epochs to those that are trained to the end`;
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function secondsText(seconds: number): string {
  return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
}
