/** How the run stands to the one that was in use when it came: the gate's verdict, and both on the same users. */
import type { ComparedRuns, GateRecord } from "../../runs/gate-record.ts";
import { type Column, dataTable, tableMarkup } from "../charts/data-table.ts";
import { type Markup, markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { RunContent } from "../run-content.ts";
import {
  boundText,
  countText,
  fixedText,
  intervalText,
  percentText,
  probabilityText,
  signedText,
} from "../words/number-text.ts";

/** The verdict in a few words for the top of the page; null where no gate has looked at the run. */
export function gateMarkup({ gate }: RunContent): Markup | null {
  if (gate === null) return null;
  const { verdict, reason, compared } = gate;
  const head = verdict === "promote" ? "Promoted" : "Kept out";
  const [words] = reason.split(": "); // figures stand in the section
  const against = compared === null ? "" : " beside the run in use";
  return markup`<strong class="${compared?.standing ?? "level"}">${head}:</strong> ${words!}${against}. `;
}

/** Null where there was nothing to compare with. */
export function gateSection({ gate }: RunContent): Section | null {
  if (gate === null || gate.compared === null || gate.against === null) return null;
  const { compared, metric, against, protocol } = gate;
  const { difference, interval, permutationP, permutationIsAtMost, wilcoxonP, wins, losses, ties } = compared;
  const body = markup`<p>The gate's verdict: ${gate.verdict}; ${gate.reason}.</p><p>Both on the same ${countText(compared.cases)} users and candidates (${protocol}), at the time of the gate. In ${metric} the run less ${against.run} is ${signedText(difference)} (${intervalText(interval)}, ${percentText(compared.bootstrap.level, 0)} bootstrap over users); permutation test p ${boundText(permutationP, permutationIsAtMost)}, Wilcoxon p ${probabilityText(wilcoxonP)}. It wins for ${countText(wins)} users, loses for ${countText(losses)}, ${countText(ties)} are level.</p>
${tableMarkup(tableOf(gate, compared, against.run))}
${unknownMarkup(compared, metric, against.run)}`;
  return { id: "gate", title: `Beside ${against.run}, the run in use`, body };
}

interface Row {
  readonly name: string;
  readonly metrics: Readonly<Record<string, number>>;
}

function tableOf({ run }: GateRecord, compared: ComparedRuns, against: string) {
  const columns: Column<Row>[] = [
    { name: "ranker", kind: "text", value: ({ name }) => name },
    ...Object.keys(compared.run).map(
      (metric): Column<Row> => ({
        name: metric,
        kind: "number",
        value: ({ metrics }) => metrics[metric] ?? null,
        show: ({ metrics }) => fixedText(metrics[metric] ?? null),
      }),
    ),
  ];
  const rows = [
    { name: `this run, ${run}`, metrics: compared.run },
    { name: `in use, ${against}`, metrics: compared.against },
  ];
  return dataTable<Row>({ title: "The run and the one in use", columns, rows, isMarked: (row) => row === rows[0] });
}

function unknownMarkup(compared: ComparedRuns, metric: string, against: string): Markup | null {
  const { users, items, casesOfUnknownItems, newcomers } = compared;
  if (users.new === 0 && items.new === 0) return null;
  const newcomersText =
    newcomers === null
      ? ""
      : ` Of them ${countText(newcomers.cases)} are tested, and this run reaches ${metric} ${fixedText(newcomers.value)} there.`;
  return markup`<p>${against} does not know ${countText(users.new)} users, who are left out of the comparison.${newcomersText} It does not know ${countText(items.new)} items and ranks them behind all others; they are held out of ${countText(casesOfUnknownItems)} users.</p>`;
}
