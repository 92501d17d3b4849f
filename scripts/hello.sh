#!/bin/sh
# hello.sh — everything between a fresh clone and the page that bundles/hello prints from inside its container.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh build
# Not the standalone executable, which takes as long again: what bin/runts does is the same on Node.
sh scripts/build.sh --no-standalone
# Only npm needs it, and it costs every start of Node.
unset NODE_EXTRA_CA_CERTS
exec node scripts/hello.mjs
