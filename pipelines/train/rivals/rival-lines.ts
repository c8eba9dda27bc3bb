/** What `train` says last: each baseline's figures on test beside the run's lead over it, and the outcome in words. */
import type { BaselinesRecord } from "../../../src/runs/baselines-record.ts";
import { leadText } from "../../../src/runs/estimate-text.ts";

/** None where nothing was fitted, or nothing was tested. */
export function rivalLines(record: BaselinesRecord | null): readonly string[] {
  const verdict = record?.verdict ?? null;
  if (record === null || verdict === null) return [];
  const { metric } = verdict;
  return [
    `baselines: test ${metric}, and this run's lead with its ${100 * record.interval.level} % interval, user by user`,
    ...record.fitted.flatMap(({ name, test, lead }) => {
      const [own, ahead] = [test?.[metric], lead?.[metric]];
      return own === undefined || ahead === undefined
        ? []
        : [`  ${name.padEnd(14)} ${own.value.toFixed(4)}  ${leadText(ahead)}`];
    }),
    `this run is ${verdict.text}`,
    ...(verdict.advice === null ? [] : [verdict.advice]),
  ];
}
