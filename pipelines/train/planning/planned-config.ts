/** A run's settings before and after planning: what is held, and the config that is trained. */
import { parseConfig } from "../../../src/config/parse.ts";
import { isPlanned, type PlannedSetting, plannedSettings } from "../../../src/config/schemas/planning-settings.ts";
import { type TrainConfig, trainSchema } from "../../../src/config/schemas/train-schema.ts";

type Values = Readonly<Record<string, unknown>>;

/** With what was given as a flag among what is held, so that the config alone says what may be changed. */
export function withHeld(config: TrainConfig, givenAsFlags: readonly string[]): TrainConfig {
  if (!isPlanned(config)) return config;
  const hold = plannedSettings.filter((name) => config.hold?.includes(name) || givenAsFlags.includes(name));
  return { ...config, hold };
}

export function heldBy({ hold }: TrainConfig): ReadonlySet<PlannedSetting> {
  return new Set(hold);
}

/** The same run with `settings` (nested) in place of its own, and nothing left to be planned. */
export function plannedConfig(config: TrainConfig, settings: Values): TrainConfig {
  const { budget: _, tune: __, hold: ___, ...own } = config;
  return parseConfig({
    schema: trainSchema,
    layers: [
      { source: "settings", values: own },
      { source: "plan", values: settings },
    ],
    flags: {},
  });
}
