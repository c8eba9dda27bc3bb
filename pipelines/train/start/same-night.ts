/**
 * A night that is repeated: --start-from current then names the run that the first try has trained and promoted. To
 * train it again on the data it comes from would teach nothing, and every repetition would do so again.
 */
import path from "node:path";
import { isRecord } from "../../../src/config/is-record.ts";
import { hashOf, identityOf } from "../../../src/runs/run-directory.ts";
import { readConfig, readFinishedManifest } from "../../runs/stored-run.ts";
import type { ChosenSetting } from "../../stage.ts";
import type { FoundStart } from "./find-start.ts";

type Values = Readonly<Record<string, unknown>>;

export interface AskedTraining {
  /** The folder that --run names; null for a name made from settings and data. */
  readonly named: string | null;
  /** As config.json would hold it. */
  readonly resolved: Values;
  readonly contentHash: string;
  /** What the rule for defaults chose of it; all else was given, or comes from the run. */
  readonly choices: readonly Pick<ChosenSetting, "path">[];
}

/**
 * Whether the run that a moving name leads to was trained on this data with these settings, but for what it began with
 * and for what the rule for defaults chooses tonight, which is other than on a first night. A setting that is given
 * tonight counts, whoever chose it then. One that is asked for under another name of its own is another.
 */
export async function isOfSameNight(found: FoundStart, asked: AskedTraining): Promise<boolean> {
  if (!found.isMoving) return false;
  if (asked.named !== null && path.resolve(asked.named) !== path.resolve(found.directory)) return false;
  const manifest = await readFinishedManifest(found.directory);
  if (manifest.dataset.contentHash !== asked.contentHash) return false;
  const chosen = asked.choices.map((choice) => choice.path);
  const settingsOf = (config: Values): Values => {
    const { start: _, lawn, ...others } = identityOf(config);
    const { targets: __, ...ofLawn } = isRecord(lawn) ? lawn : {};
    return chosen.reduce<Values>(without, { ...others, lawn: ofLawn });
  };
  // A planned run is known by what was asked for: config.json holds what came of it.
  const there = manifest.planning?.request ?? (await readConfig(found.directory));
  return hashOf(settingsOf(there)) === hashOf(settingsOf(asked.resolved));
}

function without(values: Values, [key, ...deeper]: readonly string[]): Values {
  const { [key!]: value, ...others } = values; // a path has a key
  return deeper.length === 0 || !isRecord(value) ? others : { ...others, [key!]: without(value, deeper) };
}
