/** A folder with a small trained run, in which a test scores and reads back what was written. */
import { readFile } from "node:fs/promises";
import { beforeAll } from "@jest/globals";
import { scoreStage } from "../../../pipelines/score/score.ts";
import type { StageContext, StageResult } from "../../../pipelines/stage.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { checkerboardDataset } from "../data/checkerboard-dataset.ts";
import { interactionsOf, writeDatasetFolder } from "../data/small-dataset.ts";
import { silentContext } from "./silent-context.ts";
import { useTemporaryFolder } from "./temporary-folder.ts";

type Flags = Readonly<Record<string, string | boolean>>;

export interface Row {
  readonly user: number;
  readonly item: string;
  readonly rank: number;
  readonly score: number;
  readonly source?: string;
}

/** 30 users with ids from 1000, 24 items "item-0" to "item-23"; user 29 (id 1029) has no train interaction. */
export const boardUsers = 30;
export const boardItems = 24;

export function useScoreFolder() {
  const temporary = useTemporaryFolder();
  const roots = { "data-root": "", "models-root": "" };
  beforeAll(async () => {
    Object.assign(roots, { "data-root": temporary("data"), "models-root": temporary("models") });
    await writeDatasetFolder(temporary("data/board"), board());
    const settings = { model: "neumf", epochs: "2", "batch-size": "64", "learning-rate": "0.01", engine: "reference" };
    const flags = {
      ...roots,
      ...settings,
      dataset: "board",
      run: "once",
      k: "3",
      baselines: "none",
      "validation-metric": "NDCG@3",
    };
    await trainStage.run(parseConfig({ schema: trainStage.schema, layers: [], flags }), silentContext);
  });

  async function score(flags: Flags, context: Partial<StageContext> = {}): Promise<StageResult> {
    const given = { ...roots, dataset: "board", run: "once", engine: "reference", unknown: "popular", ...flags };
    const config = parseConfig({ schema: scoreStage.schema, layers: [], flags: given });
    return scoreStage.run(config, { ...silentContext, ...context });
  }

  return {
    temporary,
    roots,
    score,
    /** Scores into an Arrow file of its own and reads it back. */
    async rows(name: string, flags: Flags = {}): Promise<Row[]> {
      await score({ ...flags, output: temporary(`${name}.arrow`) });
      return readRows(temporary(`${name}.arrow`));
    },
    bytes: (name: string) => readFile(temporary(name)),
  };
}

export async function readRows(file: string): Promise<Row[]> {
  const columns = await readColumns(file);
  const [users, items] = [columns.int64("user_id"), columns.strings("item_id")];
  const [ranks, scores] = [columns.uint32("rank"), columns.float32("score")];
  const sources = columns.names.includes("source") ? columns.strings("source") : null;
  return Array.from(users, (user, row) => ({
    user: Number(user),
    item: items[row]!,
    rank: ranks[row]!,
    score: scores[row]!,
    ...(sources === null ? {} : { source: sources[row]! }),
  }));
}

function board() {
  const dataset = checkerboardDataset(boardUsers, boardItems);
  const pairs = Array.from(dataset.train.userColumn, (user, row) => [user, dataset.train.itemColumn[row]!] as const);
  const train = interactionsOf(
    pairs.filter(([user]) => user !== boardUsers - 1),
    { users: boardUsers, items: boardItems },
  );
  const interactions = { ...dataset.description.interactions, train: train.length };
  return { ...dataset, description: { ...dataset.description, name: "board", interactions }, train };
}
