/** JSON files: records of this program, read under a schema, and files that a person wrote. */
import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { type JsonSource, jsonOf, parseJson } from "../config/json-text.ts";
import { ConfigError, DataError, messageOf } from "../errors.ts";
import { errorCode } from "./error-code.ts";
import { readTextIfThere } from "./file-content.ts";
import { sealProblem } from "./sealed-text.ts";

type JsonFile = Omit<JsonSource, "where">;

/** Throws DataError where the file is missing, cannot be read, is not JSON or not of the schema. */
export async function readJson<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  words: JsonFile,
): Promise<z.output<Schema>> {
  const value = await readJsonIfThere(file, schema, words);
  if (value === null) throw new DataError(`${file}: is missing; ${words.remedy}`);
  return value;
}

/** As readJson, but null where there is no such file. */
export async function readJsonIfThere<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  words: JsonFile,
): Promise<z.output<Schema> | null> {
  const text = await readOrRefuse(file, words);
  return text === null ? null : parseJson(text, schema, { where: file, ...words });
}

/** As readJsonIfThere, of a record that sealedText wrote: one that was changed since is refused as well. */
export async function readSealedJsonIfThere<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  words: JsonFile,
): Promise<z.output<Schema> | null> {
  const text = await readOrRefuse(file, words);
  if (text === null) return null;
  const record = parseJson(text, schema, { where: file, ...words });
  const problem = sealProblem(file, text);
  if (problem !== null) throw new DataError(`${problem}; ${words.remedy}`);
  return record;
}

async function readOrRefuse(file: string, { remedy }: JsonFile): Promise<string | null> {
  try {
    return await readTextIfThere(file);
  } catch (error) {
    throw new DataError(`${file}: cannot be read (${messageOf(error)}); ${remedy}`, { cause: error });
  }
}

/** A file that a person wrote, of any shape; `name` begins every message, such as "--config". Throws ConfigError. */
export async function readGivenJson(file: string, name: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    const reason = errorCode(error) === "ENOENT" ? "no such file" : messageOf(error);
    throw new ConfigError(`${name} ${file}: ${reason}`);
  });
  const content = text.replace(/^\uFEFF/, ""); // some editors begin files with a mark of the byte order
  return jsonOf(
    content,
    (reason) => new ConfigError(`${name} ${file}${lineOf(content, reason)} is not JSON: ${reason}`),
  );
}

/** Node names a place by its position only, and not always; later versions add the line themselves. */
function lineOf(text: string, reason: string): string {
  const position = / at position (\d+)/.exec(reason)?.[1];
  return position === undefined ? "" : `:${text.slice(0, Number(position)).split("\n").length}`;
}
