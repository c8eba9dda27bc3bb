/** What lists for tomorrow must not repeat. */
import { groupItemsByUser, type ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import {
  checkFileOf,
  type DatasetDescription,
  readInteractions,
  readKnown,
  readProfiles,
} from "../dataset/stored-dataset.ts";

/** Everything in the user's own log, in any split or left out of all. Throws DataError for changed files. */
export async function readSeen(folder: string, description: DatasetDescription): Promise<ItemsByUser> {
  const parts = await Promise.all(
    (["train", "validation", "test"] as const).map(async (part) => {
      const name = `${part}.arrow` as const;
      await checkFileOf(folder, name, description.files[name]);
      return readInteractions(folder, name, description, description.interactions[part]);
    }),
  );
  return groupItemsByUser(...parts, await readKnown(folder, description), await readProfiles(folder, description));
}
