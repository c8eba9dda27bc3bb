#!/usr/bin/env bash
# Training on several machines as a Slurm job: a rank a machine, each with all its cores.
#   sbatch --nodes=4 docs/deploy/slurm-train.sh RUN [further flags of train]
# The job, begun anew after a failure or a time limit, goes on where it was. The checkout's addon of MPI must be of the
# MPI that srun speaks to (make setup-mpi).
#SBATCH --job-name=lawn-ranker-train
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=04:00:00
#SBATCH --signal=TERM@120
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail

if (($# < 1)); then
  echo "use: sbatch --nodes=N slurm-train.sh RUN [further flags of train]" >&2
  exit 2
fi
run=$1
shift

# The first time there is nothing to go on with.
resume=()
[[ -e "$run/manifest.json" ]] && resume=(--resume)

exec srun --mpi="${LAWN_RANKER_SRUN_MPI:-pmix}" --kill-on-bad-exit=1 ./lawn-ranker train --distributed mpi \
  --run "$run" --threads "${SLURM_CPUS_PER_TASK:-8}" "${resume[@]}" "$@"
