#!/bin/sh
# bench.sh [--count N] [--cycles N] [--live N] [--json] [--check] [--only cycles|embedded|floor|images]: build, then measure runts beside crun and runc.
# With --check a budget that is missed, or that cannot be judged, is a failure. Figures go to standard error, with --json
# also to standard output. The peers: RUNTS_BENCH_RUNTIMES="crun=PATH runc=PATH", else from PATH. RUNTS_BENCH_IN=COMMAND is
# put before the measuring (not the building): `native` of a lab, a container's `exec`. Where no peer is in PATH and a lab
# lies beside the checkout, that is where it measures. On a host with both versions of cgroups the peers use what they choose.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh build >&2
sh scripts/build.sh >&2
cmake --build build --config Release --target bench >build/bench.log 2>&1 || {
  tail -20 build/bench.log >&2
  echo "bench: compiling its programs failed (all of it: build/bench.log)" >&2
  exit 1
}
lab=../shared/lab
have_peer() { [ -n "${RUNTS_BENCH_RUNTIMES:-}" ] || command -v crun >/dev/null || command -v runc >/dev/null; }
if [ -z "${RUNTS_BENCH_IN:-}" ] && ! have_peer && [ -x "$lab/native" ] && [ -e "${LAB:-/var/tmp/lab}/.ready" ]; then
  echo "bench: neither crun nor runc is in PATH: measuring in the lab" >&2
  RUNTS_BENCH_IN="env LAB_ROOT=1 $lab/native"
fi
unset NODE_EXTRA_CA_CERTS
# shellcheck disable=SC2086 # a command and its arguments
exec ${RUNTS_BENCH_IN:-} node bench/bench.mjs "$@"
