/** Lists into a table of PostgreSQL, which is replaced as a whole: a row per user and item. */
import type { PostgresLists } from "../../../src/config/addresses/lists-address.ts";
import type { BinaryColumn } from "../../../src/postgres/binary-rows.ts";
import { binaryRows } from "../../../src/postgres/binary-rows.ts";
import { connectToPostgres } from "../../../src/postgres/connect.ts";
import { replaceTable } from "../../../src/postgres/replace-table.ts";
import type { TableColumn } from "../../../src/postgres/target-table.ts";
import type { IdColumnType, IdValues } from "../../dataset/vocabulary-files.ts";
import type { StageContext } from "../../stage.ts";
import {
  idColumnsOf,
  type RecommendationRows,
  type RecommendationShape,
  type WrittenRecommendations,
} from "../output/recommendations.ts";
import type { ListsToPublish } from "./lists-to-publish.ts";

export async function writeTable(
  { address, schema, table }: PostgresLists,
  { shape, rows, about }: ListsToPublish,
  context: StageContext,
): Promise<WrittenRecommendations> {
  const { environment, signal, log } = context;
  const session = await connectToPostgres(address, "--output", { variables: environment.variables, signal, log });
  try {
    const wanted = {
      schema,
      table,
      columns: tableColumns(shape),
      key: [idColumnsOf(shape).owner, "rank"],
      comment: about,
    };
    return await replaceTable(session, wanted, binaryRows(columnsOf(rows())), signal);
  } finally {
    await session.close();
  }
}

/** In the order of recommendationColumns. */
export function tableColumns(shape: RecommendationShape): readonly TableColumn[] {
  const { userIds, itemIds, hasSource } = shape;
  const { owner, item } = idColumnsOf(shape);
  return [
    { name: owner, type: idType(userIds) },
    { name: item, type: idType(itemIds) },
    { name: "rank", type: "integer" },
    { name: "score", type: "real" },
    ...(hasSource ? [{ name: "source", type: "text" } as const] : []),
  ];
}

function idType(type: IdColumnType): "bigint" | "text" {
  return type === "int64" ? "bigint" : "text";
}

async function* columnsOf(batches: AsyncIterable<RecommendationRows>): AsyncGenerator<readonly BinaryColumn[]> {
  for await (const { userIds, itemIds, ranks, scores, sources } of batches) {
    yield [
      idColumn(userIds),
      idColumn(itemIds),
      { type: "integer", values: ranks },
      { type: "real", values: scores },
      ...(sources === null ? [] : [{ type: "text", values: sources } as const]),
    ];
  }
}

function idColumn(values: IdValues): BinaryColumn {
  return values instanceof BigInt64Array ? { type: "bigint", values } : { type: "text", values };
}
