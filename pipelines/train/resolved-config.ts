/** A run's settings as config.json holds them: every size of the ranker, and the engine that was found. */
import type { TrainConfig } from "../../src/config/schemas/train-schema.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { rankerSettingsOf } from "../training/configured-training.ts";

export function resolvedConfig(
  config: TrainConfig,
  { spec, engine }: { readonly spec: RankerSpec; readonly engine: Pick<Engine, "name"> },
): Readonly<Record<string, unknown>> {
  const { run: _run, resume: _resume, force: _force, ...settings } = config;
  return { ...settings, ranker: rankerSettingsOf(spec), engine: engine.name };
}
