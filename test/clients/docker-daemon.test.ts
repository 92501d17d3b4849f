import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { output, sharedCell } from './support/cell.ts';
import type { Cell } from './support/cell.ts';
import { startDocker } from './support/engines.ts';
import type { Engine } from './support/engines.ts';
import { IMAGE } from './support/image.ts';
import { RUNTIME } from './support/runtimes.ts';

/** Root of every container is this user of the host. */
const FIRST_ID = 100_000;

/** A daemon with a network, all of whose containers are runts' and have mapped users. */
async function startRemapped(cell: Cell): Promise<Engine> {
  const ids = cell.file('ids', `daemon:${FIRST_ID}:65536\n`);
  for (const file of ['/etc/subuid', '/etc/subgid']) output(await cell.run('mount', ['--bind', ids, file]));
  return startDocker(cell, ['--default-runtime', RUNTIME.name, '--userns-remap', 'daemon']);
}

const shared = sharedCell(startRemapped);
afterAll(shared.close);

describe('a docker daemon of which runts is the default runtime', () => {
  it('remaps users', async (context) => {
    needs(context, 'docker', 'user namespaces', 'network bridges');
    const { run } = await shared.get();
    output(await run(['run', '-d', '--name', 'mapped', IMAGE, 'sleep', '1000']));
    context.onTestFinished(async () => void (await run(['rm', '-f', 'mapped'])));
    const script =
      'cat /proc/self/uid_map; touch /made; stat -c %u:%g /made /bin; readlink /proc/self/ns/user';
    const inside = output(await run(['exec', 'mapped', 'sh', '-c', script]))
      .replaceAll(/ +/g, ' ')
      .split('\n');
    expect(inside.slice(0, 3)).toEqual([` 0 ${FIRST_ID} 65536`, '0:0', '0:0']);
    const own = output(await run(['run', '--rm', '--userns', 'host', IMAGE, 'sh', '-c', script]));
    expect(own.replaceAll(/ +/g, ' ')).toMatch(/^ 0 0 \d+\n/);
    const other = await run(['exec', '--user', '7', 'mapped', 'sh', '-c', 'id -u; touch /bin/made']);
    expect(other).toMatchObject({ status: 1, stdout: '7\n' });
  });

  it('connects containers, which takes hooks', async (context) => {
    needs(context, 'docker', 'user namespaces', 'network bridges');
    const { run } = await shared.get();
    const serve = 'echo hello >/tmp/page; exec httpd -f -p 80 -h /tmp';
    output(await run(['run', '-d', '--name', 'server', IMAGE, 'sh', '-c', serve]));
    context.onTestFinished(async () => void (await run(['rm', '-f', 'server'])));
    const address = '{{.NetworkSettings.Networks.bridge.IPAddress}}';
    const server = output(await run(['inspect', '--format', address, 'server'])).trim();
    const page = await run(['run', '--rm', IMAGE, 'wget', '-qO-', `http://${server}/page`]);
    expect(output(page)).toBe('hello\n');
  });
});
