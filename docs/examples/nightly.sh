#!/usr/bin/env bash
# A shop's night: orders from where they live, a ranker that begins with yesterday's, a gate, lists where the shop
# reads them. Any step may be killed at any moment: run the script again, and it goes on. docs/nightly.md
#   FOLDER=/srv/shop ORDERS=postgres://reader@db/shop QUERY='SELECT ...' LISTS='redis://cache:6379/0?prefix=recs:' \
#     nightly.sh [further flags of train]
set -euo pipefail

: "${FOLDER:?where the dataset, the runs and unfinished work are}"
: "${ORDERS:?the log: a path, s3://bucket/prefix or postgres://host/database}"
: "${LISTS:?where lists go: a file, postgres://host/database?table=recommendations or redis://host?prefix=recs:}"
dataset=${DATASET:-shop}
roots=(--dataset "$dataset" --data-root "$FOLDER/data" --models-root "$FOLDER/models")

step() {
  printf '== %s\n' "$*" >&2
}

# The same rows as last time are read, and not ingested again.
step ingest
lawn-ranker ingest --dataset "$dataset" --data-root "$FOLDER/data" --raw "$ORDERS" ${QUERY:+--query "$QUERY"}

# Begins with the run in use; on the first night with initial values. One that was killed is refused, and then resumed.
step train
train() {
  lawn-ranker train "${roots[@]}" --start-from current "$@"
}
train "$@" || train "$@" --resume

# 0: the new run takes the place of the old one. 4: it does not.
step gate
verdict=0
lawn-ranker gate "${roots[@]}" --promote --keep "${KEEP:-7}" || verdict=$?
((verdict == 0 || verdict == 4)) || exit "$verdict"

# Of the run in use, whichever that is, for the people of tonight; whom it does not know gets what is popular.
step score
work=(--work "$FOLDER/scores")
[[ $LISTS == *://* ]] || work=()
lawn-ranker score "${roots[@]}" --run current --k "${K:-20}" --unknown popular --output "$LISTS" "${work[@]}"
