/** Features put into a folder that small-dataset.ts wrote, as ingest would have left them. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { contentHash } from "../../../pipelines/dataset/content-hash.ts";
import { DESCRIPTION_FILE, FEATURE_FILES, FEATURES_FILE } from "../../../pipelines/dataset/dataset-files.ts";
import { type DatasetSides, FEATURE_SCHEMA } from "../../../pipelines/dataset/feature-files.ts";
import { writeColumns } from "../../../src/arrow/write-columns.ts";
import { contentOf } from "../../../src/files/file-content.ts";
import type { SideSchema } from "../../../src/ranker/feature-schema.ts";
import type { Side } from "../../../src/ranker/side.ts";

/** The folder's content hash is then another. */
export async function writeFeatures(directory: string, sides: DatasetSides): Promise<void> {
  const inFolder = (name: string) => path.join(directory, name);
  await writeFile(inFolder(FEATURES_FILE), JSON.stringify(sides.schema));
  const written = async (name: "users" | "items") => {
    const side = sides[name];
    if (side === null) return {};
    const entities = [...side.offsets.keys()].slice(0, -1);
    const entity = entities.flatMap((e) => Array<number>(side.offsets[e + 1]! - side.offsets[e]!).fill(e));
    const columns = { entity: Uint32Array.from(entity), row: side.rowIndices, weight: side.weights };
    return { [name]: await writeColumns(inFolder(FEATURE_FILES[name]), FEATURE_SCHEMA, (append) => append(columns)) };
  };
  const schema = await contentOf(inFolder(FEATURES_FILE));
  const features = { schema, ...(await written("users")), ...(await written("items")) };
  const description = JSON.parse(await readFile(inFolder(DESCRIPTION_FILE), "utf8"));
  const hash = contentHash(description.files, { ...description, features });
  await writeFile(inFolder(DESCRIPTION_FILE), JSON.stringify({ ...description, features, contentHash: hash }));
}

/** A category that every entity has a value of; those of `withoutId` have their value alone. */
export function categoryOf(
  name: string,
  values: readonly string[],
  { of: valuesOf, withoutId = [] }: { readonly of: readonly string[]; readonly withoutId?: readonly number[] },
): { readonly side: Side; readonly schema: SideSchema } {
  const ids = valuesOf.length;
  const rows = ids + 1 + values.length; // ids, missing, values
  const entries = valuesOf.map((value, entity) => [
    ...(withoutId.includes(entity) ? [] : [entity]),
    ids + 1 + values.indexOf(value),
  ]);
  const offsets = Uint32Array.from({ length: ids + 1 }, (_, entity) => entries.slice(0, entity).flat().length);
  const rowIndices = Uint32Array.from(entries.flat());
  return {
    side: { entities: ids, rows, ids, offsets, rowIndices, weights: new Float32Array(rowIndices.length).fill(1) },
    schema: {
      ids,
      rows,
      features: [
        { kind: "category", name, firstRow: ids, rows: 1 + values.length, hasOther: false, values, separator: null },
      ],
    },
  };
}

/** Of the items of a checkerboard, their colours. */
export function coloursOf(items: number): DatasetSides {
  const of = Array.from({ length: items }, (_, item) => (item % 2 === 0 ? "black" : "white"));
  const { side, schema } = categoryOf("colour", ["black", "white"], { of });
  return { users: null, items: side, schema: { users: null, items: schema } };
}
