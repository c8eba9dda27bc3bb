/**
 * Exported models in onnxruntime, a program that knows nothing of ours. It is installed by `make check-onnx`, and
 * skipped out loud without.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { encodeOnnx } from "../../src/export/encode-onnx.ts";
import { rankerGraph } from "../../src/export/ranker-graph.ts";
import { boundedInteger, streamKey, threefry } from "../../src/random.ts";
import { openForward } from "../../src/ranker/forward.ts";
import { type RankerCase, rankerCases } from "../support/engines/ranker-cases.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const folder = path.resolve(import.meta.dirname, "../onnx");
const isInstalled = existsSync(path.join(folder, "node_modules/onnxruntime-node"));
const describeRuntime = isInstalled ? describe : describe.skip;
const title = `exported models in onnxruntime${isInstalled ? "" : " (skipped: not installed; make check-onnx)"}`;

const PAIRS = 10_000;
const extents = { users: 5000, items: 3000 };
const differences: string[] = [];

describeRuntime(title, () => {
  it.each(rankerCases(extents).map((ranker) => [ranker.name, ranker] as const))(
    "%s gives our logits",
    (name, ranker) => {
      for (const inlineBytes of [2 ** 30, 0]) check(ranker, inlineBytes, name.replaceAll(" ", "-"));
    },
  );

  it("one pair is enough, and an index beyond the table is an error there", () => {
    const [ranker] = rankerCases({ users: 3, items: 4 });
    const model = write(ranker!, 2 ** 30, "small");
    expect(run(model, { user: [2], item: [3] })).toMatchObject({ shape: [1] });
    expect(() => run(model, { user: [3], item: [0] })).toThrow(/out of (data )?bounds/);
  });

  it("says how far they were apart", () => {
    process.stderr.write(`greatest difference from our logits over ${PAIRS} pairs:\n  ${differences.join("\n  ")}\n`);
  });
});

function check(ranker: RankerCase, inlineBytes: number, name: string): void {
  const pairs = drawPairs();
  const { logits } = run(write(ranker, inlineBytes, `${name}-${inlineBytes}`), pairs);
  const { logit } = openForward(ranker.spec, ranker.parameters);
  expect(logits).toHaveLength(PAIRS);
  const expected = pairs.user.map((user, k) => logit(user, pairs.item[k]!));
  const difference = Math.max(...expected.map((value, k) => Math.abs(value - logits[k]!)));
  const largest = Math.max(...expected.map(Math.abs));
  differences.push(
    `${name}, ${inlineBytes === 0 ? "tables beside it" : "tables inside"}: ${difference.toExponential(1)} (logits up to ${largest.toFixed(1)})`,
  );
  // Float32 sums of up to 25 products in another order.
  expect(difference).toBeLessThan(1e-6 * Math.max(1, largest) * 10);
}

function write({ spec, parameters }: RankerCase, inlineBytes: number, name: string): string {
  const model = rankerGraph({ spec, parameters, packageVersion: "0", metadata: {} });
  const encoded = encodeOnnx(model, { dataFile: "model.onnx.data", inlineBytes });
  mkdirSync(temporary(name), { recursive: true });
  const file = temporary(path.join(name, "model.onnx"));
  writeFileSync(file, Buffer.concat(encoded.model));
  if (encoded.data.length > 0) writeFileSync(`${file}.data`, Buffer.concat(encoded.data));
  return file;
}

function run(model: string, pairs: { user: number[]; item: number[] }): { shape: number[]; logits: number[] } {
  const file = `${model}.pairs.json`;
  writeFileSync(file, JSON.stringify(pairs));
  const args = [path.join(folder, "run-model.mjs"), model, file];
  return JSON.parse(
    execFileSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 26, stdio: ["ignore", "pipe", "pipe"] }),
  );
}

function drawPairs(): { user: number[]; item: number[] } {
  const key = streamKey(1, "onnx-pairs");
  const block = { first: 0, second: 0 };
  const pairs = Array.from({ length: PAIRS }, (_, k) => {
    threefry(key, k, 0, block);
    return [boundedInteger(block.first, extents.users), boundedInteger(block.second, extents.items)] as const;
  });
  return { user: pairs.map(([user]) => user), item: pairs.map(([, item]) => item) };
}
