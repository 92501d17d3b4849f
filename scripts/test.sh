#!/bin/sh
# test.sh [ARG...] — set up, build, check and test; the last line is the tally. ARGs go to vitest (a file, -t NAME).
# RUNTS_FULL=1 runs the long cycles in full; RUNTS_LINT=0 leaves the checks out; RUNTS_ENTRY=node|standalone is the entry of the
# command that the tests start; RUNTS_RECORD names a file for what commands gave (scripts/test-entries.sh).
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh test
sh scripts/build.sh
unset NODE_EXTRA_CA_CERTS
report=${RUNTS_REPORT:-build/test-report.json}
rm -f "$report" ${RUNTS_RECORD:+"$RUNTS_RECORD"}
failed=0
if [ "${RUNTS_LINT:-1}" = 1 ]; then
  echo "test: lint, format and types"
  npm run --silent lint || failed=1
fi
node_modules/.bin/vitest run --reporter=default --reporter=json --outputFile.json="$report" "$@" || failed=1
node scripts/tally.mjs "$failed" "$report"
