/**
 * Every setting of `train` in a study: it changes what a trial trains, or it is refused by name.
 * Nothing is taken and ignored.
 */
import { describe, expect, it } from "@jest/globals";
import { runTrial, trialIdentity } from "../../../pipelines/trials/run-trial.ts";
import type { Study } from "../../../src/config/schemas/study-schema.ts";
import { trainSchema } from "../../../src/config/schemas/train-schema.ts";
import { settingsOf, settingTree } from "../../../src/config/setting-tree.ts";
import { roleOf } from "../../../src/config/train-facts.ts";
import { groupItemsByUser } from "../../../src/dataset/interaction-dataset.ts";
import { openEngine } from "../../../src/engine/open-engine.ts";
import { ConfigError } from "../../../src/errors.ts";
import type { TrialRecord } from "../../../src/runs/trial-record.ts";
import { cellsOf, type TrialPlan, tuningTrials } from "../../../src/study/plan-trials.ts";
import { mergeInto } from "../../../src/study/search-space.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { coloursOf } from "../../support/data/features-folder.ts";
import { nestedAt, settingProbes, tinySettings, type Values } from "../../support/stages/setting-probes.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { smallStudy } from "../../support/stages/small-study.ts";

const dataset = { ...checkerboardDataset(8, 20), directory: "", sides: coloursOf(20) };
const data = { dataset, seen: groupItemsByUser(dataset.train) };

/** Where a study has settings; the last is a search of one point. */
const places = ["study", "subject", "batch size", "arm", "search"] as const;
type Place = (typeof places)[number];
const allowedPlaces = { anywhere: places, "for all arms": ["study", "subject"], nowhere: [] } as const;

function merged(...layers: readonly Values[]): Values {
  const target: Record<string, unknown> = {};
  for (const layer of layers) mergeInto(target, layer);
  return target;
}

/** One arm of the tiny settings and `among`, with `added` to the settings of one place. */
function studyWith(among: Values, added: Values, place: Place): Study {
  const { optimizer, ...settings } = merged(tinySettings, among);
  const { name, ...options } = optimizer as { readonly name: string }; // the tiny settings have one
  const at = (one: Place): Values => (one === place ? added : {});
  return smallStudy({
    settings: merged(settings, { optimizer: options }, at("study")),
    subjects: [{ dataset: "checkerboard", model: "neumf", settings: at("subject") }],
    batchSizes: [{ size: 32, epochs: 3, settings: at("batch size") }],
    arms: [{ name, optimizer: name, settings: at("arm") }],
    space: place === "search" ? { probed: { choices: [added] } } : {},
    metric: "NDCG@3",
    metrics: ["NDCG@3"],
    comparisons: [],
  });
}

function planOf(study: Study): TrialPlan {
  return tuningTrials(study, cellsOf(study)[0]!)[0]!;
}

/** What was trained and how it was measured; not what its config says. */
async function evidenceOf(plan: TrialPlan): Promise<string> {
  const engine = await openEngine("reference");
  const result = await runTrial({
    trial: plan,
    from: null,
    data,
    engine,
    engineName: "reference",
    context: silentContext,
  });
  const { outcome, epoch, epochs } = result!.record; // null only when interrupted
  const measured = epochs.map(({ loss, validation, phase }: TrialRecord["epochs"][number]) => ({
    loss,
    validation,
    phase,
  }));
  return JSON.stringify({ outcome, epoch, measured });
}

function refusalOf(study: Study): string | null {
  try {
    planOf(study);
    return null;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

const settings = settingsOf(settingTree(trainSchema));

describe("every setting of train in a study", () => {
  it("is probed here", () => {
    expect(Object.keys(settingProbes).sort()).toEqual(settings.map(({ path }) => path.join(".")).sort());
  });

  it.each(settings.map((setting) => [setting.path.join("."), setting] as const))(
    "%s changes what a trial trains, or is refused by name",
    async (path, setting) => {
      const { value, among = {} } = settingProbes[path]!;
      const { inStudy } = roleOf(setting);
      const company = inStudy === "nowhere" ? {} : among;
      const added = nestedAt(path, value);
      const refusals = places.map((place) => refusalOf(studyWith(company, added, place)));
      for (const refusal of refusals) if (refusal !== null) expect(refusal).toContain(`settings hold ${path}, which`);
      const allowed = places.filter((_, at) => refusals[at] === null);
      expect(allowed).toEqual(allowedPlaces[inStudy]);
      if (allowed.length === 0) return;

      const [first, ...others] = allowed.map((place) => planOf(studyWith(company, added, place)));
      for (const { config } of others) expect(config).toEqual(first!.config);
      const without = planOf(studyWith(company, {}, "study"));
      expect(trialIdentity(first!, "data", "engine")).not.toBe(trialIdentity(without, "data", "engine"));
      expect(await evidenceOf(first!)).not.toBe(await evidenceOf(without));
    },
  );
});
