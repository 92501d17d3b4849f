import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { probed, refused } from '../support/container.ts';

describe('sysctl', () => {
  it('is set inside and not outside', async (context) => {
    needs(context);
    const outside = readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8');
    const [forward, shm, slash] = await probed(
      context,
      [
        ['read', '/proc/sys/net/ipv4/ip_forward'],
        ['read', '/proc/sys/kernel/shm_rmid_forced'],
        ['read', '/proc/sys/net/ipv4/conf/lo/log_martians'],
      ],
      ({ linux }) => {
        linux.sysctl = {
          'net.ipv4.ip_forward': '1',
          'kernel.shm_rmid_forced': '1',
          'net/ipv4/conf/lo/log_martians': '1',
        };
      },
    );
    expect(forward?.value).toBe('1\n');
    expect(shm?.value).toBe('1\n');
    expect(slash?.value).toBe('1\n');
    expect(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8')).toBe(outside);
  });

  it('one of the host is refused', async (context) => {
    needs(context);
    const message = await refused(context, ({ linux }) => {
      linux.sysctl = { 'vm.swappiness': '1' };
    });
    expect(message).toMatch(/vm\.swappiness/);
  });

  it('one of a namespace that is shared with the host is refused', async (context) => {
    needs(context);
    const message = await refused(context, ({ linux }) => {
      linux.namespaces = linux.namespaces.filter(({ type }) => type !== 'network');
      linux.sysctl = { 'net.ipv4.ip_forward': '1' };
    });
    expect(message).toMatch(/net\.ipv4\.ip_forward/);
    expect(message).toMatch(/network/);
  });

  it.for([
    ['network', 'net', { sysctl: { 'net.ipv4.ip_forward': '1' } }],
    ['ipc', 'ipc', { sysctl: { 'kernel.shm_rmid_forced': '1' } }],
    ['uts', 'uts', {}],
  ] as const)(
    "the runtime's own %s namespace, joined by its path, is refused",
    async ([type, file, linux], context) => {
      needs(context);
      const message = await refused(context, (config) => {
        for (const each of config.linux.namespaces)
          if (each.type === type) each.path = `/proc/self/ns/${file}`;
        Object.assign(config.linux, linux);
        if (type !== 'uts') delete config.hostname;
      });
      expect(message).toMatch(/linux\.namespaces\[\d\].*this is the runtime's own/);
    },
  );

  it('one that does not exist is an error that names it', async (context) => {
    needs(context);
    const message = await refused(context, ({ linux }) => {
      linux.sysctl = { 'net.no.such': '1' };
    });
    expect(message).toMatch(/net.no.such/);
  });
});
