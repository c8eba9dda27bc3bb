/**
 * Forward and gradient of an embedding lookup in TensorFlow.js: `tf.gather` with its own gradient against ours, which
 * scatters. One JSON line per backend, batch size and kind; medians of repetitions, of fewer where one takes seconds.
 *
 *   node bench/tfjs-lookup.mjs [--rows 6040] [--width 32] [--batch-sizes 64,256,1024] [--repetitions 9]
 */
import { parseArgs } from "node:util";
import { lookUpRows } from "../dist/src/engine/tfjs/row-lookup.js";
import { openBackend } from "../dist/src/engine/tfjs/tfjs-backend.js";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "6040" },
    width: { type: "string", default: "32" },
    "batch-sizes": { type: "string", default: "64,256,1024" },
    repetitions: { type: "string", default: "9" },
  },
});
const rows = Number(values.rows);
const width = Number(values.width);

for (const name of ["cpu", "wasm"]) {
  const backend = await openBackend(name);
  backend.activate();
  const { tf } = backend;
  const table = tf.randomUniform([rows, width], -1, 1);
  for (const batchSize of values["batch-sizes"].split(",").map(Number)) {
    const indices = tf.randomUniform([batchSize], 0, rows, "int32");
    const kinds = { gather: (x) => tf.gather(x, indices), scatter: (x) => lookUpRows(tf, x, indices, 0) };
    for (const [kind, lookUp] of Object.entries(kinds)) {
      const gradient = tf.grad((x) => tf.sum(tf.square(lookUp(x))));
      console.log(JSON.stringify({ backend: name, rows, width, batchSize, kind, ...time(tf, () => gradient(table)) }));
    }
    indices.dispose();
  }
}

function time(tf, compute) {
  const milliseconds = [];
  try {
    // The first one warms up; some take seconds each, and are not repeated for long.
    for (let k = 0, spent = 0; k <= Number(values.repetitions) && (k < 2 || spent < 3000); k++) {
      const begun = performance.now();
      tf.tidy(() => compute().dataSync());
      const taken = performance.now() - begun;
      if (k > 0) milliseconds.push(taken);
      spent += taken;
    }
  } catch (error) {
    return { failed: error.message.split("\n")[0] };
  }
  milliseconds.sort((a, b) => a - b);
  return { milliseconds: Number(milliseconds[Math.floor(milliseconds.length / 2)].toFixed(3)) };
}
