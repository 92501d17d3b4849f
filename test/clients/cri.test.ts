import { afterAll, describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { needs } from '../support/conditions.ts';
import { sharedCell } from './support/cell.ts';
import { containerConfig, OF_CONTAINER, OF_NODE, podConfig } from './support/cri.ts';
import type { Cri } from './support/cri.ts';
import { startCri } from './support/engines.ts';
import { IMAGE } from './support/image.ts';
import type { Message } from './support/protobuf.ts';
import { REFERENCE, RUNTIME, runtimes, UNEXECUTABLE } from './support/runtimes.ts';

const shared = sharedCell(startCri);
afterAll(shared.close);

/** containerd knows runc as `runc`, unasked. */
const HANDLERS = { [RUNTIME.name]: RUNTIME.name, [REFERENCE.name]: 'runc' };

/** NamespaceOption: the network of the node, so that no plugin is asked. */
const ON_NODE: Message = { 1: OF_NODE, 2: OF_CONTAINER };
/** IDMapping. */
const IDS = { 1: 100_000, 2: 0, 3: 65_536 };
/** NamespaceOption: a network and users of the pod's own. */
const MAPPED: Message = { 2: OF_CONTAINER, 5: { 2: [IDS], 3: [IDS] } };

interface Pod {
  config: Message;
  start: (command: readonly string[], linux?: Message, mounts?: readonly Message[]) => Promise<string>;
}

/** A pod that is removed after the test. */
async function runPod(context: TestContext, cri: Cri, handler: string, namespaces: Message): Promise<Pod> {
  const config = podConfig('pod', namespaces);
  const id = await cri.runPod(handler, config);
  context.onTestFinished(async () => {
    await cri.stopPod(id);
    await cri.removePod(id);
  });
  let count = 0;
  const start: Pod['start'] = async (command, linux = {}, mounts = []) => {
    const request = containerConfig(`c${++count}`, IMAGE, command, { linux, mounts });
    const container = await cri.createContainer(id, request, config);
    await cri.startContainer(container);
    return container;
  };
  return { config, start };
}

describe('containerd for Kubernetes', () => {
  it('learns of user namespaces and recursive read-only mounts', async (context) => {
    needs(context, 'containerd', 'cpu');
    const { cri } = await shared.get();
    expect(await cri.handlerFeatures('runts')).toEqual({ readOnlyMounts: true, userNamespaces: true });
  });

  it('starts containers in a pod, executes in them, updates and stops them', async (context) => {
    needs(context, 'containerd', 'cpu', 'memory');
    const { cri } = await shared.get();
    const pod = await runPod(context, cri, 'runts', ON_NODE);
    const container = await pod.start(['sleep', '1000'], { 1: { 3: 512, 4: 64 << 20 } });
    const files = ['cpu.weight', 'memory.max'].map((name) => `/sys/fs/cgroup/${name}`);
    expect(await cri.execSync(container, ['cat', ...files])).toMatchObject({ stdout: '59\n67108864\n' });
    await cri.update(container, { 4: 32 << 20 });
    const script = `cat ${files.join(' ')}; echo wrong >&2; exit 7`;
    expect(await cri.execSync(container, ['sh', '-c', script])).toEqual({
      status: 7,
      stdout: '59\n33554432\n',
      stderr: 'wrong\n',
    });
    await cri.stopContainer(container);
    expect(await cri.exitCode(container)).toBe(137);
    await cri.removeContainer(container);
  });

  it('gives a pod users and a network of its own', async (context) => {
    needs(context, 'containerd', 'cpu');
    const { cri, cell } = await shared.get();
    const pod = await runPod(context, cri, 'runts', MAPPED);
    const volume = { 1: '/volume', 2: cell.file('volume', 'of root\n'), 6: [IDS], 7: [IDS] };
    const container = await pod.start(['sleep', '1000'], { 2: { 3: MAPPED } }, [volume]);
    const script = [
      'cat /proc/self/uid_map /proc/self/gid_map; touch /made; stat -c %u:%g /made /bin /volume; cat /volume',
      'ip -o -4 address show dev eth0',
    ].join(';');
    const { stdout } = await cri.execSync(container, ['sh', '-c', script]);
    const [uids, gids, ...others] = stdout.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '));
    expect([uids, gids]).toEqual(['0 100000 65536', '0 100000 65536']);
    expect(others.slice(0, 4)).toEqual(['0:0', '0:0', '0:0', 'of root']);
    expect(others[4]).toMatch(/^2: eth0 inet 10\.88\.0\.\d+\/16 /);
  });

  it.for(runtimes('cpu'))('says what cannot be executed: $name', async ({ name }, context) => {
    needs(context, 'containerd', 'cpu');
    const { cri } = await shared.get();
    const pod = await runPod(context, cri, HANDLERS[name] ?? '', ON_NODE);
    const container = await pod.start(['sleep', '1000']);
    for (const { program, says } of UNEXECUTABLE) {
      await expect(pod.start([program])).rejects.toThrow(says);
      await expect(cri.execSync(container, [program])).rejects.toThrow(says);
    }
  });
});
