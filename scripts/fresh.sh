#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does what README says on a machine that has only git, make and g++: a minimal Debian in a folder (debootstrap, chroot).
#
#   scripts/fresh.sh bookworm|trixie [TARGET...]     targets of make, in turn; without: demo, then test
#
# The working tree is copied without what git ignores. Every target is timed, and the packages that it installed are
# listed. Needs root, debootstrap and Debian's packages; --can-run only says by its exit status whether those are there.
# Exit status 75: the base system could not be had (no mirror), so nothing was tried. It is kept in build-fresh/SUITE.tar
# for the next run; KEEP=1 keeps the machine as well.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "fresh.sh: $*" >&2; exit 1; }

# A mirror that apt here knows, else Debian's own.
mirror() {
  local known
  known=$(sed -nE 's/^(deb|URIs:) *(\[[^]]*\] *)?(https?:\/\/[^ ]*\/debian\/?)( .*)?$/\3/p' \
    /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -1)
  echo "${known:-http://deb.debian.org/debian}"
}

can_run() { [ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null && [ -e "/usr/share/debootstrap/scripts/${1:-trixie}" ]; }

if [ "${1:-}" = --can-run ]; then can_run && exit 0 || exit 1; fi
suite=${1:-}
[ -n "$suite" ] || fail "usage: scripts/fresh.sh bookworm|trixie [TARGET...]"
shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(demo test)
can_run "$suite" || fail "needs root and debootstrap with a script for '$suite' (apt-get install debootstrap)"

home=$PWD/build-fresh
base=$home/$suite.tar
root=$home/$suite.$$
mkdir -p "$home"

unmount() { for place in dev/pts dev proc; do umount -l "$root/$place" 2>/dev/null || true; done; }
clean() {
  unmount
  [ "${KEEP:-0}" = 1 ] && { echo "fresh.sh: kept in $root"; return; }
  for place in dev/pts dev proc; do
    if mountpoint -q "$root/$place"; then echo "fresh.sh: $root/$place is still mounted; remove $root by hand" >&2; return; fi
  done
  rm -rf --one-file-system "$root"
}
trap clean EXIT
trap 'exit 130' INT TERM

if [ ! -f "$base" ]; then
  debootstrap --variant=minbase --include=git,make,g++,ca-certificates "$suite" "$root" "$(mirror)" >"$home/$suite.log" 2>&1 ||
    { tail -5 "$home/$suite.log" >&2; echo "fresh.sh: debootstrap failed" >&2; exit 75; }
  rm -rf "$root"/var/cache/apt/archives/*.deb
  tar -C "$root" -cf "$base.part" . && mv "$base.part" "$base"
else
  mkdir "$root" && tar -C "$root" -xf "$base"
fi

# What this machine needs to reach its package registries.
for file in /etc/resolv.conf /etc/ssl/certs/ca-certificates.crt /etc/pip.conf /etc/apt/apt.conf.d/*proxy*; do
  [ -f "$file" ] && install -D -m 644 "$(readlink -f "$file")" "$root$file"
done
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"
mkdir "$root/root/nlsq"
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
  [ -e "$file" ] && printf '%s\0' "$file"
done | tar -c --null -T - | tar -C "$root/root/nlsq" -x

# The environment is empty but for the way to the registries.
inside() {
  env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LC_ALL=C.UTF-8 \
    PIP_INDEX_URL="${PIP_INDEX_URL:-https://pypi.org/simple}" http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" \
    chroot "$root" sh -c "cd /root/nlsq && $1"
}
packages() { inside "dpkg-query -W -f '\${Package} \${Version}\n'" | sort; }

echo "== $suite: $(inside '. /etc/os-release; echo "$PRETTY_NAME"'), $(inside 'g++ --version | head -1')"
for target in "${targets[@]}"; do
  packages >"$root/before"
  begin=$(date +%s)
  status=0
  inside "make $target" || status=$?
  echo "== $suite: make $target: exit $status after $(($(date +%s) - begin)) s"
  packages | comm -13 "$root/before" - >"$root/new"
  [ ! -s "$root/new" ] || { echo "== $suite: make $target installed $(wc -l <"$root/new") packages:"; cut -d' ' -f1 "$root/new" | xargs | fold -s -w 116; }
  [ $status = 0 ] || fail "make $target failed on $suite"
done
