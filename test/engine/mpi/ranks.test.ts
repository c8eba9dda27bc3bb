import { describe, expect, it } from "@jest/globals";
import { startedRank, startedRanks } from "../../../src/engine/mpi/ranks.ts";

describe("what the environment says of ranks", () => {
  it.each([
    ["Open MPI", { OMPI_COMM_WORLD_SIZE: "4", OMPI_COMM_WORLD_RANK: "3" }, 4, 3],
    ["MPICH and Slurm's PMI", { PMI_SIZE: "2", PMI_RANK: "0" }, 2, 0],
    ["Slurm's PMIx", { PMIX_RANK: "1", SLURM_STEP_NUM_TASKS: "8" }, 8, 1],
    ["nobody", {}, null, null],
    ["a Slurm job without MPI", { SLURM_STEP_NUM_TASKS: "8", SLURM_PROCID: "1" }, null, null],
    ["somebody else by these names", { PMI_SIZE: "many", PMI_RANK: "" }, null, null],
  ])("is read of %s", (_who, variables, ranks, rank) => {
    expect([startedRanks(variables), startedRank(variables)]).toEqual([ranks, rank]);
  });
});
