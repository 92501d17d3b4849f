#!/bin/sh
# sysroot.sh ARCHITECTURE DIRECTORY — the libraries that the standalone executable and the addon of another machine link, from Debian's
# packages of this machine's release.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib/debian.sh
packages="libseccomp-dev zlib1g-dev libzstd-dev nettle-dev libisal-dev"
[ -e "$2/usr/include/isa-l.h" ] && exit
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
echo "sysroot: fetching Debian's packages $packages of $1"
mkdir -p "$(dirname "$2")"
# shellcheck disable=SC2086
debian_unpack "${release:-sid}" "$1" "$2" $packages || {
  echo "sysroot: no libraries of $1 here ($debian_why)" >&2
  exit 1
}
