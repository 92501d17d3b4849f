import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { output, sharedCell } from './support/cell.ts';
import { RUNTIME, runtimes, UNEXECUTABLE } from './support/runtimes.ts';
import { IMAGE } from './support/image.ts';
import { startPodman } from './support/podman.ts';

const shared = sharedCell(startPodman);
afterAll(shared.close);

/** With limits that need no CAP_SYS_RESOURCE: those of buildah do. */
const FROM = ['from', '--pull-never', '--ulimit', 'nofile=100:100', '--ulimit', 'nproc=100:100', IMAGE];

describe('buildah', () => {
  it('runs commands in a working container, and commits it', async (context) => {
    needs(context, 'podman', 'buildah');
    const { buildah, podman } = await shared.get();
    const container = output(await buildah(FROM)).trim();
    const run = ['run', '--runtime', RUNTIME.path, '--network', 'none'];
    const script = 'cat; echo $A $(id -u) $(pwd); touch /tmp/made; exit 7';
    const flags = ['--env', 'A=b', '--workingdir', '/tmp'];
    const ran = await buildah([...run, ...flags, container, 'sh', '-c', script], { input: 'given\n' });
    expect(ran).toMatchObject({ status: 7, stdout: 'given\nb 0 /tmp\n' });
    output(await buildah(['config', '--cmd', 'ls /tmp', container]));
    output(await buildah(['commit', '-q', container, 'localhost/committed']));
    expect(output(await podman(['run', '--rm', 'localhost/committed']))).toBe('made\n');
  });

  it.for(runtimes())('says what cannot be executed: $name', async (runtime, context) => {
    needs(context, 'podman', 'buildah');
    const { buildah } = await shared.get();
    const container = output(await buildah(FROM)).trim();
    const run = ['run', '--runtime', runtime.path, '--network', 'none', container];
    for (const { program, says } of UNEXECUTABLE) {
      const failed = await buildah([...run, program]);
      expect(failed.status).toBe(1);
      expect(failed.stderr.replaceAll('\\', '')).toMatch(says);
    }
  });
});
