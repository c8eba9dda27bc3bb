/** A baseline fitted to the dataset's train split, in memory; a worker keeps the last one for its next shard. */
import type { FittedBaseline } from "../../../src/baselines/fitted-baseline.ts";
import { type MatrixMemory, matrixMemory } from "../../../src/baselines/matrix-memory.ts";
import type { ScoreConfig } from "../../../src/config/schemas/score-schema.ts";
import { learntFrom } from "../../../src/dataset/people-items.ts";
import type { Scorer } from "../../../src/ranker/scorer.ts";
import { hashOf } from "../../../src/runs/run-directory.ts";
import type { ItemPool } from "../../../src/scoring/item-pool.ts";
import { fitted } from "../../baselines/choose-parameters.ts";
import { algebraOf } from "../../baselines/open-algebra.ts";
import { readInteractions, verifyFiles } from "../../dataset/stored-dataset.ts";
import type { StageContext } from "../../stage.ts";
import type { BaselineSubject, ScoreSubject } from "../subject.ts";
import type { OpenedRanker } from "./opened-ranker.ts";
import { similarByBaseline } from "./similar-scorers.ts";

/** Scores of whole catalogues that are held at once where only some items are wanted: 64 MiB. */
const SCORES_AT_ONCE = 2 ** 24;

interface Held {
  readonly key: string;
  readonly baseline: FittedBaseline;
  readonly memory: MatrixMemory;
}

let last: Held | null = null;

export async function openBaselineRanker(
  config: ScoreConfig,
  { name, parameters, seed }: BaselineSubject,
  { directory, description }: Pick<ScoreSubject, "directory" | "description">,
  context: StageContext,
): Promise<OpenedRanker> {
  const { algebra, engine } = await algebraOf(name, config, context.log);
  context.log(`${name}: ${engine.description}`);
  const key = hashOf({ name, parameters, seed, contentHash: description.contentHash, engine });
  if (last?.key !== key) {
    const memory: MatrixMemory = last?.memory ?? matrixMemory(context.freeMemoryBytes);
    last?.baseline.release?.();
    last = null; // two at once may not fit
    await verifyFiles(directory, description, ["train.arrow"]);
    const train = await readInteractions(directory, "train.arrow", description, description.interactions.train);
    last = { key, memory, baseline: await fitted(name, train, parameters, { seed, algebra, memory, context }) };
  }
  const { baseline } = last;
  const { scorer, foldIn } = baseline;
  return {
    rows: null,
    engine,
    async scorersOf(pool) {
      return { withBlock: ({ first, end }, use) => use(blockScorer(scorer, { first, users: end - first, pool })) };
    },
    async peopleScorersOf(pool) {
      let isTold = name === "ials";
      return {
        async withPeople(people, use) {
          if (!isTold && (people.weights?.some((weight) => weight !== 0 && weight !== 1) ?? false)) {
            isTold = true;
            context.log(`${name}: weights above 0 count alike; of the baselines, ials alone takes them as they are`);
          }
          const folded = await foldIn(learntFrom(people));
          return use(blockScorer(folded, { first: 0, users: folded.users, pool }));
        },
      };
    },
    similarScorersOf: async (pool) => similarByBaseline(name, baseline, pool),
    async checkStillThere() {}, // it is held in memory
    async close() {},
  };
}

function blockScorer(
  scorer: Scorer,
  { first, users, pool }: { readonly first: number; readonly users: number; readonly pool: ItemPool },
): Scorer {
  const { items } = pool;
  return {
    users,
    items: items.length,
    pairs: (userColumn, itemColumn) =>
      scorer.pairs(
        userColumn.map((user) => first + user),
        itemColumn.map((item) => items[item]!),
      ),
    async catalogue(userColumn) {
      const asked = userColumn.map((user) => first + user);
      if (items.length === scorer.items) return scorer.catalogue(asked);
      const scores = new Float32Array(asked.length * items.length); // [users, pool], row-major
      const atOnce = Math.max(1, Math.floor(SCORES_AT_ONCE / scorer.items));
      for (let start = 0; start < asked.length; start += atOnce) {
        const some = asked.slice(start, start + atOnce);
        const all = await scorer.catalogue(some); // [some, all items]
        for (let row = 0; row < some.length; row++) {
          const at = (start + row) * items.length;
          for (const [index, item] of items.entries()) scores[at + index] = all[row * scorer.items + item]!;
        }
      }
      return scores;
    },
  };
}
