/** Containers in a mount namespace that is not their own: the runtime's, or one that is joined. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { needs } from '../support/conditions.ts';
import { ownUsers, probing } from '../support/config.ts';
import type { TestConfig } from '../support/config.ts';
import { makeContainer, parseProbes, refused } from '../support/container.ts';
import type { Prepare, TestContainer } from '../support/container.ts';
import { run, RUNTS, until } from '../support/run.ts';
import type { Ended } from '../support/run.ts';

function withoutMountNamespace({ linux }: TestConfig): void {
  linux.namespaces = linux.namespaces.filter(({ type }) => type !== 'mount');
  delete linux.maskedPaths;
  delete linux.readonlyPaths;
}

const sharing =
  (prepare?: Prepare): Prepare =>
  (config, bundle) => {
    withoutMountNamespace(config);
    prepare?.(config, bundle);
  };

/** Shell commands in a mount namespace that stands for the host's; RUNTS, ID and BUNDLE are set, and ROOTFS. */
function onHost(
  context: TestContext,
  prepare: Prepare,
  script: string[],
): { container: TestContainer; ended: Promise<Ended> } {
  const container = makeContainer(context, prepare);
  const { state, directory, id, rootfs } = container;
  const setup = [
    `runts() { "${RUNTS}" --root "${state}" "$@"; }`,
    'mounts() { grep -c " $ROOTFS" /proc/self/mountinfo; }',
  ];
  const env = { ID: id, BUNDLE: directory, ROOTFS: rootfs };
  return { container, ended: run('unshare', ['-m', 'sh', '-c', [...setup, ...script].join('\n')], { env }) };
}

describe("mounts in the runtime's mount namespace", () => {
  it('are there for the container, and gone from the host after it', async (context) => {
    needs(context);
    const prepare = sharing(probing(['statfs', '/dev/shm'], ['read', '/data/file'], ['stat', '/dev/null']));
    const { ended } = onHost(
      context,
      (config, bundle) => {
        prepare(config, bundle);
        mkdirSync(join(bundle.directory, 'data'));
        writeFileSync(join(bundle.directory, 'data/file'), 'bound');
        config.mounts.push({ destination: '/data', source: 'data', options: ['bind'] });
      },
      ['runts run --bundle "$BUNDLE" "$ID"', 'echo "left $(mounts)"'],
    );
    const { stdout, stderr } = await ended;
    const [shm, file, device] = parseProbes(stdout);
    expect(shm?.value).toMatchObject({ bytes: 4 << 20 });
    expect(file?.value).toBe('bound');
    expect(device?.value).toMatchObject({ type: 'char', major: 1, minor: 3 });
    expect(stderr).toMatch(
      /mounts: without a mount namespace it is mounted on the host, below \S+rootfs, until/,
    );
    expect(stdout).toContain('left 0');
  });

  it('leave those of the host at that place alone, also at a failed create', async (context) => {
    needs(context);
    const { ended } = onHost(
      context,
      sharing(({ mounts }) => {
        mounts.push({ destination: '/x', source: '/no/such/source', options: ['bind'] });
      }),
      [
        'mount --bind "$ROOTFS" "$ROOTFS"',
        'mkdir "$ROOTFS/opt" && mount -t tmpfs mine "$ROOTFS/opt"',
        'runts run --bundle "$BUNDLE" "$ID"',
        'echo "left $(mounts)"',
      ],
    );
    const { stdout, stderr } = await ended;
    expect(stderr).toMatch(/mounts\[7\].*no such file or directory/);
    expect(stdout).toContain('left 2');
  });

  it('stay for exec, until delete', async (context) => {
    needs(context);
    const { ended } = onHost(context, sharing(probing(['sleep', '60'])), [
      'runts create --bundle "$BUNDLE" "$ID" >/dev/null 2>&1',
      'runts start "$ID"',
      'runts exec "$ID" /bin/inspect statfs /dev/shm',
      '[ "$(mounts)" -gt 5 ] && echo "there"',
      'runts delete --force "$ID"',
      'echo "left $(mounts)"',
    ]);
    const { stdout, stderr } = await ended;
    expect(stderr).toBe('');
    expect(parseProbes(stdout)[0]?.value).toMatchObject({ bytes: 4 << 20 });
    expect(stdout).toMatch(/there\nleft 0/);
  });

  it('a root may be read-only there', async (context) => {
    needs(context);
    const { ended } = onHost(
      context,
      sharing((config) => {
        config.root.readonly = true;
        config.mounts = [];
        probing(['write', '/new', 'x'])(config);
      }),
      ['runts run --bundle "$BUNDLE" "$ID"', 'touch "$ROOTFS/written" && echo "writable"'],
    );
    const { stdout } = await ended;
    expect(parseProbes(stdout)[0]?.error).toBe('EROFS');
    expect(stdout).toContain('writable');
  });

  it('with a user namespace they need a mount namespace', async (context) => {
    needs(context, 'user namespaces');
    expect(await refused(context, sharing(ownUsers))).toMatch(/mounts: needs a mount namespace/);
  });
});

describe('mounts in a mount namespace that is joined', () => {
  it('are there for the container, and not on the host', async (context) => {
    needs(context);
    const holder = spawn('unshare', ['-m', 'sleep', '60']);
    context.onTestFinished(() => void holder.kill());
    await until('the holder', () => readFileSync(`/proc/${holder.pid}/comm`, 'utf8').startsWith('sleep'));
    const container = makeContainer(context, (config) => {
      const own = config.linux.namespaces.find(({ type }) => type === 'mount');
      if (own !== undefined) own.path = `/proc/${holder.pid}/ns/mnt`;
      config.linux.maskedPaths = ['/proc/uptime'];
      probing(['statfs', '/dev/shm'], ['stat', '/proc/uptime'])(config);
    });
    const ended = await container.runts(['run', '--bundle', container.directory, container.id]);
    const [shm, masked] = parseProbes(ended.stdout);
    expect(shm?.value).toMatchObject({ bytes: 4 << 20 });
    expect(masked?.value).toMatchObject({ type: 'char' });
    expect(ended.stderr).toMatch(/mounts stay in the mount namespace that is joined/);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(container.rootfs);
  });
});
