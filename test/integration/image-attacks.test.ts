import { attacks, one, two, up } from '../support/attack-rows.ts';
import { device, directory, hard, link } from '../support/attack.ts';
import { base256, content, extended, file, header, pax } from '../support/tar-archive.ts';

const TYPES = {
  file: '0',
  'hard link': '1',
  'symbolic link': '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};

const typed = (name: string, type: string, target: string): Buffer =>
  header({ name, type, target, major: '1', minor: '3' });

const named = (name: string): Buffer[] => [pax([['path', name]]), file('short', 'x')];

// CVE-2021-29136
attacks(
  'the root of a layer is a directory',
  Object.entries(TYPES)
    .filter(([what]) => what !== 'directory')
    .flatMap(([what, type]) =>
      ['.', '/', './', '//./'].map((name) =>
        one(
          `${name}, a ${what}`,
          (out) => [typed(name, type, out), file('x', 'x')],
          `"${name}": the layer's root is a directory, not a`,
        ),
      ),
    ),
);

attacks(
  'names that lead out are refused',
  ['..', '../x', 'a/../../x', 'a/..', './..', 'd/../../../x'].flatMap((name) =>
    Object.entries(TYPES).map(([what, type]) =>
      one(
        `${name}, a ${what}`,
        () => [directory('d'), typed(name, type, 'd')],
        'the name has a component ".."',
      ),
    ),
  ),
);

attacks('names that no file has are refused', [
  one('a NUL', () => named('a\0b'), 'path has a NUL'),
  one('none', () => [file('', 'x')], 'the name is empty'),
  one('a component of 256 bytes', () => named('x'.repeat(256)), 'a component has more than 255 bytes'),
  one('4,096 bytes', () => named('d/'.repeat(2048)), 'the name has more than 4095 bytes'),
  one(
    'a thousand directories',
    () => named(`${'d/'.repeat(1000)}x`),
    'the path has more than 256 components',
  ),
  // CVE-2024-28863
  one('half a million directories', () => named('d/'.repeat(500_000)), 'the name has more than 4095 bytes'),
]);

// CVE-2021-37701, 37712, 37713, 2026-23950, 29786, 31802
attacks('names are bytes, whatever they mean elsewhere', [
  one('absolute', (out) => [file(`${out}/x`, 'x')], ['IN/', 'IN/x: x']),
  one('of a drive', () => [file('C:x', 'x'), file('C:../y', 'y')], ['C:x: x', 'C:../', 'C:../y: y']),
  one('backslashes', () => [file('..\\x', 'x'), file('a\\..\\..\\x', 'y')], ['..\\x: x', 'a\\..\\..\\x: y']),
  one('of a share', () => [file('\\\\?\\C:\\x', 'x')], ['\\\\?\\C:\\x: x']),
  one('looks like a number', () => named('1e3'), ['1e3: x']),
  ...[
    ['one composed, one not', '\u00c3\u00a9', 'e\u00cc\u0081'],
    ['a ligature and its letters', '\u00ef\u00ac\u0081', 'fi'],
    ['a sharp s and two', '\u00c3\u009f', 'ss'],
    ['a capital and a small letter', 'D', 'd'],
  ].map(([title = '', left = '', right = '']) => {
    const [shownLeft, shownRight] = [left, right].map((name) => Buffer.from(name, 'latin1').toString());
    return one(
      `two that some hold to be the same: ${title}`,
      (out) => [directory(right), link(left, out), file(`${right}/x`, 'x')],
      [`${shownRight}/`, `${shownLeft} -> OUT`, `${shownRight}/x: x`],
    );
  }),
]);

/** Of hard links' targets, after links of their layer were followed. */
const NO_FILE = 'no file of a lower layer';
const USER_XATTR = pax([['SCHILY.xattr.user.canary', 'is dead']]);

// CVE-2021-32760, and what several unpackers do
attacks(
  'nothing is done through a link of a lower layer',
  [['absolute', (out: string) => out] as const, ['relative', up] as const].flatMap(([what, target]) => {
    const through = (title: string, upper: readonly Buffer[], gives: string | readonly string[]) =>
      two(
        `${title}, ${what}`,
        (out) => [link('etc', target(out))],
        () => upper,
        gives,
      );
    return [
      through('a file', [file('etc/x', 'x')], ['etc/', 'etc/x: x']),
      through('a whiteout', [file('etc/.wh.x', '')], ['etc/', 'etc/x 0:0']),
      through('an opaque marker', [file('etc/.wh..wh..opq', '')], ['etc/']),
      through('a new directory', [directory('etc/new')], ['etc/', 'etc/new/']),
      through(
        'the mode of a directory',
        [directory('etc/directory', { mode: '0000777' })],
        ['etc/', 'etc/directory/'],
      ),
      through('the mode of the link', [directory('etc', { mode: '0000777' })], ['etc/']),
      through('a link', [link('etc/secret', '/')], ['etc/', 'etc/secret -> /']),
      through('an attribute', [USER_XATTR, directory('etc/directory')], ['etc/', 'etc/directory/']),
      through('a device', [device('etc/x', '3', 1, 3)], ['etc/', 'etc/x 1:3']),
      through('the name of a hard link', [file('x', 'x'), hard('etc/x', 'x')], ['etc/', 'etc/x: x', 'x: x']),
      through('the target of a hard link', [hard('x', 'etc/secret')], NO_FILE),
    ];
  }),
);

// CVE-2021-32803, 2026-23745, 26960, 2024-12905, 2025-48387, 59343
attacks(
  'links of the same layer lead nowhere but in it',
  [['absolute', (out: string) => out] as const, ['relative', up] as const]
    .flatMap(([what, target]) => {
      const shown = what === 'absolute' ? 'OUT' : `${'../'.repeat(9)}..OUT`;
      const inside = (title: string, more: readonly Buffer[], ...lines: readonly string[]) =>
        one(`${title}, ${what}`, (out) => [link('l', target(out)), ...more], [`l -> ${shown}`, ...lines]);
      return [
        inside('a file', [file('l/x', 'x')], 'IN/', 'IN/x: x'),
        inside('a whiteout', [file('l/.wh.x', '')], 'IN/', 'IN/x 0:0'),
        inside('an opaque marker', [file('l/.wh..wh..opq', '')], 'IN/'),
        inside('a directory', [directory('l/directory', { mode: '0000777' })], 'IN/', 'IN/directory/'),
        inside('a link', [link('l/secret', '/')], 'IN/', 'IN/secret -> /'),
        inside('a hard link', [file('x', 'x'), hard('l/x', 'x')], 'IN/', 'IN/x: x', 'x: x'),
        inside('a link to the link', [link('m', 'l'), file('m/x', 'x')], 'm -> l', 'IN/', 'IN/x: x'),
      ];
    })
    .concat([
      one('a directory that became one', (out) => [directory('l'), link('l', out), file('l/x', 'x')], [
        'l -> OUT',
        'IN/',
        'IN/x: x',
      ]),
      one('a file in place of one', (out) => [link('l', `${out}/secret`), file('l', 'x')], ['l: x']),
      one('a directory in place of one', (out) => [link('l', out), directory('l', { mode: '0000777' })], [
        'l/',
      ]),
      one('one to itself', () => [link('l', 'l'), file('l/x', 'x')], 'too many levels of symbolic links'),
      one(
        'a chain of them',
        () => [link('a/b/c/up', '../..'), link('a/b/escape', 'c/up/../..'), file('a/b/escape/x', 'x')],
        ['a/', 'a/b/', 'a/b/c/', 'a/b/c/up -> ../..', 'a/b/escape -> c/up/../..', 'x: x'],
      ),
    ]),
);

// CVE-2018-20834, 2026-24842, 26960
attacks('hard links', [
  one('to an absolute path', (out) => [hard('h', `${out}/secret`), file('h', 'x')], NO_FILE),
  one('by ..', (out) => [hard('h', up(out))], 'the name has a component ".."'),
  one('by .. within', () => [hard('h', 'a/../../x')], 'the name has a component ".."'),
  one(
    'by .. behind links',
    () => [link('a/b/c/up', '../..'), link('a/b/escape', 'c/up/../..'), hard('h', 'a/b/escape/..')],
    'the name has a component ".."',
  ),
  one('through a link', (out) => [link('l', out), hard('h', 'l/secret')], NO_FILE),
  one(
    'to a link, whose file keeps its attributes',
    (out) => [link('l', `${out}/secret`), USER_XATTR, hard('h', 'l', { mode: '0000777', uid: '0000007' })],
    ['h -> OUT/secret', 'l -> OUT/secret'],
  ),
  one('to a link, then a file', (out) => [link('l', `${out}/secret`), hard('h', 'l'), file('h', 'x')], [
    'h: x',
    'l -> OUT/secret',
  ]),
  one('to a whiteout', () => [file('.wh.x', ''), hard('h', 'x')], 'a whiteout hides it'),
  one(
    "to a whiteout's name",
    () => [file('.wh.x', ''), hard('h', '.wh.x')],
    'a component begins with ".wh."',
  ),
  one('before its target', () => [hard('h', 'x'), file('x', 'x')], NO_FILE),
  one('to itself', () => [file('x', 'x'), hard('x', 'x')], 'it is the entry itself'),
  one('to a directory', () => [directory('d'), hard('h', 'd')], 'it is a directory'),
  two(
    'to a file of a lower layer, then a file',
    () => [file('x', 'x')],
    () => [hard('h', 'x'), file('h', 'y')],
    ['h: y', 'x: x'],
  ),
  two(
    'to a file of a lower layer, with a mode',
    () => [file('x', 'x')],
    () => [hard('h', 'x', { mode: '0004777', uid: '0000007' })],
    ['h: x', 'x: x'],
  ),
  two(
    'to a link of a lower layer',
    (out) => [link('l', `${out}/secret`)],
    () => [hard('h', 'l', { mode: '0000777' })],
    ['h -> OUT/secret', 'l -> OUT/secret'],
  ),
]);

const NO_WHITEOUTS: readonly (readonly [string, string])[] = [
  ['.wh.', 'a whiteout without a name'],
  ['.wh..', 'a whiteout of "."'],
  ['.wh...', 'a whiteout of ".."'],
];

attacks('whiteouts', [
  ...NO_WHITEOUTS.flatMap(([name, message]) => [
    one(`${name} in the root`, () => [file(name, '')], message),
    one(`${name} in a directory`, () => [file(`d/${name}`, '')], message),
    one(`${name} where a link leads`, (out) => [link('l', out), file(`l/${name}`, '')], message),
  ]),
  ...['directory', 'symbolic link', 'hard link', 'character', 'fifo'].flatMap((what) =>
    ['.wh.x', 'd/.wh..wh..opq'].map((name) =>
      one(
        `${name}, a ${what}`,
        (out) => [typed(name, TYPES[what as keyof typeof TYPES], out)],
        'a whiteout that is no file',
      ),
    ),
  ),
  two(
    'opaque, in the root',
    () => [file('x', 'x')],
    () => [file('.wh..wh..opq', '')],
    [],
  ),
  two(
    'of everything, behind what the layer has',
    () => [file('x', 'x')],
    () => [file('x', 'y'), file('.wh.x', '')],
    ['x: y'],
  ),
  one('as a directory', () => [file('.wh.x/y', 'x')], 'a component begins with ".wh."'),
]);

attacks('devices', [
  one('0:0 would be a whiteout', () => [device('x', '3', 0, 0)], 'device 0:0 would be a whiteout'),
  one('0:0 of blocks, too', () => [device('x', '4', 0, 0)], 'device 0:0 would be a whiteout'),
  one('of the host lie where only root comes', () => [device('sda', '4', 8, 0)], ['sda 8:0']),
  one('that are none', () => [device('x', '4', 4096, 0)], 'device 4096:0 is none that Linux has'),
]);

const inner = file('etc/shadow', 'inner');

// CVE-2025-62518, 58183, 64118, 2026-59871 and those after it
attacks('archives that programs read differently', [
  one(
    'a size of pax beside another in the header',
    () => [
      pax([['size', String(inner.length)]]),
      header({ name: 'inner.tar', size: 0 }),
      inner,
      file('x', 'x'),
    ],
    [`inner.tar: ${inner.toString('latin1')}`, 'x: x'],
  ),
  one('a size that is negative', () => [header({ name: 'x', size: base256(-512n, 12) })], 'size is negative'),
  one('less content than its size', () => [header({ name: 'x', size: 10 ** 6 })], 'ends at offset'),
  one(
    'a hundred million holes',
    () => [
      pax([
        ['GNU.sparse.major', '1'],
        ['GNU.sparse.minor', '0'],
        ['GNU.sparse.realsize', '1000'],
      ]),
      header({ name: 'x', size: 2 ** 33 }),
      content('100000000\n'),
    ],
    'more than 65536 parts between holes',
  ),
  one('a header of a gigabyte', () => [header({ type: 'x', size: 2 ** 30 })], 'more than'),
  one('a second name', () => [extended('L', 'y\0'), ...named('z')], 'the second of its kind for one entry'),
  one(
    'an owner that chown(2) takes for none',
    () => [header({ uid: base256(2n ** 32n - 1n, 8) })],
    'uid 4294967295',
  ),
  one('an owner beyond 32 bits', () => [header({ uid: base256(2n ** 40n, 8) })], 'uid 1099511627776'),
]);

attacks('bombs are refused before they are unpacked', [
  one(
    'more bytes than a layer may have',
    () => [header({ name: 'x', size: base256(2n ** 40n, 12) })],
    'unpacks to more than 68719476736 bytes',
  ),
  one(
    'more bytes than the blob can mean',
    () => [header({ name: 'x', size: 2 ** 29 })],
    'unpacks to more than 250 times its packed size',
  ),
  one(
    'a file that is one hole',
    () => [
      pax([
        ['GNU.sparse.major', '1'],
        ['GNU.sparse.minor', '0'],
        ['GNU.sparse.realsize', String(2 ** 50)],
      ]),
      file('x', `0\n${'\0'.repeat(510)}`),
    ],
    'unpacks to more than 68719476736 bytes',
  ),
  one(
    'attributes',
    () => [
      pax([1, 2, 3, 4, 5].map((number) => [`SCHILY.xattr.user.${number}`, 'x'.repeat(60_000)] as const)),
      file('x', 'x'),
    ],
    'the extended attributes have more than 262144 bytes',
  ),
]);
