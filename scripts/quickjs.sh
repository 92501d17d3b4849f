#!/bin/sh
# quickjs.sh — the source of QuickJS-ng for the standalone executable, and on standard output the directory where it is:
# QJS_SOURCE_DIR, that of an installed qjs-src, or build/quickjs, where Debian's package qjs-src is unpacked. Debian's unstable
# release has that package, so apt reads a list of its own under build/ and verifies it by Debian's keys: nothing is installed,
# and the system's lists stay as they are.
set -eu
cd "$(dirname "$0")/.."
wanted=$(sed -n 's/^set(RUNTS_QUICKJS_VERSION \(.*\))$/\1/p' native/quickjs/engine.cmake)
keys=/usr/share/keyrings/debian-archive-keyring.gpg
place=$PWD/build/quickjs
fresh=$place.new
log=$PWD/build/quickjs.log

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
for directory in /usr/src/quickjs-ng "$place"; do
  if enough "$directory"; then
    echo "$directory"
    exit
  fi
done

none="no source of QuickJS-ng $wanted here; QJS_SOURCE_DIR may name one"
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || fail "$none (this system has no apt-get to fetch it with)"
[ -r "$keys" ] || fail "$none (there is no $keys to verify Debian's by)"
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
  sed -n 's/^URIs: *\(http[^ ]*\/debian\)\/*$/\1/p; s/^deb .*\(https*:[^ ]*\/debian\)\/* .*/\1/p' | head -1)
[ -n "$mirror" ] || fail "$none (apt's sources name no mirror of Debian)"

rm -rf "$fresh"
mkdir -p "$fresh/lists/partial" "$fresh/cache/archives/partial"
echo "deb [signed-by=$keys] $mirror sid main" >"$fresh/sources.list"
apt() {
  apt-get -q -o Dir::Etc::sourcelist="$fresh/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$fresh/lists" \
    -o Dir::Cache="$fresh/cache" -o Acquire::Languages=none -o Acquire::Retries=1 -o Acquire::http::Timeout=20 \
    -o APT::Sandbox::User=root "$@" >>"$log" 2>&1
}
echo "quickjs: fetching Debian's package qjs-src" >&2
: >"$log"
apt update && (cd "$fresh" && apt download qjs-src) && dpkg-deb -x "$fresh"/qjs-src_*.deb "$fresh" || {
  tail -5 "$log" >&2
  fail "$none (apt-get could not fetch Debian's; all of its words: $log)"
}
enough "$fresh/usr/src/quickjs-ng" || fail "$none (Debian has $(basename "$fresh"/qjs-src_*.deb .deb))"
rm -rf "$place"
mv "$fresh/usr/src/quickjs-ng" "$place"
rm -rf "$fresh"
echo "$place"
