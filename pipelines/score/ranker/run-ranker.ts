/** A run's parameters, read a block of users at a time and scored by an engine. */
import path from "node:path";
import type { ScoreConfig } from "../../../src/config/schemas/score-schema.ts";
import { DataError } from "../../../src/errors.ts";
import { narrowItems } from "../../../src/ranker/narrow-ranker.ts";
import { runFiles } from "../../../src/runs/run-directory.ts";
import { itemVectors } from "../../../src/scoring/similar-items.ts";
import { openConfiguredEngine } from "../../configured-engine.ts";
import { withScorer } from "../../measures/with-scorer.ts";
import { carriedText, rowsOfRun } from "../../runs/dataset-of-run.ts";
import type { DescribedData } from "../../runs/kept-dataset.ts";
import { readFinishedManifest } from "../../runs/stored-run.ts";
import type { StageContext } from "../../stage.ts";
import { carriedUserRows, openCheckpointRows, rankerOfUsers } from "../selection/checkpoint-rows.ts";
import type { RunSubject } from "../subject.ts";
import type { OpenedRanker } from "./opened-ranker.ts";
import { openPeopleScorers } from "./people-of-run.ts";
import { cosineScorers } from "./similar-scorers.ts";

/** Throws DataError where the run is not whole, or of other extents than the dataset it was trained on. */
export async function openRunRanker(
  config: ScoreConfig,
  { run, manifest, checkpoint }: RunSubject,
  data: DescribedData,
  { log }: Pick<StageContext, "log">,
): Promise<OpenedRanker> {
  const engine = await openConfiguredEngine({ ...config, halfPrecision: false, trains: [] }, log);
  log(engine.description);
  const { users, items } = data.description;
  const trained = { directory: run, manifest };
  const carried = await rowsOfRun(trained, data);
  if (carried !== null) log(carriedText(trained, carried));
  const rows = await openCheckpointRows(path.join(run, runFiles.checkpoint), checkpoint);
  const { spec } = rows;
  if (carried === null && (spec.users !== users || spec.items !== items)) {
    await rows.close();
    throw new DataError(
      `${run}: its ranker has ${spec.users} users and ${spec.items} items, but the dataset ${users} and ${items}; train anew`,
    );
  }
  return {
    rows: carried,
    engine,
    async scorersOf(pool) {
      // Of a carried run the pool holds known items alone: see openScoreInputs.
      const own = carried === null ? pool.items : pool.items.map((item) => carried.items[item]!);
      const narrowed = narrowItems(spec, await rows.shared(), own);
      return {
        async withBlock({ first, end }, use) {
          const parameters =
            carried === null
              ? await rows.userRows(first, end)
              : await carriedUserRows(rows, carried.users.subarray(first, end));
          return withScorer(engine, rankerOfUsers(narrowed.spec, narrowed.parameters, parameters, end - first), use);
        },
      };
    },
    peopleScorersOf: (pool, signal) => openPeopleScorers({ run, checkpoint, engine, data, carried }, pool, signal),
    async similarScorersOf(pool) {
      // Nothing of a user enters: one row is as good as any.
      const [shared, user] = [await rows.shared(), await rows.userRows(0, 1)];
      const one = rankerOfUsers(spec, shared, user, 1);
      const vectors = itemVectors(one.spec, one.parameters);
      const rowOf = (item: number): number => (carried === null ? item : carried.items[item]!);
      return cosineScorers(vectors, { width: vectors.length / spec.items, engine, pool, rowOf });
    },
    async checkStillThere() {
      await rows.checkUnchanged();
      const found = (await readFinishedManifest(run)).files[runFiles.checkpoint]?.sha256;
      if (found === checkpoint) return;
      throw new DataError(
        `${run}: was replaced while it was scored (checkpoint ${checkpoint.slice(0, 12)} then, ${found?.slice(0, 12)} now); nothing was written, score again`,
      );
    },
    close: () => rows.close(),
  };
}
