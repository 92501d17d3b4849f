#!/bin/sh
# build.sh [--no-standalone] — the native parts, the JavaScript, the bundles' root file systems and, where its engine can be had, the
# standalone executable, each only where something changed.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build
log=build/build.log
jobs=$(nproc 2>/dev/null || echo 2)

fail() { tail -40 "$log" >&2; echo "build: $1 failed (all of it: $log)" >&2; exit 1; }

# CMake leaves a cache behind where configuring failed, so the cache says nothing.
if ! [ -e build/configured ] || [ CMakeLists.txt -nt build/configured ]; then
  echo "build: configuring and compiling the native parts"
  node_modules/.bin/cmake-js configure >"$log" 2>&1 || fail "configuring with cmake-js"
  touch build/configured
fi
cmake --build build --config Release --parallel "$jobs" >"$log" 2>&1 || fail "compiling the native parts"

sh scripts/javascript.sh
sh scripts/place.sh build/out/runts.node "dist/runts-$(uname -m).node"
sh scripts/bundles.sh
[ "${1-}" = --no-standalone ] || sh scripts/standalone.sh --optional
