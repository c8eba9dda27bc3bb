/**
 * What features cost while training: sessions with and without them take turns in one run, on the same made-up log, and
 * their rates are given as a ratio. One JSON line.
 *
 *   node bench/features/training.mjs [--features 6] [--batch-size 65536] [--threads 2] [--seconds 10]
 *       [--optimizer adam] [--users 6040 --items 3706 --positives 994169] [--embedding 32 --gmf 8]
 *       [--tower 32,16,8 --dot 0]
 *
 * Every user and item has its id and one value of each feature; a feature has 2, 8, 32, 128, 512, 2,048, 2, ... values,
 * of which the first are the most frequent. CPU time is that of all threads, for a machine that others use too;
 * megabytes are those of the engine's arrays, openSeconds those of opening a session.
 */
import { parseArgs } from "node:util";
import { stepsPerEpoch } from "../../dist/src/dataset/training-batches.js";
import { requireNativeAddon } from "../../dist/src/engine/native/native-addon.js";
import { openNativeEngine } from "../../dist/src/engine/native/native-engine.js";
import { streamKey, threefry, unitInterval } from "../../dist/src/random.js";
import { noSides } from "../../dist/src/ranker/side.js";
import { madeUpLog, madeUpParameters, optimizerCalled } from "../made-up-task.mjs";

const { values } = parseArgs({
  options: {
    features: { type: "string", default: "6" },
    "batch-size": { type: "string", default: "65536" },
    threads: { type: "string", default: "2" },
    seconds: { type: "string", default: "10" },
    optimizer: { type: "string", default: "adam" },
    users: { type: "string", default: "6040" },
    items: { type: "string", default: "3706" },
    positives: { type: "string", default: "994169" },
    dot: { type: "string", default: "0" },
    gmf: { type: "string", default: "8" },
    embedding: { type: "string", default: "32" },
    tower: { type: "string", default: "32,16,8" },
  },
});
const whole = (name) => Number.parseInt(values[name], 10);
const entities = { users: whole("users"), items: whole("items") };
const sides = { users: madeUpSide("users"), items: madeUpSide("items") };
const source = {
  ...madeUpLog(entities, whole("positives")),
  loss: "bce",
  negativesPerPositive: 4,
  negativesFrom: "uniform",
  negativesPower: 0,
  idDropout: 0,
  batchSize: whole("batch-size"),
  seed: 1,
};
const engine = openNativeEngine({ threads: whole("threads") });
const addon = requireNativeAddon();
const contenders = [await contender("without", noSides), await contender("with", sides)];
const begun = performance.now();
for (let round = 0; round < 3 || performance.now() - begun < 1000 * Number(values.seconds); round++) {
  for (const each of round % 2 === 0 ? contenders : contenders.toReversed()) await takeSteps(each);
}
const [without, withFeatures] = contenders.map(({ name, spans, openSeconds, bytes, session }) => {
  session.close();
  const middle = (key) => spans.map((span) => span[key]).sort((a, b) => a - b)[Math.floor(spans.length / 2)];
  return {
    name,
    samplesPerSecond: Math.round(1e9 / middle("wall")),
    cpuNanosecondsPerSample: Number(middle("cpu").toFixed(1)),
    openSeconds: Number(openSeconds.toFixed(2)),
    megabytes: Math.round(bytes / 1e6),
    spans: spans.length,
  };
});
const paired = contenders[0].spans.map((span, k) => span.wall / contenders[1].spans[k].wall).sort((a, b) => a - b);
console.log(
  JSON.stringify({
    engine: engine.description,
    ...values,
    rows: { users: sides.users.rows, items: sides.items.rows },
    without,
    with: withFeatures,
    ratio: Number(paired[Math.floor(paired.length / 2)].toFixed(3)),
    ratioRange: [paired[0], paired.at(-1)].map((ratio) => Number(ratio.toFixed(3))),
    cpuRatio: Number((without.cpuNanosecondsPerSample / withFeatures.cpuNanosecondsPerSample).toFixed(3)),
  }),
);

async function contender(name, ofSides) {
  const spec = {
    users: ofSides.users?.rows ?? entities.users,
    items: ofSides.items?.rows ?? entities.items,
    dot: whole("dot"),
    gmf: whole("gmf"),
    embedding: whole("embedding"),
    tower: whole("embedding") === 0 ? [] : values.tower.split(",").filter(Boolean).map(Number),
    idBiases: false,
    cosineTemperature: null,
  };
  const parameters = madeUpParameters(spec);
  const before = addon.heldBytes();
  const start = performance.now();
  const session = await engine.open({
    spec,
    sides: ofSides,
    loss: { name: "bce" },
    start: { parameters, optimizer: null },
    optimizer: optimizerCalled(values.optimizer),
    embeddingDecay: 0,
    source,
  });
  const openSeconds = (performance.now() - start) / 1000;
  const each = { name, session, openSeconds, spans: [], epoch: 0, firstStep: 0 };
  await takeSteps(each); // the first batches find the memory that later ones use
  each.spans.length = 0;
  return { ...each, bytes: addon.heldBytes() - before };
}

/** About a million samples; the losses are waited for at their end. */
async function takeSteps(each) {
  const steps = stepsPerEpoch(source);
  const count = Math.max(1, Math.min(steps, Math.round(1e6 / source.batchSize)));
  if (each.firstStep + count > steps) {
    each.firstStep = 0;
    each.epoch++;
  }
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  await each.session.train({
    epoch: each.epoch,
    firstStep: each.firstStep,
    learningRates: new Float64Array(count).fill(0.001),
  });
  const wall = (1e6 * (performance.now() - start)) / (count * source.batchSize);
  const { user, system } = process.cpuUsage(cpuBefore);
  each.spans.push({ wall, cpu: (1000 * (user + system)) / (count * source.batchSize) });
  each.firstStep += count;
}

function madeUpSide(name) {
  const features = whole("features");
  const count = entities[name];
  const sizes = Array.from({ length: features }, (_, feature) => 2 * 4 ** (feature % 6));
  const firsts = sizes.map((_, feature) => sizes.slice(0, feature).reduce((sum, size) => sum + size, count));
  const perEntity = 1 + features;
  const rowIndices = new Uint32Array(count * perEntity);
  const key = streamKey(1, `features of ${name}`);
  const block = { first: 0, second: 0 };
  for (let entity = 0; entity < count; entity++) {
    rowIndices[entity * perEntity] = entity;
    for (let feature = 0; feature < features; feature++) {
      threefry(key, entity, feature, block);
      const value = Math.floor(sizes[feature] * unitInterval(block.first) ** 2);
      rowIndices[entity * perEntity + 1 + feature] = firsts[feature] + value;
    }
  }
  return {
    entities: count,
    rows: sizes.reduce((sum, size) => sum + size, count),
    ids: count,
    offsets: Uint32Array.from({ length: count + 1 }, (_, entity) => entity * perEntity),
    rowIndices,
    weights: new Float32Array(rowIndices.length).fill(1),
  };
}
