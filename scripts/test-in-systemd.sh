#!/bin/sh
# test-in-systemd.sh REPORT ARG... — test-in-lab.sh in a guest whose pid 1 is systemd, with a manager for an ordinary user such as
# a login makes (its PAM stack alone is left out). For a machine that is thrown away: it changes /etc/passwd and /usr/local/bin,
# by mounts, and units.
set -eu
cd "$(dirname "$0")/.."
user=70001
for file in passwd group; do cp "/etc/$file" "/run/runts-$file"; done
echo "runts-$user:x:$user:$user::/:/bin/sh" >>/run/runts-passwd
echo "runts-$user:x:$user:" >>/run/runts-group
for file in passwd group; do mount --bind "/run/runts-$file" "/etc/$file"; done
unit=user@$user.service
mkdir -p "/run/systemd/system/$unit.d"
printf '[Service]\nPAMName=\nEnvironment=XDG_RUNTIME_DIR=/run/user/%s\n' "$user" >"/run/systemd/system/$unit.d/runts.conf"
# where the documented settings of container engines have it
mount -t tmpfs tmpfs /usr/local/bin
entry=dist/runts
[ -x "$entry" ] || entry=bin/runts
ln -s "$PWD/$entry" /usr/local/bin/runts
systemctl daemon-reload
systemctl start dbus.service "$unit"
export RUNTS_MACHINE=1
exec sh scripts/test-in-lab.sh "$@"
