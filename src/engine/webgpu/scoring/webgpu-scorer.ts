/** Logits with the parameters where they are: pairs in, one value a pair out; or users in, and their best items out. */
import type { RankerSpec } from "../../../ranker/ranker-spec.ts";
import type { Scorer, TopItems, TopItemsRequest } from "../../../ranker/scorer.ts";
import { checkedPairs, checkedUsers } from "../../check-batch.ts";
import { checkedTopRequest } from "../../check-top-request.ts";
import type { SerialQueue } from "../../serial-queue.ts";
import type { GpuContext } from "../device/gpu-context.ts";
import { bindProgram, encodeProgram, type Program, type Work } from "../device/program.ts";
import { readBytes } from "../device/read-back.ts";
import { noDraws, noUpdate, SLOT_BYTES, writeStepNumbers } from "../device/step-numbers.ts";
import { KEY_LANES, rankKeysKernel } from "../kernels/best-items.ts";
import { LOGIT_LANES, logitScoresKernel } from "../kernels/logit-scores.ts";
import {
  allocateForward,
  forwardPlans,
  headValues,
  lastLayer,
  logitWords,
  type RankerMemory,
} from "../step/forward-plan.ts";
import { featureColumns } from "../tensors/feature-columns.ts";
import { bestItems, fitsBestItems } from "./best-items.ts";

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
    const { pairs, scores, ...workspace } = await workspaceFor(count);
    for (let first = 0; first < count; first += pairs) {
      const length = Math.min(pairs, count - first);
      submit({ ...workspace, pairs }, columnsOf(first, first + length), { pairs: length, samples: length });
      const bytes = await readBytes(context, account, { buffer: scores, offset: 0, bytes: 4 * length });
      result.set(new Float32Array(bytes), first);
    }
    return result;
  }

  function writeWork(work: Work, firstSample = 0): void {
    const numbers = new ArrayBuffer(SLOT_BYTES);
    writeStepNumbers({ ...scoringNumbers, ...work, firstSample }, 0, numbers);
    context.device.queue.writeBuffer(stepBuffer, 0, numbers);
  }

  function submit(
    { pairs, ids, program }: Pick<Workspace, "pairs" | "ids" | "program">,
    { users, items }: { readonly users: Uint32Array; readonly items: Uint32Array },
    work: Work,
    firstSample = 0,
  ): void {
    const { queue } = context.device;
    queue.writeBuffer(ids, 0, Uint32Array.from(users));
    queue.writeBuffer(ids, 4 * pairs, Uint32Array.from(items));
    writeWork(work, firstSample);
    const encoder = context.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    encodeProgram(pass, program, 0, work);
    pass.end();
    queue.submit([encoder.finish()]);
  }

  /** Users and items of the pairs [first, end) of [users, items]. */
  function catalogueColumns(users: Uint32Array, first: number, end: number) {
    return {
      users: Uint32Array.from({ length: end - first }, (_, k) => users[Math.floor((first + k) / spec.items)]!),
      items: Uint32Array.from({ length: end - first }, (_, k) => (first + k) % spec.items),
    };
  }

  async function scoreInto(keys: GPUBuffer, users: Uint32Array): Promise<void> {
    const count = users.length * spec.items;
    const { pairs, ids, scores, program } = await workspaceFor(count);
    const lent = context.buffers.openAccount();
    try {
      const keyPlan = {
        kernel: rankKeysKernel,
        storage: [scores, keys],
        workgroups: (work: Work) => Math.ceil(work.pairs / KEY_LANES),
      };
      const toKeys = await bindProgram(context, lent, [keyPlan], stepBuffer);
      for (let first = 0; first < count; first += pairs) {
        const length = Math.min(pairs, count - first);
        const columns = catalogueColumns(users, first, first + length);
        submit({ pairs, ids, program: [...program, ...toKeys] }, columns, { pairs: length, samples: length }, first);
      }
    } finally {
      lent.close();
    }
  }

  // Left out where it has no room: scoring/top-items.ts then chooses on the host.
  const top = (given: TopItemsRequest): Promise<TopItems> =>
    inTurn(async () => {
      const request = checkedTopRequest(given, spec);
      return bestItems({ context, stepBuffer, items: spec.items, scoreInto, writeWork }, request);
    });

  return {
    users: spec.users,
    items: spec.items,

    pairs: (userColumn, itemColumn) =>
      inTurn(async () => {
        const { users, items } = checkedPairs(userColumn, itemColumn, spec);
        return score(users.length, (first, end) => ({
          users: users.subarray(first, end),
          items: items.subarray(first, end),
        }));
      }),

    catalogue: (userColumn) =>
      inTurn(async () => {
        const users = checkedUsers(userColumn, spec);
        return score(users.length * spec.items, (first, end) => catalogueColumns(users, first, end));
      }),

    ...(fitsBestItems(spec.items, context.bindingBytes) && { top }),

    close: () => account.close(),
  };
}

/** What scoring kernels do not read. */
const scoringNumbers = {
  firstInBatch: 0,
  firstBlock: 0,
  lossIndex: 0,
  batchLength: 1,
  learningRate: 0,
  adds: false,
  pairsPerSplit: 16,
  update: noUpdate,
  draws: noDraws,
  idDropout: null,
};

function mostPairs(spec: RankerSpec, bindingBytes: number): number {
  const widest = Math.max(featureColumns(spec).stride, ...spec.tower);
  return Math.max(1, Math.min(MOST_PAIRS, Math.floor(bindingBytes / (4 * widest))));
}
