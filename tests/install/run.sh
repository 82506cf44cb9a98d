#!/bin/sh
# usage: run.sh BUILD CONSUMER CXX
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$1" --prefix "$work/prefix" > "$work/install.log"
cp -r "$2" "$work/consumer"
cmake -S "$work/consumer" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_CXX_COMPILER="$3" > "$work/configure.log"
cmake --build "$work/build" > "$work/build.log" || { cat "$work/build.log"; exit 1; }
"$work/build/consumer"
"$work/prefix/bin/nlsq" --version
for file in share/man/man1/nlsq.1 share/bash-completion/completions/nlsq share/zsh/site-functions/_nlsq \
    share/fish/vendor_completions.d/nlsq.fish; do
  test -s "$work/prefix/$file" || { echo "$file is not installed"; exit 1; }
done
