/** What a command and a call of the library share: given settings, recommended ones, and the stage they run. */
import type { z } from "zod";
import { type ConfigLayer, gatherGiven, parseConfig } from "../../src/config/parse.ts";
import { type SettingGroup, settingsOf } from "../../src/config/setting-tree.ts";
import type { OutsideWorld, RecommendedLayer, Stage, StageJson, StageResult } from "../stage.ts";
import { recommendedLines } from "./recommended-lines.ts";

export interface GivenSettings {
  /** From weakest to strongest. */
  readonly layers: readonly ConfigLayer[];
  readonly flags: Readonly<Record<string, string | boolean>>;
  /** Found earlier, to be reported with all others. */
  readonly problems: readonly string[];
}

/** `tree` is that of the stage's schema. Throws ConfigError with a line for each problem before the stage begins. */
export async function runWithSettings<Schema extends z.ZodType, Json extends StageJson>(
  stage: Stage<Schema, Json>,
  tree: SettingGroup,
  { layers, flags, problems }: GivenSettings,
  world: OutsideWorld,
): Promise<StageResult<Json>> {
  const recommended = await recommendedLayers(stage, gatherGiven(tree, layers, flags).values);
  for (const layer of recommended) for (const line of recommendedLines(layer, tree)) world.log(line);
  const config = parseConfig({ schema: stage.schema, layers: [...recommended, ...layers], flags, problems });
  return stage.run(config, {
    ...world,
    recommendations: recommended.map(({ source }) => source),
    choices: recommended.flatMap(({ choices }) => choices),
    givenAsFlags: namesOf(tree, flags),
  });
}

/** Dotted names of the settings that these flags give. */
function namesOf(tree: SettingGroup, flags: GivenSettings["flags"]): readonly string[] {
  return settingsOf(tree).flatMap(({ flag, path }) => (flag !== null && flag in flags ? [path.join(".")] : []));
}

async function recommendedLayers<Schema extends z.ZodType>(
  stage: Stage<Schema>,
  given: Readonly<Record<string, unknown>>,
): Promise<readonly RecommendedLayer[]> {
  return stage.recommend === undefined ? [] : stage.recommend(given);
}
