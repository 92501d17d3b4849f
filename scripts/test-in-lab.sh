#!/bin/sh
# test-in-lab.sh REPORT ARG... — vitest in the lab, on this kernel or in its guest, with what the native run built.
set -eu
cd "$(dirname "$0")/.."
report=$1
shift
# User-mode Linux loses count of the pages of Node's io_uring where a process that has one forks, and dies of it sooner or later.
if grep -qs 'User Mode Linux' /proc/cpuinfo; then echo 2 >/proc/sys/kernel/io_uring_disabled; fi
exec node_modules/.bin/vitest run --maxWorkers="$(nproc)" --no-isolate --reporter=default --reporter=json --outputFile.json="$report" "$@"
