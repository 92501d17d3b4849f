import { describe, expect, it } from 'vitest';
import { commandsDocument, manPages } from '../../src/cli/manual.ts';
import { flagsOf, GROUPS, VERBS } from '../../src/cli/table.ts';

const pages = manPages('1.2.3');
const pageOf = (file: string): string => pages.find((page) => page.file === file)?.text ?? '';

describe('man pages', () => {
  it('there is one of runts and one a command', () => {
    const files = [...GROUPS, ...VERBS].map(({ name }) => `runts-${name.replace(' ', '-')}.8`);
    expect(pages.map(({ file }) => file)).toEqual(['runts.8', ...files]);
    for (const { text } of pages) {
      expect(text).toMatch(/^\.\\" Made from [^\n]*\n\.TH RUNTS\S* 8 "" "runts 1\.2\.3"\n\.SH NAME\n/);
      expect(text).not.toMatch(/^\n/m);
    }
  });

  it.each(VERBS.map((verb) => [verb.name, verb] as const))('of %s has its flags', (name, verb) => {
    const text = pageOf(`runts-${name.replace(' ', '-')}.8`);
    for (const flag of flagsOf(verb))
      expect(text.includes(`\\-\\-${flag.name.replaceAll('-', '\\-')}\\fR`)).toBe(flag.hidden !== true);
  });

  it('of a group names the pages of its commands', () => {
    const text = pageOf('runts-image.8');
    expect(text).toContain('\\fBrunts image\\fR');
    expect(text).toContain('\\fBrunts\\-image\\-load\\fR(8)');
  });

  it('say how exec ends', () => {
    expect(pageOf('runts-exec.8')).toContain('255 where it could not be started');
  });
});

it('the reference of commands has every command and what it takes', () => {
  const text = commandsDocument();
  for (const { name } of GROUPS) expect(text).toContain(`\n## runts ${name}\n`);
  for (const { name, usage } of VERBS) {
    expect(text).toContain(`\n## runts ${name}\n`);
    expect(text).toContain(usage);
  }
  expect(text).not.toContain('--kernel-memory');
});
