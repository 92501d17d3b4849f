import { describe, expect, it } from 'vitest';
import { asOfRunc } from '../../src/cli/runc-name.ts';
import { formatError, formatLine, openLog } from '../../src/cli/log.ts';
import { RuntsError } from '../../src/errors.ts';
import { memoryHost } from '../support/memory-host.ts';

const failed = new RuntsError(
  'STEP_FAILED',
  'mounts[3]: cannot attach /data at /var/data: no such file or directory',
  {
    path: '/mounts/3/source',
    step: { number: 17, count: 61, kind: 'bind', on: 'init' },
    call: 'open_tree("/data", OPEN_TREE_CLONE)',
    syscall: 'open_tree',
    errno: 'ENOENT',
    hint: 'create /data or correct mounts[3].source',
  },
);
const time = 1_795_305_600_120_000;

describe('log', () => {
  it('shows people what failed, where and what to do', () => {
    expect(formatError('runts', failed)).toBe(
      [
        'runts: mounts[3]: cannot attach /data at /var/data: no such file or directory',
        '  step 17 of 61: open_tree("/data", OPEN_TREE_CLONE) = ENOENT, asked for by /mounts/3/source',
        '  create /data or correct mounts[3].source\n',
      ].join('\n'),
    );
  });

  it('lets nothing through that a terminal acts on', () => {
    const error = new RuntsError('STEP_FAILED', 'hook: said \u001b]0;owned\u0007\u009b2J\r\nmore');
    expect(formatError('runts', error)).toBe('runts: hook: said \\x1b]0;owned\\x07\\x9b2J\\x0d\nmore\n');
    expect(formatError('runc', error)).not.toContain('\u001b');
  });

  it('shows every problem of a config once', () => {
    const problems = ['/a: wrong', '/b: wrong too'];
    const error = new RuntsError('INVALID_CONFIG', 'config.json: /a: wrong (and 1 more problem)', {
      path: '/a',
      problems,
    });
    expect(formatError('runts', error)).toBe(
      'runts: config.json: /a: wrong (and 1 more problem)\n  /b: wrong too\n',
    );
  });

  it('writes JSON with the keys of logrus first', () => {
    const line = formatLine('json', {
      level: 'error',
      message: 'it "broke"',
      time,
      details: { code: 'HOST_FAILED' },
    });
    expect(line).toBe(
      '{"level":"error","msg":"it \\"broke\\"","time":"2026-11-22T00:00:00Z","code":"HOST_FAILED"}',
    );
  });

  it('writes logfmt', () => {
    const line = formatLine('text', {
      level: 'warning',
      message: 'a thing',
      time,
      details: { errno: 'ENOENT', n: 1 },
    });
    expect(line).toBe('time="2026-11-22T00:00:00Z" level=warning msg="a thing" errno=ENOENT n=1');
  });

  it('appends an error to the file and prints it', () => {
    const host = memoryHost();
    openLog(host, { file: '/log', format: 'json', level: 'warning', name: 'runts' }).error(failed);
    const entry = JSON.parse(host.tree.get('/log') ?? '') as Record<string, unknown>;
    expect(entry).toMatchObject({
      level: 'error',
      msg: failed.message,
      path: '/mounts/3/source',
      step: { number: 17, count: 61 },
      syscall: 'open_tree',
      errno: 'ENOENT',
    });
    expect(host.written.err).toBe(formatError('runts', failed));
  });

  it('sends warnings to the file if there is one, else to standard error', () => {
    const host = memoryHost();
    openLog(host, { file: '/log', format: 'text', level: 'warning', name: 'runts' }).warn('odd');
    expect(host.tree.get('/log')).toContain('level=warning msg=odd');
    expect(host.written.err).toBe('');
    openLog(host, { format: 'text', level: 'warning', name: 'runts' }).warn('odd');
    openLog(host, { format: 'text', level: 'error', name: 'runts' }).warn('not told');
    expect(host.written.err).toBe('runts: warning: odd\n');
  });

  it('has what happens at the level debug only, in the file if there is one', () => {
    const host = memoryHost();
    expect(openLog(host, { format: 'text', level: 'warning', name: 'runts' }).debug).toBeUndefined();
    openLog(host, { file: '/log', format: 'json', level: 'debug', name: 'runts' }).debug?.('begins');
    expect(JSON.parse(host.tree.get('/log') ?? '')).toMatchObject({ level: 'debug', msg: 'begins' });
    expect(host.written.err).toBe('');
    openLog(host, { format: 'text', level: 'debug', name: 'runts' }).debug?.('begins');
    expect(host.written.err).toBe('time="2026-11-22T00:00:00Z" level=debug msg=begins\n');
  });

  it('called as runc the report is one line', () => {
    expect(formatError('runc', failed)).toBe(`runc: ${failed.message}\n`);
    expect(formatError('runc', asOfRunc('create', failed))).toBe(
      `runc create failed: unable to start container process: error during container init: error mounting: ${failed.message}\n`,
    );
    const refused = new RuntsError('WRONG_STATE', 'cannot exec in a stopped container');
    expect(asOfRunc('exec', refused).message).toBe('exec failed: cannot exec in a stopped container');
    expect(asOfRunc('kill', refused)).toBe(refused);
  });
});
