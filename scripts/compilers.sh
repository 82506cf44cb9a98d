#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds everything as developers do (preset dev: warnings are errors), and the library and the command as users do, with
# each of the compilers g++-11 … g++-14 and clang++-14 … clang++-19 that is here; as root it first installs those that the
# distribution has. usage: compilers.sh JOBS [COMPILER]...
set -eu
jobs=${1:-2}
shift || true

installable() {
  for version in 11 12 13 14; do echo "g++-$version"; done
  for version in 14 15 16 17 18 19; do echo "clang-$version"; done
}
if [ $# = 0 ]; then
  if [ "$(id -u)" = 0 ] && [ "${NLSQ_NO_INSTALL:-0}" != 1 ]; then
    for package in $(installable); do
      if apt-cache show "$package" >/dev/null 2>&1; then scripts/install_dependencies.sh "$package"; fi
    done
  fi
  for package in $(installable); do
    compiler=$(echo "$package" | sed 's/^clang-/clang++-/')
    if command -v "$compiler" >/dev/null; then set -- "$@" "$compiler"; fi
  done
fi
[ $# -gt 0 ] || { echo "compilers.sh: none of the compilers is here" >&2; exit 1; }

failed=0
try() { # NAME COMPILER PRESET TARGET
  folder=build-compilers/$1
  begin=$(date +%s)
  # No debugging symbols: they change no warning, and fill the disk.
  if cmake --preset "$3" -B "$folder" -DCMAKE_CXX_COMPILER="$2" -DNLSQ_WERROR=ON -DCMAKE_CXX_FLAGS_DEBUG= >"$folder.log" 2>&1 &&
    cmake --build "$folder" -j "$jobs" --target "$4" -- -k 0 >>"$folder.log" 2>&1 && ! grep -q 'warning:' "$folder.log"; then
    echo "$2: $3 without a warning, $(($(date +%s) - begin)) s"
  else
    grep -E -A5 '(^|[0-9]: |fatal )(error|warning): ' "$folder.log" | cut -c1-240 | head -40
    echo "$2: $3 failed, see $folder.log"
    failed=1
  fi
  rm -rf "$folder"
}
mkdir -p build-compilers
for compiler in "$@"; do
  try "dev-$compiler" "$compiler" dev all
  try "release-$compiler" "$compiler" release nlsq_command
done
exit $failed
