#!/bin/sh
# cell.sh CGROUP RUNTS — namespaces in which a container engine may do as it likes: the first line of output is the process that
# keeps them, and nothing is left when that one is killed. CGROUP, a directory to be made, is the root of its cgroup
# hierarchy; who enters belongs into CGROUP/init. /run is empty but for /run/local, and /usr/local/bin has RUNTS too, as `runts`.
set -eu
if [ "${3:-}" = inside ]; then
  read -r pid _ </proc/self/stat
  mount -t proc proc /proc
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mount -t tmpfs tmpfs /run
  mkdir /run/local
  mount --bind /usr/local/bin /run/local
  mount -t tmpfs tmpfs /usr/local/bin
  ln -s /run/local/* /usr/local/bin
  ln -sfn "$2" /usr/local/bin/runts
  ip link set lo up
  echo "$pid"
  # not exec: as pid 1 the shell reaps what engines leave behind
  while :; do sleep 1000; done
elif [ "${3:-}" = delegated ]; then
  mkdir "$1/init"
  echo $$ >"$1/init/cgroup.procs"
  for controller in $(cat "$1/cgroup.controllers"); do
    echo "+$controller" >"$1/cgroup.subtree_control" || true
  done
  exec unshare --mount --net --ipc --uts --pid --fork --kill-child --propagation private sh "$0" "$1" "$2" inside
else
  mkdir "$1"
  echo $$ >"$1/cgroup.procs"
  exec unshare --cgroup sh "$0" "$1" "$2" delegated
fi
