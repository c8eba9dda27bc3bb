/** One ranker in training on TensorFlow.js: gradient by its differentiation, update by src/optimizer on its tensors. */
import type { Scalar } from "@tensorflow/tfjs-core";
import type { Batch, PairBatch } from "../../dataset/batch.ts";
import { rowsOfBatch } from "../../dataset/rows-of-batch.ts";
import { drawBatch, epochDraws } from "../../dataset/training-batches.ts";
import { buildOptimizer } from "../../optimizer/build-optimizer.ts";
import { exportState, importState } from "../../optimizer/optimizer-transfer.ts";
import { releaseReplaced } from "../../optimizer/release-replaced.ts";
import { type FloatArray, parametersOf } from "../../ranker/ranker-spec.ts";
import { noSides } from "../../ranker/side.ts";
import { breathe } from "../breathe.ts";
import { checkedPairBatch, checkLearningRate } from "../check-batch.ts";
import { checkedSpan } from "../check-session-options.ts";
import { closedBy } from "../closable.ts";
import type { SessionOptions, StepSpan, TrainingSession } from "../engine.ts";
import { createSessionCalls } from "../session-calls.ts";
import { batchGradient } from "./tensor-gradient.ts";
import { tensorArrayOps } from "./tensor-ops.ts";
import { openTensorScorer } from "./tensor-scorer.ts";
import type { OpenBackend } from "./tfjs-backend.ts";

/** `options` must have been checked. */
export function openTfjsSession(
  { tf, activate }: OpenBackend,
  { spec, loss, start, optimizer: config, source, embeddingDecay }: SessionOptions,
): TrainingSession {
  const ops = tensorArrayOps(tf);
  const optimizer = buildOptimizer({ config, parameters: parametersOf(spec), ops });
  activate();
  let current = startingPoint();
  const { inTurn, close } = createSessionCalls("training session", activate);

  function startingPoint() {
    const parameters = new Map(
      parametersOf(spec).map(({ name }) => [name, ops.fromHost(start.parameters.get(name) ?? new Float32Array(0))]),
    );
    const memory = start.optimizer === null ? optimizer.init() : importState(ops, optimizer, start.optimizer);
    return { parameters: parameters as ReadonlyMap<string, ReturnType<typeof ops.fromHost>>, memory };
  }

  const gather = (batch: PairBatch) =>
    ops.tidy(() => batchGradient(tf, { spec, parameters: current.parameters, embeddingDecay }, batch));

  /** Null under a dense rule, which asks nobody. */
  function masksOf(batch: PairBatch) {
    if (optimizer.lazy === null) return null;
    const { users, items } = rowsOfBatch(batch, spec, noSides);
    return { users: ops.blocksFromHost(users), items: ops.blocksFromHost(items) };
  }

  /** The mean loss stays on the device, and is the caller's: reading it would wait for the step. */
  function step(given: Batch, learningRate: number): Scalar {
    checkLearningRate(learningRate);
    const batch = checkedPairBatch(given, loss.name, spec);
    const masks = masksOf(batch);
    const { loss: meanLoss, gradients } = gather(batch);
    const before = current;
    current = optimizer.step({ ...before, gradients, learningRate, rowsOfBatch: masks });
    releaseReplaced(ops, before, current);
    ops.free([gradients, masks]);
    return meanLoss;
  }

  async function train(span: StepSpan): Promise<Float64Array> {
    const { source: batches, epoch, firstStep, learningRates } = checkedSpan(source, span);
    const draws = epochDraws(batches, epoch);
    const losses: Scalar[] = [];
    for (const [k, learningRate] of learningRates.entries()) {
      activate(); // another session may have used its own backend meanwhile
      losses.push(step(drawBatch(batches, draws, firstStep + k), learningRate));
      await breathe();
    }
    return Float64Array.from(await Promise.all(losses.map(takeNumber)));
  }

  return {
    step: (batch, learningRate) =>
      inTurn(async () => {
        const meanLoss = step(batch, learningRate);
        await breathe();
        return takeNumber(meanLoss);
      }),

    train: (span) => inTurn(() => train(span)),

    gradient: (batch) =>
      inTurn(async () => {
        const { loss: meanLoss, gradients } = gather(checkedPairBatch(batch, loss.name, spec));
        const gradient = await copies(gradients);
        ops.free(gradients);
        return { loss: await takeNumber(meanLoss), gradient };
      }),

    scorer: openTensorScorer(tf, spec, (score) =>
      inTurn(() =>
        score({
          parameters: current.parameters,
          async compute(work) {
            activate();
            const tensor = tf.tidy(work);
            const values = Float32Array.from(await tensor.data());
            tensor.dispose();
            await breathe();
            return values;
          },
        }),
      ),
    ),

    snapshot: () =>
      inTurn(async () => ({
        parameters: await copies(current.parameters),
        optimizer: await exportState(ops, current.memory),
      })),

    ...closedBy(() => close(() => ops.free([current.parameters, current.memory]))),
  };

  async function copies(tensors: typeof current.parameters): Promise<Map<string, FloatArray>> {
    const host = new Map<string, FloatArray>();
    for (const [name, tensor] of tensors) host.set(name, await ops.toHost(tensor));
    return host;
  }
}

/** The number, and the end of its tensor. */
async function takeNumber(tensor: Scalar): Promise<number> {
  const [value = Number.NaN] = await tensor.data();
  tensor.dispose();
  return value;
}
