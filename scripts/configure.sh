#!/bin/sh
# SPDX-License-Identifier: MIT
# Configures the folder build where it is not there yet or an option has another value there.
# usage: configure.sh [OPTION=VALUE]...    values as CMake's cache writes them
set -eu
cache=build/CMakeCache.txt
is_set() { grep -q "^${1%%=*}:[A-Z]*=${1#*=}\$" "$cache" 2>/dev/null; }

done=yes
[ -f build/build.ninja ] || done=no
set -- "$@" --
while [ "$1" != -- ]; do
  is_set "$1" || done=no
  set -- "$@" "-D$1"
  shift
done
shift
[ $done = yes ] || cmake --preset release "$@" >/dev/null
