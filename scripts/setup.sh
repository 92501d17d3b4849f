#!/bin/sh
# setup.sh [build|test|arm64|arm64-test] — install what a build needs and is missing (or the tests too, or the standalone executable
# of arm64 from another machine, or the tests of that); says each thing in one line.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-build}
log=${TMPDIR:-/tmp}/runts-setup.log

say() { echo "setup: $*"; }
fail() { say "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
# A dynamic program names its interpreter near its start.
static_busybox() { have busybox && ! head -c 4096 "$(command -v busybox)" | grep -qa 'ld-linux\|ld-musl'; }

node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  fail "node $(node --version) is too old: 20.19 or newer is needed"

missing=
have g++ || missing="$missing g++"
have cmake || missing="$missing cmake"
have make || missing="$missing make"
have pkg-config || missing="$missing pkgconf"
[ -e /usr/include/seccomp.h ] || missing="$missing libseccomp-dev"
[ -e /usr/include/zlib.h ] || missing="$missing zlib1g-dev"
[ -e /usr/include/zstd.h ] || missing="$missing libzstd-dev"
[ -e /usr/include/nettle/sha2.h ] || missing="$missing nettle-dev"
[ -e /usr/include/isa-l.h ] || missing="$missing libisal-dev"
static_busybox || missing="$missing busybox-static"
if [ "$purpose" = test ]; then
  have strace || missing="$missing strace"
  have ps || missing="$missing procps"
  have newuidmap || missing="$missing uidmap"
fi
case $purpose in
  arm64 | arm64-test)
    have aarch64-linux-gnu-g++ || missing="$missing g++-aarch64-linux-gnu"
    have qemu-aarch64 || have qemu-aarch64-static || missing="$missing qemu-user"
    [ "$purpose" = arm64 ] || have qemu-system-aarch64 || missing="$missing qemu-system-arm"
    ;;
esac

if [ -n "$missing" ]; then
  have apt-get || fail "install these (Debian's names) with the package manager of this system and try again:$missing"
  [ "$(id -u)" = 0 ] || fail "this needs root: apt-get install$missing"
  say "installing$missing with apt-get"
  export DEBIAN_FRONTEND=noninteractive
  install() {
    # shellcheck disable=SC2086
    apt-get install -yq --no-install-recommends $missing >"$log" 2>&1
  }
  set -- /var/lib/apt/lists/*_Packages*
  { [ -e "$1" ] && install; } || { apt-get update -q >"$log" 2>&1 && install; } || {
    tail -20 "$log" >&2
    fail "apt-get could not install$missing (all of its words: $log)"
  }
fi

installed=node_modules/.package-lock.json
if ! [ -e "$installed" ] || [ package-lock.json -nt "$installed" ]; then
  have npm || fail "npm is missing: it comes with Node, or install Debian's package npm"
  say "installing the npm packages of package-lock.json with npm ci"
  npm ci --no-audit --no-fund --loglevel=error >"$log" 2>&1 || {
    tail -20 "$log" >&2
    fail "npm ci failed (all of its words: $log)"
  }
  touch "$installed"
fi
