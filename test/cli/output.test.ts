import { describe, expect, it } from 'vitest';
import { formatTable, goJson, print } from '../../src/cli/output.ts';
import { listJson, listTable } from '../../src/cli/verbs/list.ts';
import type { ContainerState } from '../../src/container/state.ts';
import { memoryHost } from '../support/memory-host.ts';

const state: ContainerState = {
  ociVersion: '1.3.0',
  id: 'c1',
  pid: 4422,
  status: 'running',
  bundle: '/b',
  rootfs: '/b/rootfs',
  created: '2026-11-22T00:12:45.413051Z',
  annotations: { a: '1', k: '<v>' },
  owner: 'root',
};

describe('output', () => {
  it('prints the table of list as runc does', async () => {
    const host = memoryHost();
    await print(
      host,
      listTable([state, { ...state, id: 'a-much-longer-id', pid: 0, status: 'stopped', owner: '#7' }]),
    );
    expect(host.written.out).toBe(
      [
        'ID                 PID         STATUS      BUNDLE      CREATED                       OWNER',
        'c1                 4422        running     /b          2026-11-22T00:12:45.413051Z   root',
        'a-much-longer-id   0           stopped     /b          2026-11-22T00:12:45.413051Z   #7\n',
      ].join('\n'),
    );
  });

  it('prints an empty list as a header or null', async () => {
    const host = memoryHost();
    await print(host, listTable([]));
    await print(host, listJson([]));
    expect(host.written.out).toBe(
      'ID          PID         STATUS      BUNDLE      CREATED     OWNER\nnull\n',
    );
  });

  it('prints the list as one line of JSON', async () => {
    const host = memoryHost();
    await print(host, listJson([state]));
    expect(host.written.out).toBe(
      '[{"ociVersion":"1.3.0","id":"c1","pid":4422,"status":"running","bundle":"/b","rootfs":"/b/rootfs",' +
        '"created":"2026-11-22T00:12:45.413051Z","annotations":{"a":"1","k":"\\u003cv\\u003e"},"owner":"root"}]\n',
    );
  });

  it('prints state with two spaces and no newline at the end', async () => {
    const host = memoryHost();
    const { annotations: _, ...plain } = state;
    await print(host, { kind: 'json', value: { ...plain, owner: '' }, indent: '  ', newline: false });
    expect(host.written.out).toBe(
      [
        '{',
        '  "ociVersion": "1.3.0",',
        '  "id": "c1",',
        '  "pid": 4422,',
        '  "status": "running",',
        '  "bundle": "/b",',
        '  "rootfs": "/b/rootfs",',
        '  "created": "2026-11-22T00:12:45.413051Z",',
        '  "owner": ""',
        '}',
      ].join('\n'),
    );
  });

  it('streams one document a line', async () => {
    const host = memoryHost();
    const values = (async function* () {
      yield { type: 'oom', id: 'c1' };
      yield { n: 18446744073709551615n };
    })();
    expect(await print(host, { kind: 'stream', values })).toBe(0);
    expect(host.written.out).toBe('{"type":"oom","id":"c1"}\n{"n":18446744073709551615}\n');
  });

  it('counts columns in code points', () => {
    expect(formatTable([['ä😀', 'x']])).toBe(`ä😀${' '.repeat(10)}x\n`);
  });

  it("escapes as Go's JSON does", () => {
    expect(goJson({ a: '<&>\u2028' })).toBe('{"a":"\\u003c\\u0026\\u003e\\u2028"}');
  });

  it('has nothing that a terminal obeys', async () => {
    expect(goJson({ a: '\u001b[2J\u009b2J\u007f' })).toBe('{"a":"\\u001b[2J\\u009b2J\\u007f"}');
    const host = memoryHost();
    await print(host, { kind: 'table', rows: [['NAME'], ['a\u001b[2J\nb\u009b2J']] });
    expect(host.written.out).toBe('NAME\na\\x1b[2J b\\x9b2J\n');
  });
});
