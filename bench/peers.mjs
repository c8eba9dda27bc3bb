/**
 * Training throughput of ours against its peers, in one run: JSON to a file, Markdown to the screen. Not on a busy
 * machine, unless by CPU time. Ours is timed end to end (drawing, shuffling, step), the peers for the step alone. See
 * bench/README.md.
 *
 *   node bench/peers.mjs [--model default|large|shared] [--batch-sizes 256,65536] [--threads 2] [--cpu]
 *       [--seconds 3] [--repetitions 3] [--compile] [--contenders native,torch,tfjs-cpu,tfjs-wasm]
 *       [--output build/bench-peers.json]
 *   node bench/peers.mjs --growth [--scales 1,10,100] [--threads 1,2] [--optimizers adam,lazy-adam]
 *                                                                        ours alone, as its tables grow
 *
 * PEER_TORCH: the PyTorch peer's script. PEER_PYTHON: a Python that imports torch. What is absent is skipped, and said.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { baseline, compare } from "./peers/compare.mjs";
import { contenders } from "./peers/contenders.mjs";
import { measureGrowth } from "./peers/growth.mjs";
import { describeMachine } from "./peers/machine.mjs";
import { comparisonTable, growthTable } from "./peers/markdown.mjs";
import { models } from "./peers/models.mjs";

const root = path.join(import.meta.dirname, "..");
const say = (line) => console.error(line);

try {
  await measure(readOptions());
} catch (failure) {
  say(`bench-peers: ${failure.message}`);
  process.exitCode = 1;
}

async function measure({ values, model, numbers }) {
  const began = performance.now();
  const machine = describeMachine(root);
  const shared = { model, seconds: numbers.seconds, repetitions: numbers.repetitions, say };
  const result = values.growth
    ? await measureGrowth({
        ...shared,
        batchSizes: numbers["batch-sizes"] ?? [8192, 65536],
        threadCounts: numbers.threads ?? [1, 2],
        optimizers: values.optimizers.split(","),
        scales: numbers.scales,
      })
    : await compare({
        ...shared,
        batchSizes: numbers["batch-sizes"] ?? model.batchSizes,
        threads: numbers.threads?.[0] ?? 2,
        cpu: values.cpu,
        names: [...new Set([...values.contenders.split(","), ...(values.compile ? ["torch-compile"] : [])])],
      });
  const document = {
    measured: values.growth ? "growth" : "peers",
    model: { name: values.model, ...model },
    options: { ...values },
    machine,
    elapsedSeconds: Math.round((performance.now() - began) / 1000),
    ...result,
  };
  const file = path.resolve(values.output ?? path.join(root, "build", `bench-${document.measured}.json`));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  const { processor, cores, node, commit } = machine;
  console.log(
    `model ${values.model}${values.cpu ? ", seconds of CPU time" : ""}; ${processor}, ${cores} cores; Node ${node}; commit ${commit}\n`,
  );
  console.log(values.growth ? growthTable(result) : comparisonTable(result, baseline));
  say(`\nwritten: ${path.relative(process.cwd(), file)}`);
}

/** Every problem of the command line in one error. */
function readOptions() {
  const { values } = parseArgs({
    options: {
      model: { type: "string", default: "default" },
      contenders: { type: "string", default: "native,torch,tfjs-cpu,tfjs-wasm" },
      compile: { type: "boolean", default: false },
      cpu: { type: "boolean", default: false },
      growth: { type: "boolean", default: false },
      "batch-sizes": { type: "string" },
      threads: { type: "string" },
      optimizers: { type: "string", default: "adam" },
      scales: { type: "string", default: "1,10,100" },
      seconds: { type: "string", default: "3" },
      repetitions: { type: "string", default: "3" },
      output: { type: "string" },
    },
  });
  const problems = [];
  const oneOf = (flag, value, known) => {
    if (!Object.hasOwn(known, value))
      problems.push(`--${flag} "${value}" is not one of ${Object.keys(known).join(", ")}`);
  };
  const wholes = (flag) => {
    const list = values[flag]?.split(",").map(Number);
    if (list?.some((entry) => !Number.isInteger(entry) || entry < 1)) {
      problems.push(`--${flag} "${values[flag]}" is not whole numbers from 1, parted by commas`);
    }
    return list;
  };
  const numbers = {
    "batch-sizes": wholes("batch-sizes"),
    threads: wholes("threads"),
    scales: wholes("scales"),
    repetitions: wholes("repetitions")[0],
    seconds: Number(values.seconds),
  };
  if (!(numbers.seconds > 0)) problems.push(`--seconds "${values.seconds}" is not above 0`);
  if (!values.growth && (numbers.threads?.length ?? 1) > 1)
    problems.push("--threads takes one number without --growth");
  oneOf("model", values.model, models);
  for (const name of values.contenders.split(",")) oneOf("contenders", name, contenders);
  if (problems.length > 0) throw new Error(problems.join("; "));
  return { values, numbers, model: models[values.model] };
}
