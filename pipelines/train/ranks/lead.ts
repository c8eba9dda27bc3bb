/** Training on several ranks, as the first one runs it: the stage as ever, and the others told when it is over. */
import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import { openRanks, type Ranks, startedRanks } from "../../../src/engine/mpi/ranks.ts";
import { ConfigError } from "../../../src/errors.ts";
import type { StageContext, StageResult } from "../../stage.ts";
import type { TrainResult } from "../train-result.ts";

type Course = (ranks: Ranks | null) => Promise<StageResult<TrainResult>>;

/** How long after a failure all processes are ended: its message is out by then. */
const ABORT_AFTER_MILLISECONDS = 200;

/** Runs `train` with the ranks that are to train together, or with null where this process trains alone. */
export async function leadRanks(
  { distributed }: Pick<TrainConfig, "distributed">,
  { environment, startAgain }: Pick<StageContext, "environment" | "startAgain">,
  train: Course,
): Promise<StageResult<TrainResult>> {
  const started = startedRanks(environment.variables);
  if (!isShared(distributed, started) || (startAgain === undefined && distributed === "auto")) return train(null);
  if (startAgain === undefined) {
    throw new ConfigError("distributed: ranks are the program's (mpirun lawn-ranker train); here, take none");
  }
  const ranks = openRanks(started);
  try {
    const result = await train(ranks);
    await end(ranks);
    return result;
  } catch (error) {
    if (ranks.hasFailed()) abortSoon(ranks);
    else await end(ranks);
    throw error;
  }
}

/** `started` ranks, as the environment says; null where it says nothing. */
export function isShared(distributed: TrainConfig["distributed"], started: number | null): boolean {
  return distributed === "mpi" || (distributed === "auto" && started !== null && started > 1);
}

async function end(ranks: Ranks): Promise<void> {
  await ranks.send({ kind: "end" });
  ranks.close();
}

/** For whoever fails while others wait for it: ends them all, once the error has been told. */
export function abortSoon(ranks: Ranks): void {
  setTimeout(() => ranks.abort(), ABORT_AFTER_MILLISECONDS);
}
