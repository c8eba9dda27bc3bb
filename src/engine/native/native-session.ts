/** One ranker in training in native memory: checks at the boundary, one crossing per span, one call at a time. */
import type { Batch } from "../../dataset/batch.ts";
import { type IdDropout, idDropoutOf } from "../../dataset/id-dropout.ts";
import { epochDraws } from "../../dataset/training-batches.ts";
import { float32Ops } from "../../optimizer/arrays/float-ops.ts";
import { buildOptimizer } from "../../optimizer/build-optimizer.ts";
import { parametersOf, sizeOf } from "../../ranker/ranker-spec.ts";
import { extentsOf } from "../../ranker/side.ts";
import { checkedBatch, checkLearningRate } from "../check-batch.ts";
import { checkedSpan } from "../check-session-options.ts";
import { closedBy } from "../closable.ts";
import type { SessionOptions, StepSpan, TrainingSession } from "../engine.ts";
import { createSessionCalls } from "../session-calls.ts";
import { type NativeAddon, type NativeColumns, tensorKinds } from "./native-addon.ts";
import { type NativeScorer, openNativeScorer } from "./native-scorer.ts";
import { type NativeMachine, nativeSettings } from "./native-settings.ts";
import { openNativeState } from "./native-state.ts";

/** `scorer` can also rank: the best unseen items of users, chosen where the scores are. */
export type NativeTrainingSession = TrainingSession & { readonly scorer: NativeScorer };

/** `options` must have been checked. */
export function openNativeSession(
  addon: NativeAddon,
  options: SessionOptions,
  machine: NativeMachine,
): NativeTrainingSession {
  const { spec, sides, loss, start, optimizer: config, source } = options;
  const entities = { ...spec, ...extentsOf(spec, sides) }; // of which batches and scores speak
  const parameters = parametersOf(spec);
  const optimizer = buildOptimizer({ config, parameters, ops: float32Ops() });
  const session = addon.openSession(nativeSettings(options, { parameters, groups: optimizer.groups }, machine));
  const state = openNativeState({ addon, session, optimizer, config });
  state.write(start);

  const { inTurn, isClosed, checkStillOpen, close } = createSessionCalls("training session");

  function columnsOf(given: Batch): NativeColumns {
    const batch = checkedBatch(given, loss.name, entities);
    const { users, weights } = batch;
    const idDropout = batch.idDropout === null ? null : idWords(batch.idDropout);
    const alone = { weights, blockRows: 1, maskOffsets: null, masked: null, idDropout };
    if (batch.kind === "pointwise")
      return { ...alone, users, items: batch.items, labels: batch.labels, negatives: null };
    const compared = { ...alone, users, items: batch.positives, labels: null, negatives: batch.negatives };
    if (batch.kind === "pairwise") return compared;
    const { blockRows, masked } = batch;
    return { ...compared, blockRows, maskOffsets: masked?.offsets ?? null, masked: masked?.places ?? null };
  }

  async function train(span: StepSpan): Promise<Float64Array> {
    const { source: batches, epoch, firstStep, learningRates } = checkedSpan(source, span);
    const { negativesKey, permutation, idDropoutKeys } = epochDraws(batches, epoch);
    const { leftBits, rightBits, roundKeys } = permutation;
    const ids = Array.from(learningRates, (_, k) => idDropoutOf(batches.idDropout, idDropoutKeys, firstStep + k));
    const dropped = ids.flatMap((draws) => (draws === null ? [] : [draws]));
    const keys = {
      leftBits,
      rightBits,
      roundKeys,
      negativesLow: negativesKey.low,
      negativesHigh: negativesKey.high,
      idThreshold: dropped[0]?.threshold ?? 0,
      idKeys: Uint32Array.from(dropped.flatMap((draws) => [...idWords(draws).subarray(1)])),
    };
    const losses = new Float64Array(learningRates.length);
    await addon.train(session, keys, firstStep, learningRates, losses);
    return losses;
  }

  return {
    step: (batch, learningRate) =>
      inTurn(async () => {
        checkLearningRate(learningRate);
        return addon.step(session, learningRate, ...argumentsOf(columnsOf(batch)));
      }),

    train: (span) => inTurn(() => train(span)),

    gradient: (batch) =>
      inTurn(async () => {
        const meanLoss = await addon.gradient(session, ...argumentsOf(columnsOf(batch)));
        checkStillOpen("computed a gradient");
        const gradient = new Map<string, Float32Array>();
        for (const [index, { name, shape }] of parameters.entries()) {
          const values = new Float32Array(sizeOf(shape));
          addon.copyTensor(session, tensorKinds.gradient, index, values, 0);
          gradient.set(name, values);
        }
        addon.clearGradient(session);
        return { loss: meanLoss, gradient };
      }),

    scorer: openNativeScorer({ addon, session, spec: entities }, inTurn),

    snapshot: () => inTurn(() => state.read()),

    ...closedBy(() => {
      if (isClosed()) return;
      close();
      addon.closeSession(session); // work under way keeps its memory until it is done
    }),
  };
}

function argumentsOf(columns: NativeColumns) {
  const { users, items, labels, negatives, weights, blockRows, maskOffsets, masked, idDropout } = columns;
  return [users, items, labels, negatives, weights, blockRows, maskOffsets, masked, idDropout] as const;
}

/** As the addon takes them. */
function idWords({ threshold, users, items }: IdDropout): Uint32Array {
  return Uint32Array.of(threshold, users.low, users.high, items.low, items.high);
}
