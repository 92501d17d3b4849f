#!/bin/sh
# test-in-container.sh — the suite inside a privileged container (Dockerfile.test). Controllers can be given to children of a
# cgroup only while it has no processes itself, so those of this container move one level down first.
set -eu
cd "$(dirname "$0")/.."
cgroup=/sys/fs/cgroup
if [ -w "$cgroup/cgroup.subtree_control" ]; then
  mkdir -p "$cgroup/suite"
  while read -r pid; do echo "$pid" >"$cgroup/suite/cgroup.procs" 2>/dev/null || true; done <"$cgroup/cgroup.procs"
  for controller in $(cat "$cgroup/cgroup.controllers"); do
    echo "+$controller" >"$cgroup/cgroup.subtree_control" 2>/dev/null || echo "suite: $controller cannot be given to containers"
  done
fi
# podman makes volumes nodev and nosuid; a container's root file system on one would be so too.
for volume in /tmp "$PWD/bundles"; do
  ! mountpoint -q "$volume" || mount -o remount,bind,rw,dev,suid,exec "$volume" || echo "suite: $volume keeps its mount options"
done
exec sh scripts/test.sh "$@"
