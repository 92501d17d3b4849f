import { expect, it } from 'vitest';
import { codeOf, patternOf, sectionAt } from '../../scripts/lib/link-map.mjs';

const MAP = ` .text.unused   0x0000000000000000       0x20 libengine.a(engine.c.o)
 .text          0x0000000030000400       0x10 /usr/lib/libm-2.36.a(s_sin.o)
 .text.call.constprop.0
                0x0000000030000100      0x200 libengine.a(engine.c.o)
                0x0000000030000100                call
 .text          0x0000000030000300       0x22 /usr/lib/gcc/12/../crt1.o
 .rodata        0x0000000030001000      0x300 libengine.a(engine.c.o)
`;

it('reads from a map which code lies where', () => {
  const sections = codeOf(MAP);
  expect(sections.map(({ name, start, end }) => [name, start, end])).toEqual([
    ['.text.call.constprop.0', 0x30000100, 0x30000300],
    ['.text', 0x30000300, 0x30000322],
    ['.text', 0x30000400, 0x30000410],
  ]);
  expect(sectionAt(sections, 0x300002ff)).toMatchObject({ library: 'libengine.a', object: 'engine.c.o' });
  expect(sectionAt(sections, 0x30000322)).toBeUndefined();
});

it('names a section as it is called on other machines, too', () => {
  expect(codeOf(MAP).map(patternOf)).toEqual([
    '*(.text.call.*)',
    '*/crt1.o(.text)',
    '*libm*.a:s_sin.o(.text)',
  ]);
});
