#!/bin/sh
# quickjs.sh — the source of QuickJS-ng for the standalone executable, and on standard output the directory where it is:
# QJS_SOURCE_DIR, that of an installed qjs-src, or build/quickjs, where that package of Debian's unstable release is unpacked.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib/debian.sh
wanted=$(sed -n 's/^set(RUNTS_QUICKJS_VERSION \(.*\))$/\1/p' native/quickjs/engine.cmake)
unpacked=$PWD/build/quickjs

fail() { echo "quickjs: $*" >&2; exit 1; }
# Whether DIRECTORY has the source of QuickJS-ng in the wanted version or a newer one.
enough() {
  [ -e "$1/quickjs.h" ] && [ -e "$1/quickjs.c" ] || return 1
  version=$(sed -n 's/^#define QJS_VERSION_\(MAJOR\|MINOR\|PATCH\) *\([0-9]*\).*/\2/p' "$1/quickjs.h" | paste -sd.)
  [ "$(printf '%s\n%s\n' "$wanted" "$version" | sort -V | head -1)" = "$wanted" ]
}

if [ -n "${QJS_SOURCE_DIR:-}" ]; then
  enough "$QJS_SOURCE_DIR" || fail "QJS_SOURCE_DIR=$QJS_SOURCE_DIR has no source of QuickJS-ng $wanted or newer"
  cd "$QJS_SOURCE_DIR"
  pwd
  exit
fi
found() {
  for directory in /usr/src/quickjs-ng "$unpacked/usr/src/quickjs-ng"; do
    if enough "$directory"; then
      echo "$directory"
      return
    fi
  done
  return 1
}
found && exit
none="no source of QuickJS-ng $wanted here; QJS_SOURCE_DIR may name one"
echo "quickjs: fetching Debian's package qjs-src" >&2
mkdir -p build
debian_unpack sid "$(dpkg --print-architecture 2>/dev/null || echo amd64)" "$unpacked" qjs-src || fail "$none ($debian_why)"
found || fail "$none (what Debian's unstable release has is older)"
