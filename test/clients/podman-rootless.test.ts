import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { output, sharedCell } from './support/cell.ts';
import { IMAGE } from './support/image.ts';
import { startRootlessPodman, USER } from './support/podman-rootless.ts';

const shared = sharedCell(startRootlessPodman);
afterAll(shared.close);

const MAP = `0 ${USER.id} 1\n1 ${USER.subordinate} 65536\n`;

/** The columns of uid_map, whatever their width. */
const narrow = (text: string): string => text.replaceAll(/[^\S\n]+/g, ' ').replaceAll(/^ /gm, '');

describe('podman of an ordinary user', () => {
  it('runs a program, whose root he is', async (context) => {
    needs(context, 'podman', 'user namespaces', 'id tools');
    const { podman } = await shared.get();
    const script = 'cat /proc/self/uid_map; id -u; touch /tmp/x; echo wrong >&2; exit 7';
    const ended = await podman(['run', '--rm', IMAGE, 'sh', '-c', script]);
    expect(ended).toMatchObject({ status: 7, stderr: 'wrong\n' });
    expect(narrow(ended.stdout)).toBe(`${MAP}0\n`);
  });

  it('keeps a container in the background: exec, top, kill, rm', async (context) => {
    needs(context, 'podman', 'user namespaces', 'id tools');
    const { podman } = await shared.get();
    output(await podman(['run', '-d', '--name', 'back', IMAGE, 'sleep', '1000']));
    const told = await podman([
      'exec',
      '--user',
      '5:6',
      'back',
      'sh',
      '-c',
      'echo $(id -u):$(id -g); exit 9',
    ]);
    expect(told).toMatchObject({ status: 9, stdout: '5:6\n' });
    output(await podman(['kill', 'back']));
    expect(await podman(['wait', 'back'])).toMatchObject({ status: 0, stdout: '137\n' });
    output(await podman(['rm', 'back']));
  });

  it('keeps his own id inside, with what is his alone', async (context) => {
    needs(context, 'podman', 'user namespaces', 'id tools');
    const { podman, home } = await shared.get();
    const volume = ['--volume', `${home}/private:/data`];
    const script = 'id -u; cat /data/secret; echo more >/data/new';
    const ended = await podman(['run', '--rm', '--userns=keep-id', ...volume, IMAGE, 'sh', '-c', script]);
    expect(ended).toMatchObject({ status: 0, stdout: `${USER.id}\nhis\n` });
  });

  it('sets groups, and says what limits need', async (context) => {
    needs(context, 'podman', 'user namespaces', 'id tools');
    const { podman } = await shared.get();
    const groups = ['--user', '3:4', '--group-add', '7'];
    expect(output(await podman(['run', '--rm', ...groups, IMAGE, 'id', '-G']))).toBe('4 7\n');
    const limited = await podman(['run', '--rm', '--pids-limit', '9', IMAGE, 'true']);
    expect(limited.status).toBe(126);
    expect(limited.stderr).toContain(
      'linux.resources.pids.limit: needs a cgroup, and cgroups are switched off',
    );
  });
});
