import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Execution } from '../../src/index.ts';
import { openStdio } from '../../src/library/stdio.ts';
import { descriptors } from '../support/leaks.ts';
import { until } from '../support/run.ts';
import { runScript } from '../support/library.ts';

const SIZE = { terminal: { width: 91, height: 37 } };

const duplexOf = ({ stdin, stdout, stderr }: Execution<typeof SIZE>): Duplex => {
  expect(stdout).toBe(stdin);
  expect(stderr).toBeUndefined();
  return stdout;
};

/** Reads until a text has come, and gives all that has come so far. */
async function shown(terminal: Duplex, what: string): Promise<string> {
  let seen = '';
  const take = (chunk: Buffer): void => void (seen += chunk.toString());
  terminal.on('data', take);
  await until(`${what} on the terminal`, () => seen.includes(what));
  terminal.off('data', take);
  return seen;
}

describe('a terminal', () => {
  it('is what the program has as its standard streams, of the size that was asked for', async (test) => {
    const { program } = await runScript(test, 'tty; stty size; test -t 2 && echo all', SIZE);
    expect(await text(duplexOf(program))).toBe('/dev/pts/0\n37 91\nall\n');
    expect(await program).toEqual({ code: 0 });
  });

  it('tells the program of another size', async (test) => {
    const wait = 'trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.01; done';
    const { program } = await runScript(test, wait, SIZE);
    await shown(duplexOf(program), 'ready');
    program.resize({ width: 120, height: 50 });
    expect(await text(duplexOf(program))).toContain('50 120\n');
    expect(await program).toEqual({ code: 0 });
  });

  it('has the last size that was asked for before there was a program', async (test) => {
    const { program } = await runScript(test, 'stty size', SIZE);
    program.resize({ width: 12, height: 5 });
    program.resize({ width: 13, height: 6 });
    expect(await text(duplexOf(program))).toMatch(/^(6 13|37 91)\n$/);
  });

  it('takes control characters', async (test) => {
    const { program } = await runScript(
      test,
      'trap "exit 7" INT; echo ready; while :; do sleep 0.01; done',
      SIZE,
    );
    const terminal = duplexOf(program);
    await shown(terminal, 'ready');
    terminal.write('\u0003');
    expect(await program).toEqual({ code: 7 });
  });

  it('carries many bytes both ways, and neither way stops the other', async (test) => {
    const { program } = await runScript(test, 'stty raw -echo; echo ready; exec head -c 1048576', SIZE);
    const terminal = duplexOf(program);
    await shown(terminal, 'ready\n');
    const sent = randomBytes(1 << 20);
    terminal.write(sent);
    const digest = createHash('sha256');
    let size = 0;
    for await (const chunk of terminal as AsyncIterable<Buffer>) {
      size += chunk.length;
      digest.update(chunk);
    }
    expect(size).toBe(sent.length);
    expect(digest.digest('hex')).toBe(createHash('sha256').update(sent).digest('hex'));
  });

  it('still takes control characters where its output is not read', async (test) => {
    const { program } = await runScript(test, 'trap "exit 7" INT; while :; do echo more; done', SIZE);
    const terminal = duplexOf(program);
    await once(terminal, 'readable');
    terminal.write('\u0003');
    expect(await program).toEqual({ code: 7 });
  });

  it('hangs up where the caller closes it', async (test) => {
    const before = descriptors();
    const { program } = await runScript(
      test,
      'trap "exit 7" HUP; echo ready; while :; do sleep 0.01; done',
      SIZE,
    );
    const terminal = duplexOf(program);
    await shown(terminal, 'ready');
    terminal.destroy();
    expect(await program).toEqual({ code: 7 });
    await until('its descriptors to be closed', () => descriptors().length <= before.length);
  });

  it('hangs up where the caller closes it, also with more typed than the program takes', async (test) => {
    const script = 'stty raw -echo; trap "exit 7" HUP; echo ready; while :; do sleep 0.01; done';
    const { program } = await runScript(test, script, SIZE);
    const terminal = duplexOf(program);
    await shown(terminal, 'ready');
    terminal.write(Buffer.alloc(1 << 20, 'x'));
    terminal.destroy();
    expect(await program).toEqual({ code: 7 });
  });

  it('hangs up at once where the caller has closed it before there was a program', async (test) => {
    const { program } = await runScript(test, 'trap "" HUP; cat; exit 7', SIZE);
    duplexOf(program).destroy();
    expect(await program).toEqual({ code: 7 });
  });

  it('is at its end with the program, after all that it said', async (test) => {
    const { program } = await runScript(test, 'yes | head -c 300000; echo; echo last', SIZE);
    const said = await text(duplexOf(program));
    expect(said.length).toBe(300_006);
    expect(said).toMatch(/last\n$/);
  });

  it('that nobody reads holds no descriptor once the program has ended, and can still be read', async (test) => {
    const before = descriptors();
    for (let round = 0; round < 3; round++) {
      const { program } = await runScript(test, 'echo kept', SIZE);
      expect(await program).toEqual({ code: 0 });
      // The threads' own epoll, and that of the processes' ends.
      await until('all to be closed', () => descriptors().length <= before.length + 2);
      expect(await text(duplexOf(program))).toBe('kept\n');
    }
  });

  it.each([
    [{ width: 0, height: 24 }, 'terminal: width: 0 is not 1 to 65535'],
    [{ width: 80, height: 65_536 }, 'terminal: height: 65536 is not 1 to 65535'],
  ])('of the size %j is refused', (terminal, message) => {
    expect(() => openStdio({ terminal })).toThrow(message);
  });
});

it('without a terminal there is nothing to resize', () => {
  const stdio = openStdio('ignore');
  expect(() => stdio.resize({ width: 1, height: 1 })).toThrow('resize: the program has no terminal');
});
