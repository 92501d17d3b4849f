#!/bin/sh
# bundles.sh — the root file systems of bundles/: from build/out/inspect and a static busybox, without a network.
set -eu
cd "$(dirname "$0")/.."
umask 022
busybox=$(command -v busybox)

# Copies where the content differs, so that an unchanged build writes nothing.
put() { cmp -s "$1" "$2" || { cp "$1" "$2.new" && mv "$2.new" "$2"; }; }

tree() {
  mkdir -p "$1/bin" "$1/dev" "$1/etc" "$1/proc" "$1/root" "$1/run" "$1/sys" "$1/tmp"
  [ -e "$1/etc/group" ] && return
  printf 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/tmp:/bin/sh\n' >"$1/etc/passwd"
  printf 'root:x:0:\ntty:x:5:\nuser:x:1000:\n' >"$1/etc/group"
}

with_busybox() {
  put "$busybox" "$1/bin/busybox"
  [ -L "$1/bin/sh" ] || for name in $("$busybox" --list); do
    [ "$name" = busybox ] || ln -sfn busybox "$1/bin/$name"
  done
}

tree bundles/hello/rootfs
put build/out/inspect bundles/hello/rootfs/bin/inspect

tree bundles/busybox/rootfs
with_busybox bundles/busybox/rootfs

sh bundles/layered/make-layers.sh "$busybox" build/out/inspect
