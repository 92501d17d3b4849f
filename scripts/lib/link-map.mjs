// What a map of GNU ld (-Wl,-Map=FILE) tells of where code lies.

const PLACED = /^ (\.text\S*)(?:\n)? +0x([0-9a-f]+) +0x([0-9a-f]+) (\S.*)$/gm;
const MEMBER = /([^/()]+\.a)\(([^()]+)\)$/;

/** Sections of code as they came from their objects, by address; a member of a library is `{ library, object }`. */
export function codeOf(map) {
  const sections = [];
  for (const [, name, address, size, file] of map.matchAll(PLACED)) {
    const [, library, object] = MEMBER.exec(file) ?? [undefined, undefined, file];
    const start = Number.parseInt(address, 16);
    const bytes = Number.parseInt(size, 16);
    // What the linker left out is listed, too, at 0.
    if (start > 0 && bytes > 0) sections.push({ name, start, end: start + bytes, library, object });
  }
  return sections.toSorted((a, b) => a.start - b.start);
}

/** The section that has that address. */
export function sectionAt(sections, address) {
  return sections.find(({ start, end }) => start <= address && address < end);
}

/** What a linker script calls a section: without paths and versions of libraries, and without the numbers (`.isra.0`) that the
 * compiler gives to variants of a function, as other machines have others. */
export function patternOf({ name, library, object }) {
  if (name !== '.text') return `*(${name.replace(/(?<=\.\w+)\.(isra|constprop|part)\..*/, '.*')})`;
  if (library === undefined) return `*/${object.split('/').at(-1)}(.text)`;
  return `*${library.replace(/-[\d.]+a$/, '*.a')}:${object}(.text)`;
}
