#!/bin/sh
# standalone.sh [--arch x64|arm64] [--optional] — the standalone executable of this machine, dist/runts-$(uname -m) and dist/runts, or
# that of another machine, dist/runts-aarch64, with the addon for its Node, dist/runts-aarch64.node (Debian's cross compiler builds
# both, and qemu runs what the build runs of its own).
# --optional: where there is no engine to be had, a line says so and the status is 0. QJS_SOURCE_DIR may name the engine's source
# (scripts/quickjs.sh).
set -eu
cd "$(dirname "$0")/.."

fail() { echo "standalone: $*" >&2; exit 2; }

machine=$(uname -m)
wanted=$machine optional=
while [ $# -gt 0 ]; do
  case $1 in
    --arch) [ $# -gt 1 ] || fail "--arch wants x64 or arm64"; wanted=$2; shift ;;
    --arch=*) wanted=${1#--arch=} ;;
    --optional) optional=1 ;;
    *) fail "$1 is no option of it: it has --arch x64|arm64 and --optional" ;;
  esac
  shift
done
case $wanted in
  x64) wanted=x86_64 ;;
  arm64) wanted=aarch64 ;;
esac

set --
tree=build/standalone targets=runts-standalone
if [ "$wanted" != "$machine" ]; then
  [ "$wanted" = aarch64 ] || fail "$wanted is not built on $machine: only arm64 is built on another machine"
  sh scripts/setup.sh arm64
  sysroot=$PWD/build/sysroot-arm64
  sh scripts/sysroot.sh arm64 "$sysroot"
  tree=build/standalone-arm64 targets="runts-standalone runts-node"
  set -- -DCMAKE_TOOLCHAIN_FILE="$PWD/native/quickjs/arm64.cmake" -DRUNTS_SYSROOT="$sysroot"
fi
log=$tree.log
mkdir -p build
# What a missing engine is about matters to nobody who did not ask for it.
if [ -n "$optional" ]; then exec 3>>"$log"; else exec 3>&2; fi

# CMake finds an installed engine, or downloads one, where this gives none.
if ! [ -e "$tree/configured" ] || [ CMakeLists.txt -nt "$tree/configured" ]; then
  echo "build: configuring and compiling the standalone executable of $wanted"
  : >"$log"
  engine=$(sh scripts/quickjs.sh 2>&3) || engine=
  cmake -S . -B "$tree" -DRUNTS_STANDALONE=ON -DRUNTS_OUT="$PWD/$tree/out" -DQJS_SOURCE_DIR="$engine" "$@" >>"$log" 2>&1 || {
    [ -z "$optional" ] || { echo "build: no standalone executable, so the command runs on Node (why: $log)"; exit 0; }
    tail -20 "$log" >&2
    fail "configuring failed (all of it: $log)"
  }
  touch "$tree/configured"
fi

sh scripts/javascript.sh
# shellcheck disable=SC2086
cmake --build "$tree" --target $targets --parallel "$(nproc 2>/dev/null || echo 2)" >"$log" 2>&1 || {
  tail -40 "$log" >&2
  fail "compiling failed (all of it: $log)"
}

# Bundling makes dist/ anew, and without it: an executable is never older than the JavaScript beside it.
result=dist/runts-$wanted
sh scripts/place.sh "$tree/out/runts" "$result"
[ "$wanted" = "$machine" ] || sh scripts/place.sh "$tree/out/runts.node" "$result.node"
if [ "$wanted" = "$machine" ] && ! [ "$result" -ef dist/runts ]; then
  ln -f "$result" dist/runts.new
  mv dist/runts.new dist/runts
fi
