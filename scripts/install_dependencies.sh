#!/bin/sh
# Installs the Debian/Ubuntu packages that a target needs, or says which are missing.
# usage: install_dependencies.sh PACKAGE...    (NLSQ_NO_INSTALL=1: never install)
# optional:PACKAGE is installed where that can be done and the distribution has it; nothing fails without.
set -eu

if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "nlsq: no dpkg here; make sure that these (Debian names) are installed: $*" >&2
  exit 0
fi
missing="" wished=""
for package in "$@"; do
  dpkg-query -W -f '${Status}' "${package#optional:}" 2>/dev/null | grep -q 'install ok installed' && continue
  case $package in
    optional:*) wished="$wished ${package#optional:}" ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing$wished" ] || exit 0

# A package that could not be had is not asked for at each call.
install_wished() {
  for package in $wished; do
    mark="build/.no-$package"
    [ -e "$mark" ] && continue
    echo "nlsq: installing: $package (optional)"
    export DEBIAN_FRONTEND=noninteractive
    if ! $runner apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1; then
      $runner apt-get update -qq >/dev/null 2>&1 || true
      if ! $runner apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1; then
        echo "nlsq: $package cannot be installed; what needs it is skipped" >&2
        mkdir -p build && touch "$mark"
      fi
    fi
  done
}

runner=""
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then runner=sudo; else runner=none; fi
fi
if [ -z "$missing" ]; then
  [ "${NLSQ_NO_INSTALL:-0}" = 1 ] || [ "$runner" = none ] || install_wished
  exit 0
fi
if [ "${NLSQ_NO_INSTALL:-0}" = 1 ] || [ "$runner" = none ]; then
  echo "nlsq: these packages are missing:$missing" >&2
  echo "nlsq: install them with: apt-get install$missing" >&2
  exit 1
fi
echo "nlsq: installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# The lists may be old or absent: try as it is first, then once more after an update.
if ! $runner apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1; then
  $runner apt-get update -qq
  $runner apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
install_wished
