/** Settings of `train` about the loss, its negatives and the similarity: what each is, and what goes with what. */
import { z } from "zod";
import { lossNames, negativeSources } from "../losses/loss-names.ts";
import { setting } from "../setting.ts";
import { trainSetting, withRole } from "../train-role.ts";

/** Of the ranker. */
export const similaritySettings = {
  similarity: setting(z.enum(["inner", "cosine"]).optional(), {
    flag: "similarity",
    fitsLog: true,
    meaning: "What the dot path is: the inner product, or its cosine, as ccl needs it",
  }),
  temperature: setting(z.number().gt(0).optional(), {
    flag: "temperature",
    fitsLog: true,
    meaning: "What cosines are divided by; 0.1 under a --similarity of your own, 1 under ccl",
  }),
};

const cclSettings = z.object({
  margin: setting(z.number().optional(), {
    flag: "ccl-margin",
    meaning: "Under ccl: negatives at or below this cosine cost nothing; 0.8 unless given",
  }),
  negativeWeight: setting(z.number().min(0).optional(), {
    flag: "ccl-negative-weight",
    meaning: "Under ccl: weight of the mean over a positive's negatives, beside the positive's 1; 150 unless given",
  }),
});

export const lossSettings = {
  loss: trainSetting(z.enum(lossNames).default("bce"), {
    flag: "loss",
    fitsLog: true,
    heading: "Loss and negatives",
    meaning:
      "Binary cross-entropy on single pairs, BPR on a positive against a negative, or a positive among all of its negatives: cross-entropy, or the cosine contrastive loss",
    role: "variable",
  }),
  negatives: trainSetting(z.int().min(0).default(4), {
    flag: "negatives",
    fitsLog: true,
    meaning: "Items drawn afresh for each positive in every epoch; at least 1 but under bce",
    role: "variable",
  }),
  negativesFrom: trainSetting(z.enum(negativeSources).default("uniform"), {
    flag: "negatives-from",
    fitsLog: true,
    meaning:
      "Of each positive its own, which its user has not seen: uniform, or by popularity; of a block of positives under softmax and ccl: shared, drawn once for it by popularity, or batch, its other positives",
    role: "variable",
  }),
  negativesPower: trainSetting(z.number().min(0).optional(), {
    flag: "negatives-power",
    meaning: "Popularity is the count of an item in train to this power; 0.75 unless given, 0 for shared ones",
    role: "variable",
  }),
  ccl: withRole(cclSettings.prefault({}), "variable"),
  recencyPower: trainSetting(z.number().min(0).default(0), {
    flag: "recency-power",
    fitsLog: true,
    meaning:
      "Weighs a row with a newer rows of its user by (1 + a)^-power, 1 on average for each user, where the log's order is known; 0 leaves ages aside",
    role: "variable",
  }),
};

interface LossConfig {
  readonly model: string;
  readonly loss: z.output<typeof lossSettings.loss>;
  readonly negatives: number;
  readonly negativesFrom: z.output<typeof lossSettings.negativesFrom>;
  readonly negativesPower?: number | undefined;
  readonly ccl: z.output<typeof cclSettings>;
  readonly ranker: {
    readonly gmf?: number | undefined;
    readonly embedding?: number | undefined;
    readonly idBiases?: boolean | undefined;
    readonly similarity?: "inner" | "cosine" | undefined;
    readonly temperature?: number | undefined;
  };
}

interface Contradiction {
  readonly path: readonly string[];
  readonly message: string;
}

export function lossContradictions(config: LossConfig): readonly Contradiction[] {
  const { model, loss, negatives, negativesFrom, negativesPower, ccl, ranker } = config;
  const found: Contradiction[] = [];
  const refuse = (path: readonly string[], message: string) => found.push({ path, message });
  if (loss !== "bce" && negatives === 0) {
    refuse(["negatives"], `${loss} compares with a negative, expected at least 1`);
  }
  if ((loss === "bce" || loss === "bpr") && powersOf[negativesFrom].isShared) {
    refuse(["negativesFrom"], `under ${loss} each sample has its own; choose uniform or popularity, or another loss`);
  }
  if ((negativesPower ?? 0) > 0 && powersOf[negativesFrom].power === null) {
    refuse(["negativesPower"], `negatives from ${negativesFrom} have none; leave it out`);
  }
  if (ranker.temperature !== undefined && similarityOf(loss, ranker) === "inner") {
    refuse(["ranker", "temperature"], "only cosines are divided by it; leave it out or choose --similarity cosine");
  }
  if (loss !== "ccl") {
    for (const key of ["margin", "negativeWeight"] as const) {
      if (ccl[key] !== undefined) refuse(["ccl", key], `${loss} has none; leave it out or choose --loss ccl`);
    }
    return found;
  }
  if (ranker.similarity === "inner") refuse(["ranker", "similarity"], "ccl is a loss of cosines, expected cosine");
  if (ranker.idBiases === true) refuse(["ranker", "idBiases"], "ccl is a loss of cosines alone; leave biases out");
  const others = model === "mf" ? 0 : 1; // width of the paths beside the dot product, where they were left open
  if ((ranker.gmf ?? others) > 0 || (ranker.embedding ?? others) > 0) {
    refuse(["loss"], "ccl is a loss of cosines alone, expected --model mf without other paths");
  }
  return found;
}

/** The power unless given, null where there is none; and whether rows have negatives in common. */
const powersOf = {
  uniform: { power: null, isShared: false },
  popularity: { power: 0.75, isShared: false },
  shared: { power: 0, isShared: true },
  batch: { power: null, isShared: true },
} as const;

/** What the loss decides where it was left open. */
export function completeLoss<C extends LossConfig>({ loss, negativesFrom, negativesPower, ccl, ranker }: C) {
  const similarity = similarityOf(loss, ranker);
  const isContrastive = loss === "ccl";
  const idBiases = ranker.idBiases ?? (isContrastive ? false : undefined);
  const temperature = similarity === "cosine" ? (ranker.temperature ?? (isContrastive ? 1 : 0.1)) : undefined;
  const filled: C["ccl"] = { margin: ccl.margin ?? 0.8, negativeWeight: ccl.negativeWeight ?? 150 };
  return {
    ranker: { ...(ranker as C["ranker"]), ...withValues({ idBiases, similarity, temperature }) },
    negativesPower: negativesPower ?? powersOf[negativesFrom].power ?? 0,
    ccl: isContrastive ? filled : {},
  };
}

function similarityOf(loss: LossConfig["loss"], { similarity }: LossConfig["ranker"]): "inner" | "cosine" {
  return similarity ?? (loss === "ccl" ? "cosine" : "inner");
}

function withValues<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
