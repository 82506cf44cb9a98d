#!/bin/sh
# Runs every bench. usage: bench.sh BUILD
set -eu
for program in "$1"/bench/bench_*; do
  echo "== $(basename "$program")"
  "$program"
done
