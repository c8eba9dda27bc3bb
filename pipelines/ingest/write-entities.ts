/** Users and items of a dataset: their vocabularies, and what files beside the log say of them. */
import { featureRequestsOf } from "../../src/config/schemas/ingest/feature-requests.ts";
import type { WorkDatabase } from "../../src/interactions/database/work-database.ts";
import type { EntityFiles } from "../../src/interactions/features/entity-file.ts";
import { type EntityTable, type FeatureWish, readEntityTable } from "../../src/interactions/features/entity-table.ts";
import { readItemInfos } from "../../src/interactions/features/item-infos.ts";
import { newIds } from "../../src/interactions/features/known-entities.ts";
import type { BuiltLog } from "../../src/interactions/reading/build-log.ts";
import { readIds } from "../../src/interactions/reading/sort-log.ts";
import { GONE, type Renumbering } from "../../src/interactions/splitting/renumber.ts";
import { type WrittenItemInfo, writeItemInfo } from "../dataset/item-info-file.ts";
import type { StageContext } from "../stage.ts";
import { type WrittenFile, writeVocabulary } from "./dataset-writer.ts";
import type { IngestPlan } from "./plan-ingest.ts";
import type { IngestSources } from "./source-files.ts";
import { type SideToWrite, type WrittenFeatures, writeFeatures } from "./write-features.ts";

export interface WrittenEntities {
  /** With new items behind those of the log. */
  readonly numbers: Renumbering;
  readonly newItems: number;
  /** Items before those that stand last or are new; undefined where that is all. */
  readonly trainedItems: number | undefined;
  readonly vocabularies: { readonly "users.arrow": WrittenFile; readonly "items.arrow": WrittenFile };
  /** Null without an items file, or where it has nothing that people could read. */
  readonly info: WrittenItemInfo | null;
  /** Null where none were asked for. */
  readonly features: WrittenFeatures | null;
}

interface EntitySources {
  readonly plan: IngestPlan;
  readonly sources: IngestSources;
  readonly idTypes: BuiltLog["idTypes"];
  /** Of the log. */
  readonly numbers: Renumbering;
}

export async function writeEntities(
  database: WorkDatabase,
  { plan, sources, idTypes, numbers }: EntitySources,
  directory: string,
  context: StageContext,
): Promise<WrittenEntities> {
  const { config } = plan;
  const tableOf = async (files: EntityFiles | null, features: readonly string[] | undefined) =>
    files === null
      ? null
      : readEntityTable(database, files, wishOf(features), {
          entity: files.entity,
          nulls: config.nullTexts,
          idType: idTypes[files.entity],
          maxBadRows: config.maxBadRows,
          hasDecimalCommas: config.decimal === ",",
          log: context.log,
        });
  const userTable = await tableOf(sources.users, config.userFeatures ?? ["auto"]);
  const itemTable = await tableOf(sources.items, config.itemFeatures);
  const added =
    config.newItems === "keep" && itemTable !== null ? await newIds(database, itemTable, "item", idTypes.item) : [];
  const withNew = withNewItems(numbers, added.length);

  const users = { idType: idTypes.user, index: numbers.userIndex, trainCounts: numbers.userTrainCounts };
  // In the order of the index: ids of the log up to the first of those that stand last, these, and new ones.
  const walks = walksInOrder(numbers);
  const items = {
    idType: idTypes.item,
    index: joined(
      ...walks,
      Uint32Array.from(added.keys(), (k) => numbers.items + k),
    ),
    trainCounts: withNew.itemTrainCounts,
  };
  const itemIds = () => chained(...walks.map(() => readIds(database, "items")), [added]);
  const vocabularies = {
    "users.arrow": await writeVocabulary(directory, "user", { ...users, ids: readIds(database, "users") }),
    "items.arrow": await writeVocabulary(directory, "item", { ...items, ids: itemIds() }),
  };
  const infos = itemTable === null ? null : await readItemInfos(database, itemTable);
  const info = infos === null ? null : await writeItemInfo(directory, infos, { ...items, ids: itemIds() });
  if (info?.described === 0) {
    context.log(
      "warning: the items file has no item of the log; where its ids are others, map them with --item-id-map",
    );
  }
  const sides: SideToWrite[] = [
    ...side("user", userTable, { index: numbers.userIndex, trainCounts: numbers.userTrainCounts, newIds: [] }),
    ...side("item", itemTable, { index: numbers.itemIndex, trainCounts: numbers.itemTrainCounts, newIds: added }),
  ];
  const trained = plan.split.kind === "items" ? firstUntrained(numbers) : numbers.items;
  const features = await writeFeatures(database, sides, { plan, directory });
  return {
    numbers: withNew,
    newItems: added.length,
    trainedItems: trained < withNew.items ? trained : undefined,
    vocabularies,
    info,
    features,
  };
}

function wishOf(features: readonly string[] | undefined): FeatureWish {
  return features === undefined ? "none" : (featureRequestsOf(features) ?? "auto");
}

function side(entity: SideToWrite["entity"], file: EntityTable | null, index: SideToWrite["index"]): SideToWrite[] {
  return file === null ? [] : [{ entity, file, index }];
}

function withNewItems(numbers: Renumbering, added: number): Renumbering {
  if (added === 0) return numbers;
  return {
    ...numbers,
    items: numbers.items + added,
    itemTrainCounts: joined(numbers.itemTrainCounts, new Uint32Array(added)),
  };
}

/** The index of the log's ids for each walk over them that it takes to meet them in the order of the index. */
function walksInOrder(numbers: Renumbering): readonly Uint32Array[] {
  const { itemIndex } = numbers;
  const isAscending = itemIndex.filter((at) => at !== GONE).every((at, k) => at === k);
  if (isAscending) return [itemIndex];
  const trained = firstUntrained(numbers);
  return [itemIndex.map((at) => (at < trained ? at : GONE)), itemIndex.map((at) => (at < trained ? GONE : at))];
}

function firstUntrained({ itemTrainCounts }: Renumbering): number {
  return 1 + itemTrainCounts.findLastIndex((count) => count > 0);
}

function joined(...parts: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const part of parts) {
    all.set(part, filled);
    filled += part.length;
  }
  return all;
}

type Ids = readonly (string | bigint)[];

async function* chained(...parts: readonly (AsyncIterable<Ids> | readonly Ids[])[]): AsyncGenerator<Ids> {
  for (const part of parts) yield* part;
}
