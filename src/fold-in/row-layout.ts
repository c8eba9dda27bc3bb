/** A user's row: the entries of all tables of users, end to end. */
import { sideOf } from "../ranker/carry-rows.ts";
import { parametersOf, type RankerSpec } from "../ranker/ranker-spec.ts";

export interface TableOfRow {
  readonly name: string;
  /** Its entries are row[start .. end). */
  readonly start: number;
  readonly end: number;
}

export interface RowLayout {
  /** In the order of parametersOf: userDot, userGmf, userMlp, userBias, those that the ranker has. */
  readonly tables: readonly TableOfRow[];
  readonly width: number;
}

export function rowLayout(spec: RankerSpec): RowLayout {
  let width = 0;
  const tables: TableOfRow[] = [];
  for (const { name, shape } of parametersOf(spec)) {
    if (sideOf(name) !== "users") continue;
    const start = width;
    width += shape[1] ?? 1;
    tables.push({ name, start, end: width });
  }
  return { tables, width };
}

/** Empty where the ranker has no such table. */
export function tableOf({ tables }: RowLayout, name: string): TableOfRow {
  return tables.find((table) => table.name === name) ?? { name, start: 0, end: 0 };
}
