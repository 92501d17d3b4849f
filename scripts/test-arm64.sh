#!/bin/sh
# test-arm64.sh — the standalone executable of arm64 under qemu beside that of this machine: what asks no kernel of its own must come
# out alike, byte for byte. Then containers, which need more than qemu's user mode has, in a machine (boot-arm64.sh).
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh arm64-test
sh scripts/standalone.sh
sh scripts/standalone.sh --arch arm64
qemu=$(command -v qemu-aarch64 || command -v qemu-aarch64-static)
root=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
checked=0 failed=0

here() { env -i RUNTS_NAME=runts "$root/dist/runts" "$@"; }
there() { env -i RUNTS_NAME=runts "$qemu" "$root/dist/runts-aarch64" "$@"; }
# What a command says on both channels, and its status. libseccomp asks the kernel for its flags, of which qemu knows none.
said() {
  machine=$1
  shift
  status=0
  "$machine" "$@" >"$scratch/$machine" 2>&1 || status=$?
  echo "status $status" >>"$scratch/$machine"
  sed -i '/"supportedFlags": \[\]/d; /"supportedFlags"/,/]/d' "$scratch/$machine"
}
alike() {
  said here "$@"
  said there "$@"
  checked=$((checked + 1))
  diff -u "$scratch/here" "$scratch/there" && return
  echo "arm64: runts $* differs" >&2
  failed=1
}

alike --version
alike help
alike features
alike no-such-command
alike --root "$scratch/state" list
alike --root "$scratch/state" state missing
mkdir "$scratch/spec" "$scratch/docker"
for machine in here there; do (cd "$scratch/spec" && rm -f config.json && "$machine" spec && mv config.json "../spec.$machine"); done
cmp "$scratch/spec.here" "$scratch/spec.there" || failed=1
cp bench/docker.config.json "$scratch/docker/config.json"
for bundle in bundles/hello bundles/busybox bundles/layered "$scratch/docker"; do alike plan --bundle "$bundle"; done

[ "$failed" = 0 ] || exit 1
echo "arm64: $checked commands say the same as on $(uname -m)"
sh scripts/boot-arm64.sh
