/** What the lists look like, as against how often they are right. */
import { type Column, dataTable, tableMarkup } from "../charts/data-table.ts";
import { csvLink } from "../charts/figure.ts";
import { markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { RankerOutcome, RunContent } from "../run-content.ts";
import { countText, fixedText, percentText } from "../words/number-text.ts";

export function listsSection({ rankers }: RunContent): Section | null {
  const rows = rankers.filter(({ beyondAccuracy }) => beyondAccuracy !== null);
  const first = rows[0]?.beyondAccuracy ?? null;
  if (first === null) return null;
  const column = (
    name: string,
    of: (b: NonNullable<RankerOutcome["beyondAccuracy"]>) => number | null,
    show: (value: number | null) => string,
  ): Column<RankerOutcome> => ({
    name,
    kind: "number",
    value: (ranker) => of(ranker.beyondAccuracy!),
    show: (ranker) => show(of(ranker.beyondAccuracy!)),
  });
  const columns: Column<RankerOutcome>[] = [
    { name: "ranker", kind: "text", value: ({ name }) => name },
    column(
      "coverage",
      (b) => b.catalogueCoverage,
      (value) => percentText(value),
    ),
    column(
      "Gini",
      (b) => b.gini,
      (value) => fixedText(value, 3),
    ),
    column(
      "novelty, bits",
      (b) => b.novelty,
      (value) => fixedText(value, 2),
    ),
    column(
      "mean popularity",
      (b) => b.meanPopularity,
      (value) => fixedText(value, 1),
    ),
  ];
  if (rows.some(({ beyondAccuracy }) => beyondAccuracy!.intraListDiversity !== null)) {
    columns.push(
      column(
        "diversity",
        (b) => b.intraListDiversity,
        (value) => fixedText(value, 3),
      ),
    );
  }
  const table = dataTable({ title: `Lists of ${first.k}`, columns, rows, isMarked: (row) => row === rankers[0] });
  const body = markup`<p>Lists of the best ${first.k} for each of ${countText(first.users)} users, from ${first.lists}. Coverage is the share of the catalogue that any list shows; Gini is 0 when all items are shown alike and 1 when one is shown alone; novelty is higher for items that fewer have.</p>${tableMarkup(table, { sortable: true })}${csvLink(table)}`;
  return { id: "lists", title: "Beyond accuracy", body };
}
