import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { holdings } from '../support/leaks.ts';
import { outputFile, withLibrary } from '../support/library.ts';
import { parseProbes } from '../support/container.ts';

/** More than are made at a time. */
const MANY = 16 * availableParallelism() + 2;

it('containers whose hooks wait for another container are not in its way', async (context) => {
  needs(context);
  const waiting = await withLibrary(context, (config, { scratch }) => {
    probing(['exit', '3'])(config);
    const script = `until [ -e ${join(scratch, 'gate')} ]; do sleep 0.02; done`;
    delete config.linux.cgroupsPath;
    config.hooks = { createRuntime: [{ path: '/bin/sh', args: ['sh', '-c', script] }] };
  });
  const other = await withLibrary(context, probing(['exit', '4']));
  const { runtime, directory, id, scratch, state } = waiting;
  const all = Array.from({ length: MANY }, (_, i) => runtime.run(`${id}-${i}`, { bundle: directory }));
  expect(await other.runtime.run(other.id, { bundle: other.directory })).toEqual({ code: 4 });
  writeFileSync(join(scratch, 'gate'), '');
  expect(new Set((await Promise.all(all)).map(({ code }) => code))).toEqual(new Set([3]));
  expect(holdings(id, state)).toEqual({ processes: [], mounts: [], cgroups: [], files: [] });
});

it('one profile after the other filters each container', async (context) => {
  needs(context);
  const denied = async (name: string): Promise<string | undefined> => {
    const library = await withLibrary(context, (config) => {
      probing(['syscall', 'sethostname'])(config);
      const syscalls = [{ names: [name], action: 'SCMP_ACT_ERRNO', errnoRet: 99 }];
      config.linux.seccomp = { defaultAction: 'SCMP_ACT_ALLOW', syscalls };
    });
    const output = outputFile(context, library);
    const stdio = ['ignore', output.fd, 'inherit'] as const;
    await library.runtime.run(library.id, { bundle: library.directory, stdio });
    return parseProbes(output.text())[0]?.error;
  };
  for (const name of ['sethostname', 'acct', 'sethostname', 'sethostname']) {
    expect((await denied(name)) === 'EADDRNOTAVAIL').toBe(name === 'sethostname');
  }
});
