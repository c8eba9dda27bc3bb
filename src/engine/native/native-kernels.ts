/** CatalogueKernels on the native engine: tables as a session of their own, and sums of item weights. */
import { EngineError } from "../../errors.ts";
import type { CatalogueKernels, FactorTables, ItemWeightTable } from "../../ranker/catalogue-kernels.ts";
import type { RankerSpec } from "../../ranker/ranker-spec.ts";
import type { Scorer } from "../../ranker/scorer.ts";
import { checkedLists, checkedRanking } from "../check-top-request.ts";
import { checkIndices, checkOffsets, columnView } from "../own-columns.ts";
import { requireNativeAddon } from "./native-addon.ts";
import { answersFor } from "./native-answers.ts";
import { describeMachine, machineOf, type NativeOptions } from "./native-machine.ts";
import { openNativeScoring } from "./native-scoring.ts";

/** Throws EngineError where the addon is not built, or the processor or the thread count will not do. */
export function openNativeKernels(options: NativeOptions = {}): CatalogueKernels {
  const addon = requireNativeAddon();
  const machine = machineOf(addon, options);
  return {
    description: describeMachine(machine),
    factorScorer: (factors) => factorScorer(factors, options),
    itemWeightRanks: (given) => {
      const { items, rows, weights } = checkedWeights(given);
      return async (ownLists, questions) => {
        const users = ownLists.offsets.length - 1;
        const own = checkedLists("own", ownLists, users, items);
        const { filled, answers } = answersFor(checkedRanking(questions, users, items), users);
        await addon.rankItemWeights(
          machine.instructionSet,
          machine.threads,
          items,
          rows?.offsets ?? null,
          rows?.columns ?? null,
          weights,
          own.offsets,
          own.items,
          ...filled,
        );
        return answers();
      };
    },
  };
}

/** The session goes with the scorer, when that is no longer reachable. */
function factorScorer({ users, items, width }: FactorTables, options: NativeOptions): Scorer {
  const spec: RankerSpec = {
    users: users.length / width,
    items: items.length / width,
    dot: width,
    gmf: 0,
    embedding: 0,
    tower: [],
    idBiases: false,
    cosineTemperature: null,
  };
  let opened: ReturnType<typeof openNativeScoring> | null = null;
  const session = (): ReturnType<typeof openNativeScoring> => {
    const parameters = new Map([
      ["userDot", users],
      ["itemDot", items],
      ["head.bias", new Float32Array(1)],
    ]);
    opened ??= openNativeScoring({ spec, parameters }, options);
    return opened;
  };
  return {
    users: spec.users,
    items: spec.items,
    pairs: async (pairUsers, pairItems) => session().pairs(pairUsers, pairItems),
    catalogue: async (some) => session().catalogue(some),
    top: async (request) => session().top(request),
    ranks: async (questions) => session().ranks(questions),
  };
}

function checkedWeights({ items, rows, weights: given }: ItemWeightTable): ItemWeightTable {
  const weights = columnView("Float32Array", "weights", given);
  if (rows === null) {
    if (weights.length === items * items) return { items, rows, weights };
    throw new EngineError(`native kernels: ${weights.length} weights, expected ${items} x ${items}`);
  }
  const offsets = columnView("Uint32Array", "offsets of weights", rows.offsets);
  const columns = columnView("Uint32Array", "columns of weights", rows.columns);
  checkOffsets("offsets of weights", offsets, { rows: items, most: columns.length, of: "columns" });
  checkIndices("columns of weights", columns, items);
  if (columns.length !== weights.length) {
    throw new EngineError(`native kernels: ${weights.length} weights for ${columns.length} columns`);
  }
  return { items, rows: { offsets, columns }, weights };
}
