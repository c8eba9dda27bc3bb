/** A run's settings as config.json holds them: every size of the ranker, and the engine that was found. */
import type { TrainConfig } from "../../src/config/schemas/train-schema.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { RankerSpec } from "../../src/ranker/ranker-spec.ts";

export function resolvedConfig(
  config: TrainConfig,
  { spec, engine }: { readonly spec: RankerSpec; readonly engine: Pick<Engine, "name"> },
): Readonly<Record<string, unknown>> {
  const { run: _run, resume: _resume, force: _force, ...settings } = config;
  const { users: _users, items: _items, ...shape } = spec;
  return { ...settings, ranker: shape, engine: engine.name };
}
