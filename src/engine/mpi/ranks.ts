/**
 * The processes that train one ranker together, as MPI started them. Rank 0 leads: it alone reads logs, decides and
 * writes, and tells the others by messages what to do next.
 */
import { EngineError } from "../../errors.ts";
import type { GradientExchange } from "../engine-provider.ts";
import { messageOf, partsOf } from "./message-parts.ts";
import { loadMpiAddon, type MpiAddon } from "./mpi-addon.ts";

export interface Ranks {
  /** From 0. */
  readonly rank: number;
  readonly ranks: number;
  /** MPI's own words, such as "Open MPI v4.1.4". */
  readonly library: string;
  readonly exchange: GradientExchange;
  /** Of rank 0, to all others. */
  send(message: unknown): Promise<void>;
  /** Of the others: what rank 0 sends next. */
  receive(): Promise<unknown>;
  /**
   * Of all at once: rank r has filled elements [begins[r], begins[r + 1]) of an array; fills the others. Elements are
   * of whole words of 4 bytes.
   */
  gather(array: Float32Array | Float64Array | Uint32Array, begins: readonly number[]): Promise<void>;
  /** Of rank 0, where what all do together has failed: the others may wait for what will not come. */
  fail(): void;
  hasFailed(): boolean;
  /** Of all, when nothing is to be said any more. */
  close(): void;
  /** Ends all processes at once, wherever they are. Whoever calls it has said why. */
  abort(): void;
}

/** A batch is cut into so many lanes, and a rank has at least one of them. */
const MOST_RANKS = 16;

/**
 * Throws EngineError where the addon is missing or MPI cannot begin. `started` is how many ranks the environment speaks
 * of, null where it says nothing.
 */
export function openRanks(started: number | null): Ranks {
  const addon = loadMpiAddon();
  const { rank, ranks, library } = addon.open();
  if (started !== null && started !== ranks) {
    addon.close();
    throw new EngineError(
      `MPI: the job has ${started} ranks, but ${library} of the addon sees ${ranks}; start it by the mpirun of that MPI, or build the addon with the other's compiler: make setup-mpi MPICXX=...`,
    );
  }
  if (ranks > MOST_RANKS) {
    addon.close();
    throw new EngineError(`MPI: ${ranks} ranks, expected at most ${MOST_RANKS}; give each more threads`);
  }
  return ranksOn(addon, { rank, ranks, library });
}

/** How many ranks whoever started this process says there are: Open MPI, or MPICH and Slurm's PMI; else null. */
export function startedRanks(variables: Readonly<Record<string, string | undefined>>): number | null {
  const text = variables.OMPI_COMM_WORLD_SIZE ?? variables.PMI_SIZE ?? slurmRanks(variables);
  const ranks = Number.parseInt(text ?? "", 10);
  return Number.isSafeInteger(ranks) && ranks > 0 ? ranks : null;
}

/** Which of them this process is, likewise. */
export function startedRank(variables: Readonly<Record<string, string | undefined>>): number | null {
  const rank = Number.parseInt(variables.OMPI_COMM_WORLD_RANK ?? variables.PMI_RANK ?? variables.PMIX_RANK ?? "", 10);
  return Number.isSafeInteger(rank) && rank >= 0 ? rank : null;
}

/** srun speaks PMIx to Open MPI, and tells the number of tasks in a variable of its own. */
function slurmRanks(variables: Readonly<Record<string, string | undefined>>): string | undefined {
  return variables.PMIX_RANK === undefined ? undefined : variables.SLURM_STEP_NUM_TASKS;
}

function ranksOn(addon: MpiAddon, known: Pick<Ranks, "rank" | "ranks" | "library">): Ranks {
  const { ranks } = known;
  let failed = false;
  return {
    ...known,
    exchange: addon.exchange(),

    async send(message) {
      if (ranks === 1) return;
      const { text, arrays } = partsOf(message);
      await addon.broadcast(new Uint8Array(Float64Array.of(text.length).buffer), 0);
      for (const bytes of [text, ...arrays]) await addon.broadcast(bytes, 0);
    },

    async receive() {
      const length = new Float64Array(1);
      await addon.broadcast(new Uint8Array(length.buffer), 0);
      const text = new Uint8Array(length[0]!);
      await addon.broadcast(text, 0);
      const { message, arrays } = messageOf(text);
      for (const bytes of arrays) await addon.broadcast(bytes, 0);
      return message;
    },

    async gather(array, begins) {
      if (ranks === 1) return;
      const words = array.BYTES_PER_ELEMENT / 4;
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      await addon.allGather(
        bytes,
        Float64Array.from(begins, (begin) => begin * words),
      );
    },

    fail: () => {
      failed = true;
    },
    hasFailed: () => failed,
    close: () => addon.close(),
    abort: () => addon.abort(1),
  };
}
