/** The engine a scoring job asks for, announced. */
import type { Engine } from "../../src/engine/engine.ts";
import { type EngineSettings, openConfiguredEngine } from "../configured-engine.ts";
import type { StageContext } from "../stage.ts";

export async function openScoringEngine(
  settings: Omit<EngineSettings, "halfPrecision">,
  context: Pick<StageContext, "log">,
): Promise<Engine> {
  const engine = await openConfiguredEngine({ ...settings, halfPrecision: false }, context.log);
  context.log(engine.description);
  return engine;
}
