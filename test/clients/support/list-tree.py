"""list-tree.py ROOT: one line of JSON for each entry below ROOT, in the order of names; these, as all bytes, are latin1."""
import hashlib
import json
import os
import stat
import sys

TYPES = {stat.S_IFREG: 'file', stat.S_IFDIR: 'directory', stat.S_IFLNK: 'symlink', stat.S_IFCHR: 'character',
         stat.S_IFBLK: 'block', stat.S_IFIFO: 'fifo', stat.S_IFSOCK: 'socket'}


def text(data):
    return data.decode('latin1')


def content(path):
    with open(path, 'rb') as file:
        return hashlib.sha256(file.read()).hexdigest()


def entry(path, name):
    found = os.lstat(path)
    kind = TYPES[stat.S_IFMT(found.st_mode)]
    line = {'path': text(name), 'type': kind, 'mode': oct(stat.S_IMODE(found.st_mode)), 'uid': found.st_uid,
            'gid': found.st_gid, 'mtime': str(found.st_mtime_ns), 'size': 0, 'links': 1, 'content': '', 'device': ''}
    line['xattrs'] = {each: text(os.getxattr(path, each, follow_symlinks=False))
                      for each in sorted(os.listxattr(path, follow_symlinks=False))
                      if not each.startswith('trusted.overlay.')}
    if kind != 'directory':
        line['links'] = found.st_nlink
    if kind == 'file':
        line['size'] = found.st_size
        line['content'] = content(path)
    if kind == 'symlink':
        line['content'] = text(os.readlink(path))
    if kind in ('character', 'block'):
        line['device'] = '%d:%d' % (os.major(found.st_rdev), os.minor(found.st_rdev))
    print(json.dumps(line))
    if kind == 'directory':
        for child in sorted(os.listdir(path)):
            entry(path + b'/' + child, name + b'/' + child if name else child)


entry(os.fsencode(sys.argv[1]), b'')
