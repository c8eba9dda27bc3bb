/** JSON of a known shape out of a text: parsed, checked against its schema, and refused in one way. */
import type { z } from "zod";
import { DataError, messageOf } from "../errors.ts";

/** The words of a refusal: "<where>: not <what>: <key>: <problem>; <remedy>". */
export interface JsonSource {
  /** Such as the file's name. */
  readonly where: string;
  /** What it should be, such as "a dataset description". */
  readonly what: string;
  /** What to do now, such as "ingest the logs again". */
  readonly remedy: string;
}

const MOST_PROBLEMS = 5;

/** Throws DataError for a text that is not JSON or not of the schema. */
export function parseJson<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  { where, what, remedy }: JsonSource,
): z.output<Schema> {
  const value = jsonOf(text, (reason) => new DataError(`${where}: not JSON (${reason}); ${remedy}`));
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    [...(path.length === 0 ? [] : [path.join(".")]), message].join(": "),
  );
  const more = problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more`] : [];
  throw new DataError(`${where}: not ${what}: ${[...problems.slice(0, MOST_PROBLEMS), ...more].join("; ")}; ${remedy}`);
}

/** `refusal` makes of the parser's reason what is thrown. */
export function jsonOf(text: string, refusal: (reason: string) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refusal(messageOf(error));
  }
}
