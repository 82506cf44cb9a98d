#!/bin/sh
# Installs the Debian/Ubuntu packages that a target needs, or says which are missing.
# usage: install_dependencies.sh PACKAGE...    (NLSQ_NO_INSTALL=1: never install)
set -eu

if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "nlsq: no dpkg here; make sure that these (Debian names) are installed: $*" >&2
  exit 0
fi
missing=""
for package in "$@"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

runner=""
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then runner=sudo; else runner=none; fi
fi
if [ "${NLSQ_NO_INSTALL:-0}" = 1 ] || [ "$runner" = none ]; then
  echo "nlsq: these packages are missing:$missing" >&2
  echo "nlsq: install them with: apt-get install$missing" >&2
  exit 1
fi
echo "nlsq: installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# The lists may be old or absent: try as it is first, then once more after an update.
$runner apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 && exit 0
$runner apt-get update -qq
$runner apt-get install -y -qq --no-install-recommends $missing >/dev/null
