#!/bin/sh
# javascript.sh — dist/ and build/runts.js from src/, where something changed.
set -eu
cd "$(dirname "$0")/.."
log=build/javascript.log
if [ -e build/bundled ] && [ -e dist/cli.js ] && [ -e build/runts.js ] &&
  [ -z "$(find src scripts/bundle.mjs scripts/order.mjs package.json -newer build/bundled -print -quit)" ]; then
  exit
fi
echo "build: bundling the JavaScript"
mkdir -p build
node scripts/bundle.mjs >"$log" 2>&1 || {
  tail -40 "$log" >&2
  echo "build: bundling the JavaScript failed (all of it: $log)" >&2
  exit 1
}
touch build/bundled
