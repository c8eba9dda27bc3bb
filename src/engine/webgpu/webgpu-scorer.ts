/** Logits with the parameters where they are: pairs in, one value a pair out. */
import type { RankerSpec } from "../../ranker/ranker-spec.ts";
import type { Scorer } from "../../ranker/scorer.ts";
import { checkPairs, checkUsers } from "../check-batch.ts";
import type { SerialQueue } from "../serial-queue.ts";
import { allocateForward, forwardPlans, headValues, lastLayer, logitWords, type RankerMemory } from "./forward-plan.ts";
import type { GpuContext } from "./gpu-context.ts";
import { LOGIT_LANES, logitScoresKernel } from "./kernels/logit-scores.ts";
import { bindProgram, encodeProgram, type Program } from "./program.ts";
import { readBytes } from "./read-back.ts";
import { noDraws, noUpdate, SLOT_BYTES, writeStepNumbers } from "./step-numbers.ts";

export interface WebgpuScorer extends Scorer {
  close(): void;
}

interface Workspace {
  readonly pairs: number;
  readonly ids: GPUBuffer;
  readonly scores: GPUBuffer;
  readonly program: Program;
}

const MOST_PAIRS = 2 ** 20;

export function openWebgpuScorer(parts: {
  readonly context: GpuContext;
  readonly ranker: RankerMemory;
  readonly stepBuffer: GPUBuffer;
  readonly inTurn: SerialQueue;
}): WebgpuScorer {
  const { context, ranker, stepBuffer, inTurn } = parts;
  const { spec } = ranker;
  const account = context.buffers.openAccount();
  let workspace: Workspace | null = null;

  async function workspaceFor(pairs: number): Promise<Workspace> {
    const wanted = Math.min(pairs, mostPairs(spec, context.bindingBytes));
    if (workspace !== null && workspace.pairs >= wanted) return workspace;
    workspace = null;
    account.close();
    const forward = await allocateForward(account, spec, wanted);
    const scores = await account.storage("scores", 4 * wanted);
    const last = lastLayer(ranker, forward);
    const program = await bindProgram(
      context,
      account,
      [
        ...forwardPlans(ranker, forward),
        {
          kernel: logitScoresKernel,
          constants: logitWords(ranker, forward),
          storage: [forward.features, last.buffer, headValues(ranker), scores],
          workgroups: ({ pairs: count }) => Math.ceil(count / LOGIT_LANES),
        },
      ],
      stepBuffer,
    );
    workspace = { pairs: wanted, ids: forward.ids, scores, program };
    return workspace;
  }

  /** Scores of `count` pairs, which `columnsOf` gives a run at a time. */
  async function score(
    count: number,
    columnsOf: (first: number, end: number) => { readonly users: Uint32Array; readonly items: Uint32Array },
  ): Promise<Float32Array> {
    const result = new Float32Array(count);
    if (count === 0) return result;
    const { pairs, ids, scores, program } = await workspaceFor(count);
    const numbers = new ArrayBuffer(SLOT_BYTES);
    for (let first = 0; first < count; first += pairs) {
      const length = Math.min(pairs, count - first);
      const { users, items } = columnsOf(first, first + length);
      const { queue } = context.device;
      queue.writeBuffer(ids, 0, Uint32Array.from(users));
      queue.writeBuffer(ids, 4 * pairs, Uint32Array.from(items));
      writeStepNumbers(scoringNumbers(length), 0, numbers);
      queue.writeBuffer(stepBuffer, 0, numbers);
      const encoder = context.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      encodeProgram(pass, program, 0, { pairs: length, samples: length });
      pass.end();
      queue.submit([encoder.finish()]);
      const bytes = await readBytes(context, account, { buffer: scores, offset: 0, bytes: 4 * length });
      result.set(new Float32Array(bytes), first);
    }
    return result;
  }

  return {
    users: spec.users,
    items: spec.items,

    pairs: (users, items) =>
      inTurn(async () => {
        checkPairs(users, items, spec);
        return score(users.length, (first, end) => ({
          users: users.subarray(first, end),
          items: items.subarray(first, end),
        }));
      }),

    catalogue: (users) =>
      inTurn(async () => {
        checkUsers(users, spec);
        return score(users.length * spec.items, (first, end) => ({
          users: Uint32Array.from({ length: end - first }, (_, k) => users[Math.floor((first + k) / spec.items)]!),
          items: Uint32Array.from({ length: end - first }, (_, k) => (first + k) % spec.items),
        }));
      }),

    close: () => account.close(),
  };
}

function scoringNumbers(pairs: number) {
  return {
    pairs,
    samples: pairs,
    firstSample: 0,
    lossPlace: 0,
    batchLength: pairs,
    learningRate: 0,
    adds: false,
    pairsPerSplit: 16,
    update: noUpdate,
    draws: noDraws,
  };
}

function mostPairs({ dot, gmf, embedding, tower, idBiases }: RankerSpec, bindingBytes: number): number {
  const widest = Math.max(2 * (dot + gmf + embedding + (idBiases ? 1 : 0)), ...tower);
  return Math.max(1, Math.min(MOST_PAIRS, Math.floor(bindingBytes / (4 * widest))));
}
