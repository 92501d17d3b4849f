import { describe, expect, it } from 'vitest';
import { lacking, needs, skip } from '../support/conditions.ts';
import { ownUsers, probing } from '../support/config.ts';
import { makeContainer, parseProbes } from '../support/container.ts';
import type { Prepare, TestContainer } from '../support/container.ts';
import { run, RUNTS } from '../support/run.ts';
import type { Ended, RunOptions } from '../support/run.ts';
import type { Report } from '../support/report.ts';
import type { TestContext } from 'vitest';

/** Two ends of a cable, one of them with addresses and up. */
const CABLE = [
  'ip link add h0 type veth peer name h1',
  'ip addr add 192.0.2.7/24 brd + dev h0',
  'ip addr add 198.51.100.9/32 dev h0',
  'ip addr add 169.254.3.3/16 dev h0 scope link',
  'ip -6 addr add 2001:db8::7/64 dev h0 nodad 2>/dev/null || true',
  'ip link set h0 mtu 1400 up',
];

const moving =
  (devices: Record<string, { name?: string }>): Prepare =>
  ({ linux }) => {
    linux['netDevices'] = devices;
  };

/** Runs a container from a network namespace that the commands set up; what `after` prints is behind its output. */
function runIn(
  context: TestContext,
  {
    setup = CABLE,
    prepare,
    after = ['ip -o link show h0 2>&1'],
    unrecorded,
  }: { setup?: string[]; prepare: Prepare; after?: string[] } & Pick<RunOptions, 'unrecorded'>,
): { container: TestContainer; ended: Promise<Ended> } {
  needs(context, 'veth devices');
  const container = makeContainer(context, prepare);
  const { state, directory, id } = container;
  const command = `"${RUNTS}" --root "${state}" run --bundle "${directory}" ${id}`;
  const script = [...setup, `${command}; status=$?`, ...after, 'exit $status'].join('\n');
  const options = unrecorded === undefined ? {} : { unrecorded };
  return { container, ended: run('unshare', ['-n', 'sh', '-c', script], options) };
}

const reportOf = ({ stdout }: Ended): Report => JSON.parse(stdout.split('\n')[0] ?? '') as Report;

describe('network devices', () => {
  it('go to the container with their name, mtu and permanent global addresses, and are up', async (context) => {
    const { ended } = runIn(context, {
      unrecorded: 'the kernel counts the packets that it sends by itself',
      prepare: (config, bundle) => {
        moving({ h0: {} })(config, bundle);
        probing(
          ['read', '/proc/net/fib_trie'],
          ['read', '/proc/net/dev'],
          ['read', '/sys/class/net/h0/mtu'],
        )(config);
      },
    });
    const { status, stderr, stdout } = await ended;
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const [routes, devices, mtu] = parseProbes(stdout).map(({ value }) => String(value));
    expect(routes).toContain('192.0.2.7');
    expect(routes).toContain('192.0.2.255');
    expect(routes).toContain('198.51.100.9');
    expect(routes).not.toContain('169.254.3.3');
    expect(devices).toContain('h0:');
    expect(mtu?.trim()).toBe('1400');
  });

  it('are renamed, and no longer there on the host', async (context) => {
    const { ended } = runIn(context, { prepare: moving({ h0: { name: 'eth0' } }) });
    const done = await ended;
    expect(done.stderr).toBe('');
    const { interfaces } = reportOf(done);
    expect(interfaces.find(({ name }) => name === 'eth0')).toMatchObject({ up: true });
    expect(interfaces.map(({ name }) => name)).not.toContain('h0');
    expect(done.stdout).not.toMatch(/: h0@/);
  });

  it('are numbered by a template', async (context) => {
    const { ended } = runIn(context, { prepare: moving({ h0: { name: 'net%d' }, h1: { name: 'net%d' } }) });
    const { interfaces } = reportOf(await ended);
    expect(interfaces.map(({ name }) => name).toSorted()).toEqual(['lo', 'net0', 'net1']);
  });

  it('go to a container with a user namespace too', async (context) => {
    needs(context, 'user namespaces');
    const { ended } = runIn(context, {
      prepare: (config, bundle) => {
        ownUsers(config);
        moving({ h0: { name: 'eth0' } })(config, bundle);
      },
    });
    const { interfaces } = reportOf(await ended);
    expect(interfaces.find(({ name }) => name === 'eth0')).toMatchObject({ up: true });
  });

  it('IPv6 addresses go along', async (context) => {
    if (lacking('ipv6') !== undefined) skip(context, lacking('ipv6') ?? '');
    const { ended } = runIn(context, {
      unrecorded: 'the kernel lists addresses in the order of a hash that it seeds anew',
      prepare: (config, bundle) => {
        moving({ h0: {} })(config, bundle);
        probing(['read', '/proc/net/if_inet6'])(config);
      },
    });
    const [addresses] = parseProbes((await ended).stdout);
    expect(addresses?.value).toMatch(/^20010db8000000000000000000000007 .* h0$/m);
  });

  it('one that is missing is an error in words, and another that was moved before it comes back', async (context) => {
    const { ended } = runIn(context, {
      prepare: moving({ h0: { name: 'eth0' }, nosuch0: {} }),
      after: ['ip -o addr show h0', 'ip -o link show h0'],
    });
    const { status, stderr, stdout } = await ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /linux\.netDevices\.nosuch0: cannot move the network device nosuch0 into the container: no such device/,
    );
    expect(stdout).toContain('192.0.2.7/24');
    expect(stdout).toContain('198.51.100.9/32');
    expect(stdout).toMatch(/h0@h1: <.*\bUP\b/);
  });

  it('a name that is taken in the container is an error', async (context) => {
    const { ended } = runIn(context, { prepare: moving({ h0: { name: 'lo' } }) });
    const { status, stderr, stdout } = await ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/linux\.netDevices\.h0: .*file exists/);
    expect(stdout).toMatch(/: h0@/);
  });

  it('lo cannot be moved, in the words of the kernel', async (context) => {
    const { ended } = runIn(context, { prepare: moving({ lo: { name: 'lo1' } }) });
    const { status, stderr } = await ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/linux\.netDevices\.lo: .*invalid argument/);
  });

  it("the runtime's own network namespace is no place to move to", async (context) => {
    const { ended } = runIn(context, {
      prepare: (config, bundle) => {
        const own = config.linux.namespaces.find(({ type }) => type === 'network');
        if (own !== undefined) own.path = '/proc/self/ns/net';
        moving({ h0: { name: 'eth0' } })(config, bundle);
      },
    });
    const { status, stderr, stdout } = await ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/linux\.namespaces\[\d\]: .*this is the runtime's own/);
    expect(stdout).toMatch(/: h0@/);
  });
});
