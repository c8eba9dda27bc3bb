/**
 * Why a job failed, as Redis keeps it and `jobs` shows it to everybody: the words of the error, without what was read
 * from files, which errors quote, and without the secrets of addresses. The worker's own log has the whole error.
 */
import { withoutSecrets } from "../../src/config/address-text.ts";

const MOST_CHARACTERS = 2000;
/** "quoted" or 'quoted'; an apostrophe inside a word is none. */
const QUOTED = /"[^"\n]*"|(?<!\w)'[^'\n]*'(?!\w)/g;

/** What `message` quotes stays where the job itself said it. */
export function failureReason(message: string, job: { readonly type: string; readonly data: unknown }): string {
  const said = [job.type, ...textsIn(job.data)];
  const open = message.replaceAll(QUOTED, (quoted) => {
    const inner = quoted.slice(1, -1);
    return said.some((text) => text.includes(inner)) ? quoted : `${quoted[0]}...${quoted[0]}`;
  });
  return withoutSecrets(open).slice(0, MOST_CHARACTERS);
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
