/**
 * `make setup-gpu`: adds @tensorflow/tfjs-node-gpu and trains one step on it. Ends in one line: that CUDA works,
 * or what stands in the way.
 *
 *   node src/engine/tfjs/setup-gpu.mjs          after `make build`
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const GPU_NAME = "@tensorflow/tfjs-node-gpu";
const GPU_PACKAGE = `${GPU_NAME}@^4.22.0`;
const otherwise = "the other engines need none of this: see make doctor";

if (process.platform === "darwin") {
  fail(`macOS has no CUDA; ${otherwise}`);
} else {
  // --no-save: the package stays optional, and neither package.json nor the lock file asks everybody for it.
  const { status } = spawnSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", GPU_PACKAGE], {
    stdio: "inherit",
  });
  // npm may leave a package out and still end well, such as where scripts or optional packages are switched off.
  const isThere = existsSync(path.resolve(import.meta.dirname, "../../../node_modules", GPU_NAME, "package.json"));
  if (status === 0 && isThere) await trainOneStep();
  else if (status === 0) {
    fail(`npm ended without an error, but did not install ${GPU_NAME} (its words are above); ${otherwise}`);
  } else {
    fail(
      `npm could not install ${GPU_PACKAGE} (its words are above); its install step downloads the TensorFlow library, some hundred megabytes, from storage.googleapis.com, outside the npm registry; ${otherwise}`,
    );
  }
}

async function trainOneStep() {
  try {
    const { openEngine } = await import("../../../dist/src/engine/open-engine.js");
    const { parametersOf, sizeOf } = await import("../../../dist/src/ranker/ranker-spec.js");
    const engine = await openEngine("tfjs", { tfjsBackend: "node-gpu" });
    const spec = {
      users: 8,
      items: 8,
      dot: 0,
      gmf: 2,
      embedding: 4,
      tower: [4],
      idBiases: false,
      cosineTemperature: null,
    };
    const parameters = new Map(
      parametersOf(spec).map(({ name, shape }) => [
        name,
        Float32Array.from({ length: sizeOf(shape) }, (_, i) => 0.1 * Math.sin(i + 1)),
      ]),
    );
    const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
    const session = await engine.open({
      spec,
      sides: { users: null, items: null },
      loss: { name: "bce" },
      start: { parameters, optimizer: null },
      optimizer: { base: adam, lawn: null },
      embeddingDecay: 0,
      source: null,
    });
    const loss = await session.step(
      {
        kind: "pointwise",
        length: 4,
        users: Uint32Array.of(0, 1, 2, 3),
        items: Uint32Array.of(3, 2, 1, 0),
        labels: Float32Array.of(1, 0, 1, 0),
        weights: null,
        idDropout: null,
      },
      0.01,
    );
    session.close();
    if (!Number.isFinite(loss)) throw new Error(`the loss of the first step is ${loss}`);
    console.log(`setup-gpu: CUDA works: ${engine.description}; one step trained, loss ${loss.toFixed(4)}`);
  } catch (error) {
    fail(`${GPU_NAME} is there, but it cannot train: ${error instanceof Error ? error.message : error}`);
  }
}

function fail(reason) {
  console.error(`setup-gpu: ${reason}`);
  process.exitCode = 1;
}
