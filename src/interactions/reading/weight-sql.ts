/** What a row weighs, as SQL: a number of its own, or what the kind of its event is worth. */
import type { EventWeights } from "../../config/schemas/ingest/event-weights.ts";
import { sqlText } from "../database/sql-text.ts";
import type { ColumnChoice } from "../sources/choose-columns.ts";
import type { TableSource } from "../sources/table-source.ts";
import { ROW_PROBLEM } from "./row-problem.ts";
import { columnOfNumbers, present, valueText } from "./value-sql.ts";

export interface WeightSql {
  /** What the file holds, as VARCHAR. */
  readonly text: string;
  /** FLOAT at least 0, infinite where it is too large for one; null where there is none. */
  readonly number: string;
  /** WHEN ... THEN ... of rows whose weight makes no sense, over columns __weight (the text) and __weight_number. */
  readonly problems: string;
}

export interface WeightChoice {
  readonly columns: Pick<ColumnChoice, "weight" | "event">;
  /** Null without a column of events. */
  readonly eventWeights: EventWeights | null;
  /** Texts that stand for no value. */
  readonly nulls: readonly string[];
}

/** Throws ConfigError for a column that holds objects or lists. */
export function weightSql(source: TableSource, { columns, eventWeights, nulls }: WeightChoice): WeightSql {
  const { weight, event } = columns;
  if (event !== null && eventWeights !== null) {
    const column = columnOfNumbers(source.file, source.columns[event]!, "names of events");
    const text = `trim(${valueText(column)})`;
    const cases = [...eventWeights.named].map(
      ([name, value]) => `WHEN ${text} = ${sqlText(name)} THEN ${value}::FLOAT`,
    );
    // A CASE has a WHEN at least, and there may be no name.
    const others = eventWeights.others === null ? "NULL" : `${eventWeights.others}::FLOAT`;
    return {
      text,
      number: `CASE ${cases.join(" ")} WHEN ${text} IS NOT NULL THEN ${others} END`,
      problems: `WHEN ${present("__weight", nulls)} IS NULL THEN ${ROW_PROBLEM.eventMissing}
          WHEN __weight_number IS NULL THEN ${ROW_PROBLEM.eventUnnamed}`,
    };
  }
  if (weight === null) return { text: "NULL", number: "NULL", problems: "" };
  const column = columnOfNumbers(source.file, source.columns[weight]!, "weights");
  return {
    text: valueText(column),
    number: `TRY_CAST(TRY_CAST(${valueText(column)} AS DOUBLE) AS FLOAT)`,
    problems: `WHEN NOT coalesce(isfinite(__weight_number) AND __weight_number >= 0, false)
            THEN ${ROW_PROBLEM.weightUnreadable}`,
  };
}
