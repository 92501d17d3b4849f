#!/bin/sh
# make-layers.sh BUSYBOX INSPECT — the layers of this bundle, as image layers look on disk for overlayfs:
#   layers/base  a system             layers/app   an application: changes, a whiteout, an opaque directory
#   layers/init  what a manager puts on top for each container: /etc/hostname and the like
#   work/upper, work/work  the writable layer; a second container at the same time needs another pair
set -eu
busybox=$(readlink -f "$1") inspect=$(readlink -f "$2")
cd "$(dirname "$0")"
umask 022
mkdir -p rootfs work/upper work/work
if [ -e layers/made ] && ! [ "$inspect" -nt layers/made ] && ! [ "$0" -nt layers/made ]; then exit 0; fi
mkdir -p layers/try
if ! mknod layers/try/whiteout c 0 0 2>/dev/null || ! "$inspect" setxattr layers/try trusted.overlay.opaque y >/dev/null; then
  rm -rf layers
  echo "layered: whiteouts and opaque directories cannot be made here (they take root, and a file system other than overlay): left out"
  exit 0
fi
rm -rf layers
for directory in bin dev etc proc root run srv/data sys tmp; do mkdir -p "layers/base/$directory"; done
cp "$busybox" layers/base/bin/busybox
cp "$inspect" layers/base/bin/inspect
for name in cat ls mkdir ps rm sh sleep touch; do ln -s busybox "layers/base/bin/$name"; done
echo 'root:x:0:0:root:/root:/bin/sh' >layers/base/etc/passwd
echo 'from base' >layers/base/etc/motd
echo 'from base, hidden by app' >layers/base/etc/old.conf
echo 'one, from base' >layers/base/srv/data/one
echo 'two, from base' >layers/base/srv/data/two

mkdir -p layers/app/etc layers/app/srv/data
echo 'from app' >layers/app/etc/motd
# A whiteout hides what a lower layer has under the name.
mknod layers/app/etc/old.conf c 0 0
# An opaque directory hides all that lower layers have in it.
"$inspect" setxattr layers/app/srv/data trusted.overlay.opaque y >/dev/null
echo 'three, from app' >layers/app/srv/data/three

mkdir -p layers/init/etc
echo layered >layers/init/etc/hostname
: >layers/init/etc/resolv.conf
touch layers/made
