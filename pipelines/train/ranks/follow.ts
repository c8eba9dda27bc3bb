/**
 * Training on several ranks, as all but the first run it: they read and write nothing, and do what the first one says.
 */
import { z } from "zod";
import { followRank } from "../../../src/engine/mpi/follow-rank.ts";
import { openRanks, startedRank, startedRanks } from "../../../src/engine/mpi/ranks.ts";
import { EngineError, messageOf } from "../../../src/errors.ts";
import type { OutsideWorld } from "../../stage.ts";
import { abortSoon, isShared } from "./lead.ts";

/** What others than the first need to know; what is wrong with settings, the first one tells. */
const followerSettings = z.object({
  distributed: z.enum(["auto", "mpi", "none"]).catch("auto"),
  threads: z.coerce.number().int().min(1).nullable().catch(null),
});

/** Whether this process is such a rank, and then only when the job is over. */
export async function followInTraining(
  given: Readonly<Record<string, unknown>>,
  { environment, log }: Pick<OutsideWorld, "environment" | "log">,
): Promise<boolean> {
  const { distributed, threads } = followerSettings.parse(given);
  const { variables } = environment;
  const rank = startedRank(variables);
  const started = startedRanks(variables);
  if (rank === null || rank === 0 || !isShared(distributed, started)) return false;
  const ranks = openRanks(started);
  try {
    await followRank(ranks, threads, (line) => log(`rank ${rank}: ${line}`));
  } catch (error) {
    abortSoon(ranks);
    throw new EngineError(`rank ${rank}: ${messageOf(error)}`, { cause: error });
  }
  ranks.close();
  return true;
}
