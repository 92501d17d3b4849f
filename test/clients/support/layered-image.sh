#!/bin/sh
# layered-image.sh DIRECTORY — images of several layers, made by umoci, skopeo and buildah of this Debian's files and of whatever a
# layer may have, as OCI layouts in DIRECTORY: umoci:box, zstd:box, buildah:box and raw:box.
set -eu
cd "$1"
here=$(dirname "$(readlink -f "$0")")
layout=umoci:box

files() { tar -C / --numeric-owner -cf - "$@" 2>/dev/null | tar -C "$root" --numeric-owner -xpf -; }
# Changes the tree of the image by the commands on standard input and adds what has changed as a layer.
layer() {
  umoci unpack --image $layout bundle >/dev/null
  root=$PWD/bundle/rootfs
  export root here
  sh -eu
  umoci repack --refresh-bundle --image $layout bundle >/dev/null
  rm -rf bundle
}

umoci init --layout umoci
umoci new --image $layout
root=$PWD/base
mkdir "$root"
files etc/alternatives etc/default etc/pam.d etc/passwd etc/group usr/share/base-files usr/share/doc/tar usr/share/perl5 usr/sbin/unix_chkpwd usr/bin/tar usr/bin/mount usr/bin/su usr/bin/passwd
python3 "$here/odd-files.py" "$root"
umoci insert --image $layout base / >/dev/null

layer <<'EOF'
cd "$root"
rm -r usr/share/perl5/Debconf odd/linked-1
rm usr/bin/mount etc/alternatives/awk
mkdir usr/bin/mount && echo now a directory >usr/bin/mount/file
rm -r etc/pam.d
chmod 700 etc/default && chown 5:6 etc/group
echo more >>odd/long/one/long
ln odd/setuid odd/another-name
EOF

layer <<'EOF'
cd "$root"
echo now a file >etc/pam.d
rm -r usr/share/doc/tar && mkdir usr/share/doc/tar && echo new >usr/share/doc/tar/new
rm usr/bin/mount/file && mkdir -p usr/bin/mount/file/deep
mv odd/sparse moved
python3 -c "import os; os.setxattr(\"usr/bin/tar\", \"user.added\", b\"later\")"
EOF

mkdir -p hidden/kept && echo kept >hidden/kept/file
umoci insert --image $layout --opaque hidden /odd/tree >/dev/null
umoci insert --image $layout --whiteout /odd/fifo >/dev/null

skopeo --insecure-policy copy -q --dest-compress-format zstd oci:$layout oci:zstd:box

storage="--root $PWD/storage --runroot $PWD/runroot --storage-driver vfs"
container=$(buildah $storage from -q "oci:$PWD/$layout")
root=$(buildah $storage mount "$container")
rm -r "$root/etc/default" "$root/odd/character" "$root/odd/linked-2"
mkdir "$root/etc/default" && ln -s nowhere "$root/etc/default/link"
printf 'x' | dd of="$root/odd/sparse" bs=1 seek=5000000 conv=notrunc 2>/dev/null
buildah $storage commit -q --format oci "$container" oci:$PWD/buildah:box >/dev/null
rm -rf storage runroot

# As no program makes it: a whiteout beside what takes its place, opaque after its content.
mkdir -p tree/odd/opaque
touch tree/odd/.wh.block tree/odd/opaque/.wh..wh..opq tree/odd/opaque/own
echo in its place >tree/odd/block
tar -C tree --numeric-owner --owner=0 --group=0 -cf raw.tar odd/block odd/.wh.block odd/opaque/own odd/opaque/.wh..wh..opq
cp -a umoci raw
umoci raw add-layer --image raw:box raw.tar >/dev/null
