import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Duplex, Readable, Writable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { OutputPipes, StdioOptions, StreamsOf } from '../../src/index.ts';
import { openStdio } from '../../src/library/stdio.ts';
import { descriptors } from '../support/leaks.ts';
import { scratchDirectory } from '../support/bundle.ts';
import { until } from '../support/run.ts';
import { runScript } from '../support/library.ts';

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('pipes', () => {
  it('carry a megabyte of any bytes both ways', async (test) => {
    const { program } = await runScript(test, 'cat', 'pipe');
    const sent = randomBytes(1 << 20);
    program.stdin.end(sent);
    const [got] = await Promise.all([buffer(program.stdout), text(program.stderr)]);
    expect(got.length).toBe(sent.length);
    expect(digest(got)).toBe(digest(sent));
    expect(await program).toEqual({ code: 0 });
  });

  it('keep error apart from output', async (test) => {
    const { program } = await runScript(test, 'echo out; echo err >&2', ['ignore', 'pipe', 'pipe']);
    const said = await Promise.all([text(program.stdout), text(program.stderr)]);
    expect(said).toEqual(['out\n', 'err\n']);
    expect(program.stdin).toBeUndefined();
  });

  it('can be opened again by the program, as /dev/stdout is', async (test) => {
    const { program } = await runScript(test, 'echo again >/proc/self/fd/1', ['ignore', 'pipe', 'ignore']);
    expect(await text(program.stdout)).toBe('again\n');
  });

  it('hold a program back whose output is read slowly', async (test) => {
    const { program } = await runScript(test, 'yes | head -c 4194304', ['ignore', 'pipe', 'ignore']);
    const stdout = program.stdout;
    let [size, most] = [0, 0];
    for await (const chunk of stdout as AsyncIterable<Buffer>) {
      size += chunk.length;
      await new Promise((settle) => setTimeout(settle, 1));
      most = Math.max(most, stdout.readableLength);
    }
    // What the stream wants, and a few reads of libuv's.
    expect(most).toBeLessThanOrEqual(262_144);
    expect(size).toBe(4_194_304);
    expect(await program).toEqual({ code: 0 });
  });

  it('tell the writer when the program does not take more', async (test) => {
    const { program } = await runScript(test, 'read line; wc -c', 'pipe');
    const stdin = program.stdin;
    while (stdin.write(Buffer.alloc(65_536, 'x')));
    expect(stdin.writableNeedDrain).toBe(true);
    stdin.write('\n');
    await once(stdin, 'drain');
    stdin.end('rest');
    expect(Number(await text(program.stdout))).toBe(4);
    expect(await program).toEqual({ code: 0 });
  });

  it('are at their end when the last of the container has closed them', async (test) => {
    const { program } = await runScript(test, '(echo late) & wait', ['ignore', 'pipe', 'ignore']);
    expect(await text(program.stdout)).toBe('late\n');
  });

  it('that nobody reads hold no descriptor once the program has ended, and can still be read', async (test) => {
    const before = descriptors();
    const { program } = await runScript(test, 'head -c 65536 /dev/zero; echo kept >&2', 'pipe');
    expect(await program).toEqual({ code: 0 });
    await until('pipes to be closed', () => descriptors().length <= before.length);
    expect((await buffer(program.stdout)).length).toBe(65_536);
    expect(await text(program.stderr)).toBe('kept\n');
    const late = await new Promise((settle) => program.stdin.write('x', settle));
    expect(late).toMatchObject({ code: 'ERR_STREAM_DESTROYED' });
  });

  it('give an error to who writes to a program that has closed its input, and to nobody else', async (test) => {
    const { program } = await runScript(test, 'exec <&-; echo closed; exec sleep 60', 'pipe');
    const stdout = program.stdout;
    await Promise.all([once(stdout, 'readable'), program.started]);
    const failure = await new Promise((settle) => program.stdin.write('x', settle));
    expect(failure).toMatchObject({ code: 'EPIPE' });
    program.kill('SIGKILL');
    expect(await text(stdout)).toBe('closed\n');
    expect(await program).toEqual({ code: 137, signal: 'SIGKILL' });
  });
});

describe('other standard streams', () => {
  it('ignore is /dev/null', async (test) => {
    const { program } = await runScript(test, 'cat; stat -L -c %t:%T /proc/self/fd/0', [
      'ignore',
      'pipe',
      'ignore',
    ]);
    expect(await text(program.stdout)).toBe('1:3\n');
  });

  it('a number is a descriptor of this process, which stays open', async (test) => {
    const path = `${scratchDirectory(test)}/file`;
    const fd = openSync(path, 'w');
    const { program } = await runScript(test, 'echo one; echo two >&2', ['ignore', fd, fd]);
    expect(await program).toEqual({ code: 0 });
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
    expect([program.stdin, program.stdout, program.stderr]).toEqual([undefined, undefined, undefined]);
    closeSync(fd);
  });

  it.each([
    [9999, 'stdio: stderr: descriptor 9999 is not open'],
    ['pipes', 'stdio: stderr: pipes is no way to open a stream'],
  ])('%s is refused, and nothing is left open', async (option, message) => {
    const before = descriptors();
    expect(() => openStdio(['pipe', 'pipe', option as 'pipe'])).toThrow(message);
    await until('pipes to be closed', () => descriptors().join() === before.join());
  });
});

it('the compiler knows which streams there are', () => {
  type In<Options extends StdioOptions> = StreamsOf<Options>['stdin'];
  type Out<Options extends StdioOptions> = StreamsOf<Options>['stdout'];
  expectTypeOf<[In<'pipe'>, Out<'pipe'>]>().toEqualTypeOf<[Writable, Readable]>();
  expectTypeOf<[In<OutputPipes>, Out<OutputPipes>]>().toEqualTypeOf<[undefined, Readable]>();
  expectTypeOf<Out<['pipe', 7, 'inherit']>>().toEqualTypeOf<undefined>();
  expectTypeOf<Out<{ terminal: { width: 80; height: 24 } }>>().toEqualTypeOf<Duplex>();
  expectTypeOf<Out<StdioOptions>>().toEqualTypeOf<Duplex | Readable | undefined>();
});
