#!/bin/sh
# standalone.sh [--arch x64|arm64] [--optional] — dist/runts, the standalone executable of this machine, or dist/runts-ARCH, that
# of another one (built with Debian's cross compiler; qemu runs what the build runs of its own). --optional: where there is no
# engine to be had, a line says so and the status is 0. QJS_SOURCE_DIR may name the engine's source (scripts/quickjs.sh).
set -eu
cd "$(dirname "$0")/.."
case $(uname -m) in
  x86_64) machine=x64 ;;
  aarch64) machine=arm64 ;;
  *) machine=$(uname -m) ;;
esac
arch=$machine optional=
while [ $# -gt 0 ]; do
  case $1 in
    --arch) arch=${2:?--arch wants x64 or arm64}; shift ;;
    --arch=*) arch=${1#--arch=} ;;
    --optional) optional=1 ;;
    *) echo "standalone: $1 is no option of it: --arch x64|arm64, --optional" >&2; exit 2 ;;
  esac
  shift
done

if [ "$arch" = "$machine" ]; then
  tree=build/standalone result=dist/runts
  set --
else
  [ "$arch" = arm64 ] || { echo "standalone: $arch is not built on $machine: only arm64 is built on another machine" >&2; exit 2; }
  sh scripts/setup.sh arm64
  tree=build/standalone-$arch result=dist/runts-$arch
  sysroot=$PWD/build/sysroot-$arch
  sh scripts/sysroot.sh "$arch" "$sysroot"
  set -- -DCMAKE_TOOLCHAIN_FILE="$PWD/native/quickjs/arm64.cmake" -DRUNTS_SYSROOT="$sysroot"
fi
log=$tree.log
mkdir -p build

# CMake finds an installed engine, or downloads one, where this gives none.
if ! [ -e "$tree/configured" ] || [ CMakeLists.txt -nt "$tree/configured" ]; then
  echo "build: configuring the standalone executable"
  engine=$(sh scripts/quickjs.sh) || engine=
  cmake -S . -B "$tree" -DRUNTS_STANDALONE=ON -DRUNTS_OUT="$PWD/$tree/out" -DQJS_SOURCE_DIR="$engine" "$@" >"$log" 2>&1 || {
    [ -z "$optional" ] || { echo "build: no standalone executable, so bin/runts runs on Node (why: $log)"; exit 0; }
    tail -20 "$log" >&2
    echo "standalone: configuring failed (all of it: $log)" >&2
    exit 1
  }
  touch "$tree/configured"
fi

sh scripts/javascript.sh
cmake --build "$tree" --target runts-standalone --parallel "$(nproc 2>/dev/null || echo 2)" >"$log" 2>&1 || {
  tail -40 "$log" >&2
  echo "standalone: compiling failed (all of it: $log)" >&2
  exit 1
}
# Bundling makes dist/ anew, and without it: an executable is never older than the JavaScript beside it.
if ! [ "$result" -nt "$tree/out/runts" ]; then
  cp "$tree/out/runts" "$result.new"
  mv "$result.new" "$result"
fi
