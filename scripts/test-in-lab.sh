#!/bin/sh
# test-in-lab.sh REPORT ARG... — vitest in the lab, on this kernel or in its guest, with what the native run built.
set -eu
cd "$(dirname "$0")/.."
report=$1
shift
exec node_modules/.bin/vitest run --maxWorkers="$(nproc)" --no-isolate --reporter=default --reporter=json --outputFile.json="$report" "$@"
