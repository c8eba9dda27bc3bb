/** The engine a scoring job asks for, announced. */
import type { ScoreConfig } from "../../src/config/schemas/score-schema.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { openEngine } from "../../src/engine/open-engine.ts";
import type { StageContext } from "../stage.ts";

export async function openScoringEngine(
  {
    engine: choice,
    threads,
    tfjsBackend,
    allowSoftwareAdapter,
  }: Pick<ScoreConfig, "engine" | "threads" | "tfjsBackend" | "allowSoftwareAdapter">,
  context: Pick<StageContext, "log">,
): Promise<Engine> {
  const engine = await openEngine(choice, {
    onPassedOver: context.log,
    ...(threads === null ? {} : { threads }),
    ...(tfjsBackend === null ? {} : { tfjsBackend }),
    allowSoftwareAdapter,
  });
  context.log(engine.description);
  return engine;
}
