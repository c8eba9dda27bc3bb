/**
 * Whether LAWN had any part in the ranker that a run keeps: where its switch came late or never, the run
 * is one of its base alone.
 */
import { baseOf } from "../../src/config/optimizer/optimizer-names.ts";
import type { TrainConfig } from "../../src/config/schemas/train-schema.ts";
import type { EpochRecord } from "../../src/runs/training-log.ts";

/** One line, or null where nothing is odd. `records` are the whole log's; `kept` says which of them the ranker is. */
export function lawnWarning(
  config: Pick<TrainConfig, "lawn" | "optimizer">,
  records: readonly EpochRecord[],
  kept: Pick<EpochRecord, "pass" | "epoch">,
): string | null {
  const { lawn, optimizer } = config;
  const epochs = records.filter(({ pass }) => pass === kept.pass);
  if (lawn === undefined || isConstrained(epochs.find(({ epoch }) => epoch === kept.epoch))) return null;
  const first = epochs.find(isConstrained);
  const trained = epochs.at(-1);
  let reason: string;
  if (first !== undefined)
    reason = `validation chose epoch ${kept.epoch}, and blocks are held from epoch ${first.epoch} on`;
  else if (lawn.switchNorm !== undefined) reason = `no block has reached --lawn-switch-norm ${lawn.switchNorm}`;
  else
    reason = `its free phase (${freePhase(lawn)}) was not over after the ${trained?.step ?? 0} steps of ${trained?.epoch ?? 0} epochs`;
  return `warning: LAWN never acted on the ranker that is kept: ${reason}; it is one of plain ${baseOf(optimizer.name)}`;
}

function isConstrained(record: EpochRecord | undefined): boolean {
  return (record?.lawn?.constrainedBlocks ?? 0) > 0;
}

function freePhase({ freeSteps, freeEpochs }: NonNullable<TrainConfig["lawn"]>): string {
  return freeSteps === undefined ? `--lawn-free-epochs ${freeEpochs}` : `--lawn-free-steps ${freeSteps}`;
}
