/**
 * What is worth keeping between runs, such as fitted baselines: a sealed record under the hash of all that decides it.
 * A damaged one is told of and made anew.
 */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { DataError, messageOf } from "../../src/errors.ts";
import { readSealedJsonIfThere } from "../../src/files/json-file.ts";
import type { Processes } from "../../src/files/processes.ts";
import { sealedText } from "../../src/files/sealed-text.ts";
import { removeStaleWork, workName } from "../../src/files/work-names.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { hashOf } from "../../src/runs/run-directory.ts";
import type { StageContext } from "../stage.ts";

export interface KeptPlace {
  /** Folder of such records. */
  readonly folder: string;
  /** Begins the name of its file, for people. */
  readonly name: string;
  /** Whatever decides the record. */
  readonly identity: Readonly<Record<string, unknown>>;
}

/** The kept record, or what `make` gives, which is kept from then on; a folder that cannot be written keeps nothing. */
export async function keptRecord<Schema extends z.ZodType<Readonly<Record<string, unknown>>>>(
  { folder, name, identity }: KeptPlace,
  schema: Schema,
  make: () => Promise<z.output<Schema>>,
  context: Processes & Pick<StageContext, "log">,
): Promise<{ readonly record: z.output<Schema>; readonly wasKept: boolean }> {
  const file = path.join(folder, `${name}-${hashOf(identity).slice(0, 16)}.json`);
  try {
    const found = await readSealedJsonIfThere(file, schema, { what: "a kept baseline", remedy: "it is fitted anew" });
    if (found !== null) return { record: found, wasKept: true };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    context.log(`warning: ${error.message}`);
  }
  const record = await make();
  try {
    await mkdir(folder, { recursive: true });
    await removeStaleWork(folder, context);
    await writeFileAtomically(file, sealedText(record, 0), workName(file, context));
  } catch (error) {
    context.log(`warning: the next run fits ${name} again: ${messageOf(error)}`);
  }
  return { record, wasKept: false };
}
