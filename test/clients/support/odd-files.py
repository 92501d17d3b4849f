"""odd-files.py ROOT: makes what layers seldom have in ROOT/odd."""
import os
import struct
import sys

os.umask(0o022)
os.chdir(sys.argv[1])
os.mkdir('odd')
os.chdir('odd')


def write(name, data=b'content\n', mode=0o644):
    with open(name, 'wb') as file:
        file.write(data)
    os.chmod(name, mode)


# VFS_CAP_REVISION_2 with CAP_NET_RAW permitted and effective (linux/capability.h).
CAPABILITY = struct.pack('<IIIII', 0x02000001, 1 << 13, 0, 0, 0)

write('capable', mode=0o755)
os.setxattr('capable', 'security.capability', CAPABILITY)
write('attributes')
for name, value in (('user.text', b'a value'), ('user.bytes', bytes(range(256))), ('user.empty', b'')):
    os.setxattr('attributes', name, value)
write('setuid')
os.chown('setuid', 12, 34)
os.chmod('setuid', 0o6755)
write('nobody', mode=0)
os.chown('nobody', 65534, 4294967294)
os.mkdir('sticky')
os.chmod('sticky', 0o1777)
os.setxattr('sticky', 'user.of', b'a directory')
os.mkdir('closed')
write('closed/file')
os.chmod('closed', 0)
os.mknod('character', 0o20600, os.makedev(5, 1))
os.mknod('block', 0o60600, os.makedev(259, 300))
os.mkfifo('fifo')
for number in (1, 2, 3):
    os.link('setuid', 'linked-%d' % number)
os.symlink('../etc/passwd', 'symlink')
os.lchown('symlink', 7, 8)
os.symlink('t' * 300, 'long-target')
os.link('symlink', 'symlink-too')
write(b'not-utf8-\xff\xfe')
write('wei\u00df \u2603 "quoted" \\n'.encode())
write(b'control-\x01\x7f\n-newline')
write('n' * 255)
deep = '/'.join(['long'] + ['d' * 120] * 3)
os.makedirs(deep)
os.rename('long/' + 'd' * 120, 'long/one')
write('long/one/long')
for name, time in (('time-ns', 1_500_000_000_123_456_789), ('time-1969', -5_000_000_001), ('time-2100', 4_102_444_800_000_000_001)):
    write(name)
    os.utime(name, ns=(time, time))
os.utime('symlink', ns=(1_400_000_000_987_654_321,) * 2, follow_symlinks=False)
write('sparse', b'')
with open('sparse', 'r+b') as file:
    for offset in (0, 1 << 20, (8 << 20) - 3):
        file.seek(offset)
        file.write(b'part')
    file.truncate(12 << 20)
for name in ('tree', 'opaque'):
    os.makedirs(name + '/kept')
    write(name + '/kept/lower')
    write(name + '/lower')
write('large', os.urandom(3_000_001))
os.utime('sticky', ns=(1_600_000_000_111_111_111,) * 2)
