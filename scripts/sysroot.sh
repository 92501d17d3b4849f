#!/bin/sh
# sysroot.sh ARCHITECTURE DIRECTORY — the libraries that the standalone executable of another machine links, from Debian's packages of
# this machine's release.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib/debian.sh
[ -e "$2/usr/include/seccomp.h" ] && exit
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
echo "sysroot: fetching Debian's package libseccomp-dev of $1"
mkdir -p "$(dirname "$2")"
debian_unpack "${release:-sid}" "$1" "$2" libseccomp-dev || {
  echo "sysroot: no libseccomp of $1 here ($debian_why)" >&2
  exit 1
}
