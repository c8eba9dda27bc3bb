/**
 * One ranker in training on a GPU: checks at the boundary, steps submitted in batches, one call at a time;
 * close() frees all memory.
 */
import type { Batch } from "../../dataset/batch.ts";
import { idDropoutOf } from "../../dataset/id-dropout.ts";
import { epochDraws, firstBlockOf, samplesPerEpoch } from "../../dataset/training-batches.ts";
import type { LossConfig } from "../../ranker/loss.ts";
import { parametersOf } from "../../ranker/ranker-spec.ts";
import { checkedBatch, checkLearningRate } from "../check-batch.ts";
import { checkedSpan } from "../check-session-options.ts";
import { closedBy } from "../closable.ts";
import type { SessionOptions, StepSpan, TrainingSession } from "../engine.ts";
import { refuseLack, taskOfSession } from "../engine-lacks.ts";
import { createSessionCalls } from "../session-calls.ts";
import type { BufferAccount } from "./device/buffer-ledger.ts";
import type { GpuContext } from "./device/gpu-context.ts";
import { readBytes } from "./device/read-back.ts";
import { SLOT_BYTES } from "./device/step-numbers.ts";
import { openWebgpuScorer } from "./scoring/webgpu-scorer.ts";
import { uploadLog } from "./step/draw-plan.ts";
import { openMixedArena } from "./step/mixed-arena.ts";
import { createStepRunner, LOSS_PLACES, SLOTS } from "./step/step-runner.ts";
import { openTrainingProgram, type TrainingProgram } from "./step/training-program.ts";
import { planArena } from "./tensors/arena.ts";
import { type BatchShape, isSameShape, shapeOfBatch, shapeOfDrawn } from "./tensors/batch-shape.ts";
import { planChunks } from "./tensors/chunk-plan.ts";
import { openTensorArena } from "./tensors/tensor-arena.ts";
import { openDeviceOptimizer } from "./update/open-device-optimizer.ts";

/** `options` must have been checked. Throws EngineError where the ranker does not fit the device. */
export async function openWebgpuSession(context: GpuContext, options: SessionOptions): Promise<TrainingSession> {
  const account = context.buffers.openAccount();
  try {
    return await openWith(context, account, options);
  } catch (error) {
    account.close();
    throw error;
  }
}

async function openWith(
  context: GpuContext,
  account: BufferAccount,
  { spec, sides, loss, start, optimizer: config, source, embeddingDecay }: SessionOptions,
): Promise<TrainingSession> {
  const parameters = parametersOf(spec);
  const plan = planArena(parameters, context.bindingBytes);
  const values = await openTensorArena(context, account, plan, "the ranker's values");
  const gradients = await openTensorArena(context, account, plan, "the gradient");
  for (const { name } of parameters) values.write(name, start.parameters.get(name)!);
  const stepBuffer = await account.uniform("numbers of steps", SLOTS * SLOT_BYTES);
  const losses = await account.storage("losses", 4 * LOSS_PLACES);
  const log = source === null ? null : await uploadLog(context, account, source);
  const mixed = await openMixedArena({ context, account, spec, sides, values, gradients, stepBuffer });
  const entities = mixed.spec;
  const ranker = {
    spec: entities,
    plan: mixed.values.plan,
    values: mixed.values.pieces,
    precision: context.precision,
  };
  const optimizer = await openDeviceOptimizer({
    context,
    account,
    parameters,
    values,
    gradients,
    stepBuffer,
    config,
    state: start.optimizer,
  });
  const runner = createStepRunner(context, stepBuffer, mixed);
  const itemLogQ = await uploadLogQ(context, account, loss);
  let program: TrainingProgram | null = null;

  /** Memory for batches of this shape and length; made anew when a longer one comes, or one of another shape. */
  async function programFor(shape: BatchShape, samples: number, draws: boolean): Promise<TrainingProgram> {
    const chunks = planChunks(entities, shape, context.bindingBytes);
    const wanted = Math.min(chunks.samples, samples);
    if (program !== null) {
      const { capacity, draw } = program;
      if (isSameShape(program.chunks.shape, shape) && capacity >= wanted && (draw !== null || !draws)) return program;
    }
    program?.close();
    program = null;
    const capacity = Math.min(chunks.samples, Math.max(wanted, source?.batchSize ?? 0));
    program = await openTrainingProgram({
      context,
      ranker,
      gradients: mixed.gradients.pieces,
      chunks,
      capacity,
      log: draws ? log : null,
      stepBuffer,
      losses,
      loss,
      itemLogQ,
      embeddingDecay,
    });
    return program;
  }

  async function programForBatch(batch: Batch): Promise<TrainingProgram> {
    const shape = shapeOfBatch(batch, loss.name);
    if (shape.blockRows > 0)
      refuseLack("webgpu", {
        ...taskOfSession({ spec, loss, optimizer: config, source, sides }),
        negativesFrom: "shared",
      });
    return programFor(shape, batch.length, false);
  }

  const { inTurn, isClosed, checkStillOpen, close } = createSessionCalls("training session", context.check);

  async function readLosses(count: number): Promise<Float32Array> {
    return new Float32Array(await readBytes(context, account, { buffer: losses, offset: 0, bytes: 4 * count }));
  }

  async function train(span: StepSpan): Promise<Float64Array> {
    const { source: batches, epoch, firstStep, learningRates } = checkedSpan(source, span);
    const { negativesKey, permutation, idDropoutKeys } = epochDraws(batches, epoch);
    const draws = { negativesLow: negativesKey.low, negativesHigh: negativesKey.high, ...permutation };
    const { batchSize } = batches;
    const results = new Float64Array(learningRates.length);
    const steps = Array.from(learningRates, (learningRate, k) => {
      const firstSample = (firstStep + k) * batchSize;
      const samples = Math.min(batchSize, samplesPerEpoch(batches) - firstSample);
      const idDropout = idDropoutOf(batches.idDropout, idDropoutKeys, firstStep + k);
      return { firstSample, firstBlock: firstBlockOf(batches, firstStep + k), samples, learningRate, idDropout };
    });
    for (let done = 0; done < steps.length; ) {
      const shape = shapeOfDrawn(batches, steps[done]!.samples);
      // The last batch of an epoch may be too short for blocks like the others'.
      const alike = steps
        .slice(done, done + LOSS_PLACES)
        .filter((step) => isSameShape(shapeOfDrawn(batches, step.samples), shape));
      const at = { program: await programFor(shape, alike[0]!.samples, true), optimizer, isOver: isClosed };
      await runner.train(alike, draws, at);
      checkStillOpen("trained");
      results.set(await readLosses(alike.length), done);
      done += alike.length;
    }
    return results;
  }

  const scorer = openWebgpuScorer({
    context,
    ranker: { ...ranker, precision: "float32" },
    stepBuffer,
    inTurn: (score) =>
      inTurn(() => {
        runner.mix();
        return score();
      }),
  });
  return {
    step: (given, learningRate) =>
      inTurn(async () => {
        checkLearningRate(learningRate);
        const batch = checkedBatch(given, loss.name, entities);
        await runner.run(batch, { program: await programForBatch(batch), optimizer, learningRate });
        return (await readLosses(1))[0]!;
      }),

    train: (span) => inTurn(() => train(span)),

    gradient: (given) =>
      inTurn(async () => {
        const batch = checkedBatch(given, loss.name, entities);
        await runner.run(batch, { program: await programForBatch(batch), optimizer: null, learningRate: 0 });
        const gradient = new Map<string, Float32Array>();
        for (const info of parameters) gradient.set(info.name, await gradients.read(info));
        return { loss: (await readLosses(1))[0]!, gradient };
      }),

    scorer,

    snapshot: () =>
      inTurn(async () => {
        const copies = new Map<string, Float32Array>();
        for (const info of parameters) copies.set(info.name, await values.read(info));
        return { parameters: copies, optimizer: await optimizer.read() };
      }),

    ...closedBy(() =>
      close(() => {
        program?.close();
        scorer.close();
        account.close();
      }),
    ),
  };
}

/** [items] on the device, or null where nothing is taken off the logits. */
async function uploadLogQ(context: GpuContext, account: BufferAccount, loss: LossConfig): Promise<GPUBuffer | null> {
  if (loss.name !== "softmax" || loss.itemLogQ === null) return null;
  const buffer = await account.storage("log q of items", loss.itemLogQ.byteLength);
  context.device.queue.writeBuffer(buffer, 0, Float32Array.from(loss.itemLogQ));
  return buffer;
}
