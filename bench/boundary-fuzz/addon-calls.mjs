/**
 * The compiled addon without the checks of TypeScript before it: its own second line. It may answer or refuse, in any
 * words; only the process must live.
 */
import { requireNativeAddon } from "../../dist/src/engine/native/native-addon.js";
import { malformed } from "./malformed.mjs";

const u32 = (...values) => Uint32Array.of(...values);

function settingsOf({ oneOf, isOnce }) {
  const ratioless = { firstDecay: 0.9, firstShare: 0.1, secondDecay: 0.99, secondShare: 0.01, epsilon: 1e-8 };
  const layers = isOnce(2) ? { embedding: 4, tower: u32(5, 3) } : { embedding: 0, tower: u32() };
  const ranker = { users: 4, items: 6, dot: 3, gmf: 2, ...layers, idBiases: true, cosineTemperature: oneOf([0, 0.5]) };
  const negativesFrom = oneOf(["uniform", "popularity", "shared", "batch"]);
  const hasMass = negativesFrom === "popularity" || negativesFrom === "shared";
  const lawn = { switchesByNorm: false, switchStep: 1, switchNorm: 1, projectsGradient: true };
  /** Items of five ids and one value, which the last has alone. */
  const items = {
    entities: 6,
    rows: 6,
    ids: 5,
    offsets: u32(0, 2, 3, 4, 5, 6, 7),
    rowIndices: u32(0, 5, 1, 2, 3, 4, 5),
    weights: new Float32Array(7).fill(0.5),
  };
  return {
    ranker,
    sides: { users: null, items: oneOf([null, items]) },
    loss: {
      name: oneOf(["bce", "bpr", "softmax", "ccl"]),
      margin: 0.1,
      negativeWeight: 2,
      itemLogQ: isOnce(2) ? new Float32Array(6) : null,
    },
    optimizer: {
      rule: oneOf(["adam", "sgd", "lamb", "lion", "rmsprop"]),
      isLazy: false,
      hasRootOfRow: false,
      ...ratioless,
      weightDecay: 0,
      trustCoefficient: 0.001,
      lawn: isOnce(2) ? { ...lawn, projectsDirection: true, resetsState: false } : null,
    },
    embeddingDecay: 0,
    groups: [{ rows: 4, members: u32(0) }],
    interactions: {
      items: 6,
      userColumn: u32(0, 1, 2, 3),
      itemColumn: u32(0, 1, 2, 3),
      weights: isOnce(2) ? Float32Array.of(1, 0, 2, 0.5) : null,
      seenOffsets: u32(0, 1, 2, 3, 4),
      seenItems: u32(0, 1, 2, 3),
      negativesPerPositive: 1,
      negativesFrom,
      itemMass: hasMass ? u32(0, 1, 3, 4, 9, 10, 11) : null,
      seenMass: hasMass ? u32(0, 0, 0, 0) : null,
      blockRows: 2,
      batchSize: 3,
    },
    threads: 2,
    instructionSet: "",
  };
}

/** Good arguments behind the session, by function. */
const calls = {
  step: () => [
    0.1,
    u32(0, 1),
    u32(2, 3),
    Float32Array.of(1, 0),
    null,
    Float32Array.of(2, 1),
    1,
    null,
    null,
    u32(9, 1, 2, 3, 4),
  ],
  gradient: () => [u32(0, 1), u32(2, 3), null, u32(4, 5), null, 2, u32(0, 1, 2), u32(1, 0), null],
  clearGradient: () => [],
  parametersChanged: () => [],
  train: () => [
    {
      leftBits: 4,
      rightBits: 4,
      roundKeys: u32(1, 2, 3, 4, 5, 6),
      negativesLow: 1,
      negativesHigh: 2,
      idThreshold: 5,
      idKeys: u32(1, 2, 3, 4, 5, 6, 7, 8),
    },
    0,
    Float64Array.of(0.1, 0.1),
    new Float64Array(2),
  ],
  scorePairs: () => [u32(0, 3), u32(0, 5), new Float32Array(2)],
  scoreCatalogue: () => [u32(0, 3), new Float32Array(12)],
  topItems: () => [u32(0, 3), 4, u32(0, 1, 2), u32(1, 2), new Uint32Array(8), new Float32Array(8)],
  rankCatalogue: () => [
    u32(0, 3),
    u32(0, 1, 3),
    u32(5, 0, 2),
    u32(0, 1, 2),
    u32(1, 2),
    4,
    new Float32Array(3),
    new Uint32Array(8),
    new Uint32Array(8),
    new Float64Array(60),
  ],
  copyTensor: () => [0, 0, new Float32Array(12), 1],
  copyGroup: () => [0, new Float64Array(4), new Float64Array(4), 0],
  copyCounts: () => [new Float64Array(4), 1],
  closeSession: () => [],
};

/** `outcomes` counts what was answered and what was refused. */
export async function callAddon(draws, outcomes) {
  const addon = requireNativeAddon();
  outcomes.refusedByAddon ??= 0;
  const settle = async (call) => {
    try {
      const result = await call();
      outcomes.answered++;
      return result;
    } catch {
      outcomes.refusedByAddon++;
      return undefined;
    }
  };
  const settings = settingsOf(draws);
  const session = await settle(() => addon.openSession(draws.isOnce(2) ? malformed(settings, draws, 6) : settings));
  if (session === undefined) return;
  const running = [];
  for (let call = 0; call < 6; call++) {
    const name = draws.oneOf(Object.keys(calls));
    if (name === "closeSession" && !draws.isOnce(4)) continue;
    const good = calls[name]();
    const args = draws.isOnce(3) ? good : (malformed([session, ...good], draws, 6) ?? []);
    const ended = settle(() =>
      addon[name](...(draws.isOnce(3) ? [session, ...good] : [session, ...[...args].slice(1)])),
    );
    if (draws.isOnce(2)) await ended;
    else running.push(ended);
  }
  await Promise.all(running);
  await settle(() => addon.closeSession(session));
}
