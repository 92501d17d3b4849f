#!/bin/sh
# bench.sh [--count N] [--json] [--only cycles|embedded|floor]: build, then measure runts beside crun and runc.
# RUNTS_BENCH_RUNTIMES="crun=PATH runc=PATH" names the peers; else they are looked for in PATH. Figures go to standard
# error, with --json also to standard output. On a host with both versions of cgroups the peers use what they choose.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh build >&2
sh scripts/build.sh >&2
cmake --build build --config Release --target bench >build/bench.log 2>&1 || {
  tail -20 build/bench.log >&2
  echo "bench: compiling its programs failed (all of it: build/bench.log)" >&2
  exit 1
}
unset NODE_EXTRA_CA_CERTS
exec node bench/bench.mjs "$@"
