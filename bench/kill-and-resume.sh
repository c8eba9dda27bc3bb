#!/usr/bin/env bash
# Kills a training run with -9 at random moments until it has finished by resuming, and compares its files with those of
# an uninterrupted run. Wants an ingested dataset.
#   bench/kill-and-resume.sh DATASET [train flags]      such as: ml-100k --engine native --epochs 30
set -uo pipefail
cd "$(dirname "$0")/.." || exit

dataset=${1:?dataset}
shift
models=$(mktemp -d)
trap 'rm -rf "$models"' EXIT

train() {
  node dist/pipelines/cli.js train --dataset "$dataset" --models-root "$models" --checkpoint-every-steps 20 --refit \
    --patience none --quiet "${settings[@]}" "$@"
}
hashes() { (cd "$models/$dataset/$1" && sha256sum checkpoint.safetensors metrics.json per-user-test.arrow); }

settings=("$@")
train --run whole >/dev/null || exit 1

kills=0
while true; do
  if [ -f "$models/$dataset/killed/manifest.json" ]; then how=--resume; else how=--force; fi
  train --run killed "$how" >/dev/null 2>"$models/errors" &
  running=$!
  # The function runs in a subshell; the process to kill is its child.
  sleep "$(awk -v seed=$RANDOM 'BEGIN { srand(seed); print 0.6 + 2.2 * rand() }')"
  pkill -9 -P "$running" && kills=$((kills + 1))
  wait "$running" 2>/dev/null
  status=$?
  [ "$status" = 0 ] && break
  [ "$status" = 137 ] || { cat "$models/errors" >&2; exit 1; }
done

echo "kills: $kills"
hashes whole
if diff <(hashes whole) <(hashes killed) >/dev/null; then echo "the killed run has the same hashes"; else
  echo "the killed run differs:"
  hashes killed
  exit 1
fi
