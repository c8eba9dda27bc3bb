/**
 * The trainings of a study, one after the other, each a line of a file: a study that was stopped goes on where it was.
 * Without a file (null) it begins anew each time.
 * In each cell (data, model, batch size) every optimizer gets as many trials on held-out training images, the best of
 * them is trained anew on all with seeds of its own, and the test images are looked at by those runs alone.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { armNames, drawSetting } from "./arms.mjs";
import { openData } from "./data.mjs";
import { trainNetwork } from "./train-network.mjs";

const SEARCH_SEED = 1;
const FIRST_FINAL_SEED = 101;

/** Every outcome of the plan, { cell, arm, role: "search" | "final", index, setting, outcome }. */
export async function runStudy({ plan, file, progress, now }) {
  const done = readDone(file, plan);
  const records = [];
  const total = plan.cells.length * armNames.length * (plan.trials + plan.seeds);
  let trained = 0;
  const started = now();
  const open = new Map();
  const dataOf = (name) => {
    if (!open.has(name)) open.set(name, openData(name));
    return open.get(name);
  };
  const run = async (cell, arm, { role, index, setting }) => {
    const key = keyOf({ cell, arm, role, index });
    let record = done.get(key);
    if (record === undefined) {
      const data = dataOf(cell.data);
      const { train, test } = data[role];
      const { inputShape, classes } = data;
      const outcome = await trainNetwork({
        modelName: cell.model,
        arm,
        setting,
        train,
        test,
        inputShape,
        classes,
        batchSize: cell.batch,
        epochs: data.epochsAt(cell.batch, train.labels.length),
        seed: role === "search" ? SEARCH_SEED : FIRST_FINAL_SEED + index,
        now,
      });
      record = { trials: plan.trials, cell, arm, role, index, setting, outcome };
      if (file !== null) appendFileSync(file, `${JSON.stringify(record)}\n`);
      trained++;
    }
    records.push(record);
    progress({ record, done: records.length, total, trained, seconds: (now() - started) / 1000 });
    return record;
  };
  for (const cell of plan.cells) {
    for (const arm of armNames) {
      const searched = [];
      for (let index = 0; index < plan.trials; index++) {
        const setting = drawSetting(arm, { trial: index, trials: plan.trials, seed: SEARCH_SEED });
        searched.push(await run(cell, arm, { role: "search", index, setting }));
      }
      const { setting } = searched.reduce((best, next) => (isBetter(next.outcome, best.outcome) ? next : best));
      for (let index = 0; index < plan.seeds; index++) await run(cell, arm, { role: "final", index, setting });
    }
  }
  return records;
}

/** Fewer wrong; among equals, the smaller loss. A diverged network, whose loss is no number, is never better. */
function isBetter(a, b) {
  if (!Number.isFinite(a.testLoss)) return false;
  return (
    !Number.isFinite(b.testLoss) ||
    a.testError < b.testError ||
    (a.testError === b.testError && a.testLoss < b.testLoss)
  );
}

/** A last line without an end was torn by a crash; it is trained again. */
function readDone(file, { trials }) {
  if (file === null || !existsSync(file)) return new Map();
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n");
  if (lines.pop() !== "") throw new Error(`${file} ends in half a line; remove that line and start again`);
  const records = lines.map((line) => JSON.parse(line));
  const other = records.find((record) => record.trials !== trials);
  if (other !== undefined) {
    throw new Error(`${file} is of a study with ${other.trials} trials, this one has ${trials}; give another --file`);
  }
  return new Map(records.map((record) => [keyOf(record), record]));
}

function keyOf({ cell, arm, role, index }) {
  return [cell.data, cell.model, cell.batch, arm, role, index].join(" ");
}
