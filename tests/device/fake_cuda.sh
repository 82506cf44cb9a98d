#!/bin/sh
# SPDX-License-Identifier: MIT
# A fit on the card of fake_cuda.cpp: it is listed, the fit goes there, its first launch fails, and the CPU takes over
# with one warning and the CPU's numbers.
#   fake_cuda.sh NLSQ FOLDER_OF_THE_LIBRARIES DATA
set -eu
nlsq=$1 folder=$2 data=$3
export LD_LIBRARY_PATH="$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" XDG_CACHE_HOME="$folder/cache" FAKE_CUDA_TELLS=1
rm -rf "$folder/cache"
fail() { echo "$*" >&2; exit 1; }
"$nlsq" info | grep -q '^ *cuda:0   Fake card (8.6 GB; CUDA 12.9, sm_90)' || fail "not listed: $("$nlsq" info)"
fit() { "$nlsq" fit "$data" --model 'y = a*(1 - exp(-b*x))' --p0 a=250,b=5e-4 "$@"; }
for time in first second; do # compiled, then from disk
  said=$(fit --device cuda:0 2>&1 > "$folder/on_card.txt")
  echo "$said" | grep -q "cuda:0 could not go on (cuLaunchKernel: unspecified launch failure).*\[device-left\]" ||
    fail "$time: no warning: $said"
  echo "$said" | grep -q "all memory was freed" || fail "$time: memory was not freed: $said"
  fit > "$folder/on_cpu.txt"
  grep '±' "$folder/on_cpu.txt" | while read -r line; do
    grep -qF "$line" "$folder/on_card.txt" || fail "$time: other numbers: $(cat "$folder/on_card.txt")"
  done
done
"$nlsq" cache | grep -q '2 binaries' || fail "not kept: $("$nlsq" cache)"
