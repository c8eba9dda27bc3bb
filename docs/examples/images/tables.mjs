/** The tables of a study, in Markdown: means over seeds with intervals, and differences from adam paired by seed. */
import { armNames } from "./arms.mjs";

/** Two-sided 95 % quantiles of Student's t, by degrees of freedom from 1; beyond 9 that of 9, a little too wide. */
const T95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** One row a cell and arm, of the final runs. */
export function finalTable(records) {
  const header = [
    "data", "model", "batch", "optimizer", "test error, %", "less adam's, paired", "training error, %",
    "training loss", "size of logits", "chosen",
  ]; // biome-ignore format: a row
  const rows = cellsOf(records).flatMap((cell) =>
    armNames.flatMap((arm) => {
      const finals = finalsOf(records, cell, arm);
      if (finals.length === 0) return [];
      const errors = finals.map(({ outcome }) => 100 * outcome.testError);
      const base = finalsOf(records, cell, "adam").map(({ outcome }) => 100 * outcome.testError);
      const isPaired = arm !== "adam" && base.length === errors.length;
      const of = (name) => meanOf(finals.map(({ outcome }) => outcome[name]));
      return [
        [
          cell.data,
          cell.model,
          cell.batch.toLocaleString("en-US"),
          arm,
          intervalText(errors),
          isPaired ? intervalText(errors.map((error, i) => error - base[i]), true) : "",
          (100 * of("trainError")).toFixed(2),
          of("trainLoss").toPrecision(2),
          of("logit").toFixed(2),
          Object.entries(finals[0].setting).map(([name, value]) => `${name} ${value}`).join(", "),
        ],
      ]; // biome-ignore format: rows
    }),
  );
  return markdown(header, rows);
}

/** "mean ± half a 95 % interval of Student's t", or the mean alone of one value. */
export function intervalText(values, isSigned = false) {
  const mean = meanOf(values);
  const text = `${isSigned && mean > 0 ? "+" : ""}${mean.toFixed(2)}`;
  if (values.length < 2) return text;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const quantile = T95[Math.min(values.length - 1, T95.length) - 1];
  return `${text} ± ${(quantile * Math.sqrt(variance / values.length)).toFixed(2)}`;
}

function cellsOf(records) {
  const cells = new Map(records.map(({ cell }) => [JSON.stringify(cell), cell]));
  return [...cells.values()];
}

function finalsOf(records, { data, model, batch }, arm) {
  return records.filter(
    ({ cell, role, ...record }) =>
      role === "final" && record.arm === arm && cell.data === data && cell.model === model && cell.batch === batch,
  );
}

function meanOf(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function markdown(header, rows) {
  return [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
