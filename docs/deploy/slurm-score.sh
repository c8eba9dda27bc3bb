#!/usr/bin/env bash
# Scoring as a Slurm array: each task scores one shard; a task that is begun anew finds finished shards finished.
#   sbatch --array=0-15 docs/deploy/slurm-score.sh RUN OUTPUT [further flags of score]
# Afterwards: lawn-ranker score --run RUN --output OUTPUT [the same flags] --shards 16 --merge
#SBATCH --job-name=lawn-ranker-score
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=01:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail

if (($# < 2)); then
  echo "use: sbatch --array=0-N slurm-score.sh RUN OUTPUT [further flags of score]" >&2
  exit 2
fi
run=$1
output=$2
shift 2

exec npx lawn-ranker score --run "$run" --output "$output" --shard env --threads "${SLURM_CPUS_PER_TASK:-2}" "$@"
