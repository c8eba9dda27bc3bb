/** The compiled addon of MPI: its functions as they are (addon/mpi-addon.cpp), and where its file is. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { EngineError, firstLineOf } from "../../errors.ts";
import type { GradientExchange } from "../engine-provider.ts";
import { packageRoot } from "../native/native-addon.ts";
import { chosenMpiBinary } from "../native/native-platform.ts";

const require = createRequire(import.meta.url);

/** One call at a time; every rank makes the same ones in the same order, but for `abort`. */
export interface MpiAddon {
  /** Initialises MPI, once in a process. */
  open(): { readonly rank: number; readonly ranks: number; readonly library: string };
  exchange(): GradientExchange;
  /** Fills `bytes` with those of rank `root`. */
  broadcast(bytes: Uint8Array, root: number): Promise<number>;
  /** Rank r has filled words [offsets[r], offsets[r + 1]) of `bytes`, of 4 bytes each; fills the others. */
  allGather(bytes: Uint8Array, offsets: Float64Array): Promise<number>;
  /** Ends MPI in this process. */
  close(): void;
  /** Ends the processes of all ranks at once. */
  abort(status: number): void;
}

const FILE = "build/Release/lawn_ranker_mpi.node";
const REMEDY = "build it with the MPI that starts the job: make setup-mpi (MPICXX names its compiler)";

/** Throws EngineError where it was not built, or cannot be loaded. */
export function loadMpiAddon(): MpiAddon {
  const file = chosenMpiBinary() ?? path.join(packageRoot(), FILE);
  if (!existsSync(file)) throw new EngineError(`MPI: ${file} is not there; ${REMEDY}`);
  try {
    return require(file);
  } catch (error) {
    throw new EngineError(`MPI: ${file} cannot be loaded (${firstLineOf(error)}); ${REMEDY}`);
  }
}
