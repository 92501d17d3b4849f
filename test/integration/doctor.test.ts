import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/doctor/doctor.ts';
import { cgroupRoot, needs, skip } from '../support/conditions.ts';
import { ROOT, run, RUNTS } from '../support/run.ts';
import type { Ended } from '../support/run.ts';

const doctor = (...args: string[]): Promise<Ended> => run(RUNTS, ['doctor', ...args]);

const asNobody = (...args: string[]): Promise<Ended> =>
  run('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', RUNTS, 'doctor', ...args]);

async function diagnosis(command = doctor): Promise<Diagnosis> {
  return JSON.parse((await command('--json')).stdout) as Diagnosis;
}

/** All that it could leave behind, but for what others on this machine do meanwhile. */
const traces = (): unknown => ({
  mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
  processes: readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => existsSync(`/proc/${pid}/comm`))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/comm`, 'utf8').includes('runts-probe') ? [pid] : [];
      } catch {
        return [];
      }
    }),
});

describe('doctor', () => {
  it('names the cgroup tree and the controllers that are not on it', async (context) => {
    needs(context);
    const { findings, canRun } = await diagnosis();
    expect(canRun).toBe(true);
    const tree = findings.find(({ id }) => id === 'cgroups.tree');
    expect(tree).toMatchObject({ status: 'ok', data: { root: cgroupRoot } });
    const listed = readFileSync(join(cgroupRoot ?? '', 'cgroup.controllers'), 'utf8')
      .trim()
      .split(' ');
    const controllers = findings.find(({ id }) => id === 'cgroups.controllers');
    expect(controllers?.data?.['available']).toEqual(listed.filter((name) => name !== ''));
    const absent = ['memory', 'cpu', 'cpuset', 'pids', 'io'].filter((name) => !listed.includes(name));
    expect(Object.keys(controllers?.data?.['absent'] ?? {})).toEqual(expect.arrayContaining(absent));
    const text = (await doctor()).stdout;
    for (const name of absent) expect(text).toMatch(new RegExp(`\\b${name}\\b`));
  });

  it('agrees with what this machine does', async (context) => {
    needs(context, 'user namespaces', 'time namespaces', 'overlay');
    const { findings } = await diagnosis();
    const status = Object.fromEntries(findings.map(({ id, status }) => [id, status]));
    expect(status).toMatchObject({
      'kernel.namespace.time': 'ok',
      'kernel.clone3': 'ok',
      'users.namespace': 'ok',
      'overlay.mount': 'ok',
      'mounts.move-mount': 'ok',
    });
    expect(status['limits.capabilities']).toBe(
      /CapPrm:\s*0*1f{10}$/m.test(readFileSync('/proc/self/status', 'utf8')) ? 'ok' : 'limited',
    );
  });

  it('leaves nothing behind', async () => {
    const before = traces();
    expect((await doctor()).status).toBe(0);
    expect(traces()).toEqual(before);
  });

  it('says what an ordinary user may do', async (context) => {
    needs(context, 'user namespaces');
    const { status } = await run('setpriv', ['--reuid', '65534', 'test', '-x', RUNTS]);
    if (status !== 0) skip(context, 'this checkout cannot be read by others');
    const { caller, findings } = await diagnosis(asNobody);
    expect(caller).toBe('user');
    expect(findings.find(({ id }) => id === 'users.namespace')).toMatchObject({
      status: 'ok',
      required: true,
    });
    expect(findings.find(({ id }) => id === 'cgroups.device-programs')).toMatchObject({ status: 'missing' });
  });

  it('every finding is documented', async () => {
    const text = readFileSync(join(ROOT, 'docs/doctor.md'), 'utf8');
    for (const { id } of (await diagnosis()).findings) expect(text).toContain(`\`${id}\``);
  });
});
