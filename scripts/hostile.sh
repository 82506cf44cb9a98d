#!/bin/sh
# Runs the tests of numbers under settings that hurt: results must not depend on them.
# usage: hostile.sh BUILD JOBS
set -eu
build=$1
jobs=$2
run() {
  echo "== $*"
  env "$@" ctest --test-dir "$build" -j "$jobs" --output-on-failure -Q -R '(Nist|Fit|Reduce)' -E 'FitSettings|NistSlow' || {
    echo "failed under: $*" >&2
    exit 1
  }
}
run NLSQ_BLOCK_ROWS=16
run NLSQ_NUM_THREADS=1
run NLSQ_NUM_THREADS=7
run NLSQ_FOLD=qr
run NLSQ_FOLD=pgram
for isa in portable sse4 avx2 avx512; do
  if NLSQ_ISA=$isa "$build/nlsq" info >/dev/null 2>&1; then run NLSQ_ISA=$isa; fi
done
