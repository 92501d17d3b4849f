#!/bin/sh
# test-sanitized.sh [FILE...] — tests with core and addon built with the address and undefined behaviour sanitizers
# (the helper, which has no heap, and the sample programs are not): those that reach most of the core, or FILEs.
# It works in a copy of this checkout, build/sanitized, which it keeps for the next time.
set -eu
cd "$(dirname "$0")/.."
# The compiler may name a link; the loader wants the library.
preload=$(readlink -f "$(${CXX:-c++} -print-file-name=libasan.so)")
[ -e "$preload" ] || { echo "sanitized: ${CXX:-c++} has no libasan here" >&2; exit 2; }
tree=$PWD/build/sanitized
mkdir -p "$tree/build"
git ls-files -co --exclude-standard | tar -cf - --ignore-failed-read -T - 2>/dev/null | tar -xf - -C "$tree"
ln -sfn ../../node_modules "$tree/node_modules"
cd "$tree"
if ! [ -e build/configured ]; then
  node_modules/.bin/cmake-js configure --CDRUNTS_SANITIZE=ON >build/build.log 2>&1 || { tail -40 build/build.log >&2; exit 1; }
  touch build/configured
fi
sh scripts/build.sh --no-standalone

if [ $# = 0 ]; then
  for name in lifecycle exec mounts seccomp namespaces devices hooks console cgroups layered notify damaged holder doctor update; do
    set -- "$@" "test/integration/$name"
  done
  set -- "$@" test/image/native/apply test/image/native/hostile test/image/native/tree test/image/blobs test/integration/remove-tree
fi
rm -f build/report.*
status=0
# Node's own leaks are not ours. A report ends its process with 99, and lies in a file where no test hides it. ps(1), which
# one test calls, does not run with the library loaded.
env -u NODE_EXTRA_CA_CERTS LD_PRELOAD="$preload" ASAN_OPTIONS="detect_leaks=0:exitcode=99:log_path=$tree/build/report" \
  UBSAN_OPTIONS=print_stacktrace=1 RUNTS_ENTRY=node node_modules/.bin/vitest run --project integration --project unit -t '^(?!.*ps lists)' "$@" </dev/null || status=1
for report in build/report.*; do
  [ -e "$report" ] || continue
  cat "$report" >&2
  status=1
done
exit "$status"
