/** Kinds of events that nothing says the weight of, refused by name: a new kind of event is no reason to drop rows. */
import { DataError } from "../../errors.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { ROW_PROBLEM } from "./row-problem.ts";

const SHOWN = 10;

/** Throws DataError with the kinds and how many rows of `raw` each has, most first. */
export async function refuseUnnamedEvents(database: WorkDatabase): Promise<void> {
  const kinds = await database.rows(
    `SELECT left(detail, 60) AS event, count(*) AS rows FROM raw WHERE problem = ${ROW_PROBLEM.eventUnnamed}
     GROUP BY event ORDER BY rows DESC, event`,
  );
  if (kinds.length === 0) return;
  const rows = kinds.reduce((sum, kind) => sum + Number(kind.rows), 0);
  const shown = kinds.slice(0, SHOWN).map((kind) => `${JSON.stringify(String(kind.event))} (${kind.rows})`);
  const more = kinds.length > SHOWN ? ` and ${kinds.length - SHOWN} more` : "";
  throw new DataError(
    `--event-weights says nothing of ${kinds.length} kind${kinds.length === 1 ? "" : "s"} of event in ${rows} rows: ${shown.join(", ")}${more}; name them there, or give the rest a weight: *=0 keeps them out of training`,
  );
}
