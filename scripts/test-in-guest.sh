#!/bin/sh
# test-in-guest.sh REPORT ARG... — vitest in the lab's guest with what the native run built: one slow processor, so one worker.
set -eu
cd "$(dirname "$0")/.."
report=$1
shift
exec node_modules/.bin/vitest run --maxWorkers=1 --no-isolate --reporter=default --reporter=json --outputFile.json="$report" "$@"
