import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { inspected, makeContainer, refused } from '../support/container.ts';
import { RUNTS, run } from '../support/run.ts';

const LOW = [
  { type: 'RLIMIT_CPU', soft: 100, hard: 200 },
  { type: 'RLIMIT_FSIZE', soft: 1 << 30, hard: 1 << 30 },
  { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
  { type: 'RLIMIT_NPROC', soft: 100, hard: 200 },
  { type: 'RLIMIT_NOFILE', soft: 128, hard: 256 },
  { type: 'RLIMIT_STACK', soft: 1 << 20, hard: 1 << 23 },
  { type: 'RLIMIT_SIGPENDING', soft: 10, hard: 20 },
];

describe('rlimits', () => {
  it('are set, soft and hard', async (context) => {
    needs(context);
    const { rlimits } = await inspected(context, ({ process }) => {
      process.rlimits = LOW;
    });
    for (const { type, soft, hard } of LOW)
      expect(rlimits[type]).toEqual({ soft: String(soft), hard: String(hard) });
  });

  it('2^64-1 is no limit', async (context) => {
    needs(context, 'CAP_SYS_RESOURCE');
    const { rlimits } = await inspected(context, (config, bundle) => {
      config.process.rlimits = [{ type: 'RLIMIT_CORE', soft: -1, hard: -1 }];
      bundle.text = (json) => json.replaceAll(':-1', ':18446744073709551615');
    });
    expect(rlimits['RLIMIT_CORE']).toEqual({ soft: 'unlimited', hard: 'unlimited' });
  });

  it('a hard limit above the present one is set where CAP_SYS_RESOURCE is there', async (context) => {
    needs(context, 'CAP_SYS_RESOURCE');
    const { rlimits } = await inspected(context, ({ process }) => {
      process.rlimits = [{ type: 'RLIMIT_MSGQUEUE', soft: 2_000_000, hard: 2_000_000 }];
    });
    expect(rlimits['RLIMIT_MSGQUEUE']).toEqual({ soft: '2000000', hard: '2000000' });
  });

  it('a hard limit above the present one is an error with the cause where CAP_SYS_RESOURCE is missing', async (context) => {
    needs(context);
    const container = makeContainer(context, ({ process }) => {
      process.rlimits = [{ type: 'RLIMIT_MSGQUEUE', soft: 2_000_000, hard: 2_000_000 }];
    });
    const command = [RUNTS, '--root', container.state, 'run', '--bundle', container.directory, container.id];
    const ended = await run('setpriv', ['--bounding-set', '-sys_resource', ...command]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/rlimits/);
    expect(ended.stderr).toMatch(/operation not permitted/);
  });

  it('without RLIMIT_NOFILE the soft limit is that of the caller, whatever the runtime raises for itself', async (context) => {
    needs(context);
    const container = makeContainer(context, ({ process }) => {
      process.rlimits = [];
    });
    const command = [RUNTS, '--root', container.state, 'run', '--bundle', container.directory, container.id];
    const ended = await run('/bin/sh', ['-c', 'ulimit -Sn 777; "$@"; exit $?', 'sh', ...command]);
    expect(ended.stderr).toBe('');
    expect(JSON.parse(ended.stdout).rlimits['RLIMIT_NOFILE'].soft).toBe('777');
  });

  it('a type twice, an unknown type and soft above hard are refused', async (context) => {
    needs(context);
    const twice = await refused(context, ({ process }) => {
      process.rlimits = [LOW[2]!, LOW[2]!];
    });
    expect(twice).toMatch(/RLIMIT_CORE/);
    const unknown = await refused(context, ({ process }) => {
      process.rlimits = [{ type: 'RLIMIT_NOTHING', soft: 1, hard: 1 }];
    });
    expect(unknown).toMatch(/RLIMIT_NOTHING/);
    const wrong = await refused(context, ({ process }) => {
      process.rlimits = [{ type: 'RLIMIT_NOFILE', soft: 20, hard: 10 }];
    });
    expect(wrong).toMatch(/rlimits/);
  });
});
