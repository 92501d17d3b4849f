#!/bin/sh
# boot-arm64.sh — containers on arm64: a machine that qemu emulates boots Debian's kernel, whose first program (test/arm64/init) runs
# commands of dist/runts-aarch64, the standalone executable that standalone.sh --arch arm64 has built.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib/debian.sh
machine=build/machine-arm64
log=build/machine-arm64.console
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")

if ! [ -e "$machine/boot" ]; then
  echo "arm64: fetching Debian's kernel of arm64"
  debian_unpack "${release:-sid}" arm64 "$PWD/$machine" linux-image-cloud-arm64 busybox-static || {
    echo "arm64: no machine to boot ($debian_why)" >&2
    exit 1
  }
fi
cmake --build build/standalone-arm64 --target inspect >build/machine-arm64.log 2>&1 || { tail -20 build/machine-arm64.log >&2; exit 1; }

root=$machine/root
rm -rf "$root"
for directory in bin dev proc run sys tmp; do mkdir -p "$root/$directory"; done
busybox=$(find "$machine/bin" "$machine/usr/bin" -name busybox 2>/dev/null | head -1)
cp "$busybox" dist/runts-aarch64 "$root/bin"
mv "$root/bin/runts-aarch64" "$root/bin/runts"
cp test/arm64/init "$root/init"
chmod 755 "$root/init"
for name in hello docker sleep; do
  rootfs=$root/bundles/$name/rootfs
  for directory in bin dev etc proc sys tmp; do mkdir -p "$rootfs/$directory"; done
  cp "$busybox" build/standalone-arm64/out/inspect "$rootfs/bin"
  for applet in sh cat grep sleep; do ln -s busybox "$rootfs/bin/$applet"; done
done
cp bundles/hello/config.json "$root/bundles/hello"
node --input-type=module - "$root/bundles" <<'SCRIPT'
import { readFileSync, writeFileSync } from 'node:fs';
const bundle = (name, args) => {
  const config = JSON.parse(readFileSync('bench/docker.config.json', 'utf8'));
  config.process.terminal = false;
  config.process.args = args;
  if (config.linux.seccomp) config.linux.seccomp.architectures = ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'];
  writeFileSync(`${process.argv[2]}/${name}/config.json`, JSON.stringify(config));
};
bundle('docker', ['/bin/sh', '-c', 'grep Seccomp: /proc/self/status; exit 7']);
bundle('sleep', ['/bin/sleep', '1000']);
SCRIPT
(cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null) | gzip -1 >"$machine/initramfs.gz"

echo "arm64: booting a machine"
timeout -k 5 300 qemu-system-aarch64 -M virt -cpu max,pauth-impdef=on -smp 2 -m 1024 -nographic -no-reboot -nic none \
  -kernel "$machine"/boot/vmlinuz-* -initrd "$machine/initramfs.gz" -append "console=ttyAMA0 quiet panic=-1" \
  >"$log" 2>&1 </dev/null || true
if ! grep -q '^machine: done, 0' "$log"; then
  tail -60 "$log" >&2
  echo "arm64: containers in the machine failed (all that it said: $log)" >&2
  exit 1
fi
echo "arm64: containers run on $(basename "$machine"/boot/vmlinuz-*)"
