#!/bin/sh
# test-entries.sh [RECORD] — the integration tests through the Node entry, then what each command of theirs gave beside RECORD, what it
# gave through the standalone executable (RUNTS_RECORD=RECORD sh scripts/test.sh); without RECORD they run through that first.
# Vitest's report of the Node entry is build/report-node.json.
set -eu
cd "$(dirname "$0")/.."
unset NODE_EXTRA_CA_CERTS
failed=0

through() {
  rm -f "build/report-$1.json" "build/record-$1.jsonl"
  RUNTS_ENTRY=$1 RUNTS_RECORD=build/record-$1.jsonl node_modules/.bin/vitest run --project integration \
    --reporter=default --reporter=json --outputFile.json="build/report-$1.json" </dev/null || failed=1
}

record=${1:-build/record-standalone.jsonl}
[ $# -gt 0 ] || through standalone
through node
node scripts/compare-entries.mjs standalone="$record" node=build/record-node.jsonl || failed=1
exit "$failed"
