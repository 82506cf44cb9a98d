#!/bin/sh
# Runs each fuzzer for some seconds on its committed seeds. usage: fuzz.sh BUILD SECONDS
set -eu
build=$1
seconds=$2
for target in $(find "$build" -name '*_fuzz' -type f -perm -u+x); do
  name=$(basename "$target" _fuzz)
  work=$(mktemp -d)
  echo "== $name for $seconds s"
  "$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
    "$work" "tests/fuzz/corpus/$name" > "$work.log" 2>&1 || { tail -30 "$work.log"; exit 1; }
  tail -1 "$work.log"
  rm -rf "$work" "$work.log"
done
