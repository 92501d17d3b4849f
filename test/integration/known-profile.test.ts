/** A seccomp profile whose text is known is not read again: what runs is the program that was kept. */
import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { writeConfig } from '../support/bundle.ts';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { parseProbes, runContainer, startDetached } from '../support/container.ts';
import type { Prepare, TestContainer } from '../support/container.ts';
import type { Ended } from '../support/run.ts';
import { standalone } from '../support/standalone.ts';

const EIO = 5;
const EADDRNOTAVAIL = 99;

const profile = (errnoRet: number) => ({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['kcmp'], action: 'SCMP_ACT_ERRNO', errnoRet }],
});

const profiled: Prepare = (config) => {
  probing(['syscall', 'kcmp'])(config);
  config.linux.seccomp = profile(EIO);
};

const errorOf = ({ stdout }: Ended): string | undefined => parseProbes(stdout)[0]?.error;
const cacheOf = ({ state }: TestContainer): string => join(state, '~seccomp');

/** Files of programs that are kept by a text; their keys begin so. */
function keptByText(container: TestContainer): string[] {
  const files = readdirSync(cacheOf(container)).map((name) => join(cacheOf(container), name));
  return files.filter((file) => readFileSync(file).subarray(12).toString('latin1').startsWith('section '));
}

/** A container that was run once, and whose kept program says EADDRNOTAVAIL since, which its text does not. */
async function altered(context: TestContext, prepare: Prepare = profiled): Promise<TestContainer> {
  needs(context);
  const container = standalone(context, prepare);
  expect(errorOf(await runContainer(container))).toBe('EIO');
  const [file = '', ...more] = keptByText(container);
  expect(more).toEqual([]);
  writeFileSync(file, withErrno(readFileSync(file)));
  return container;
}

/** `return SECCOMP_RET_ERRNO | EIO` with another number. */
function withErrno(bytes: Buffer): Buffer {
  const at = bytes.lastIndexOf(Buffer.from([6, 0, 0, 0, EIO, 0, 5, 0]));
  expect(at).toBeGreaterThan(0);
  bytes[at + 4] = EADDRNOTAVAIL;
  return bytes;
}

describe('a known profile', () => {
  it('is the program that was kept by its text', async (context) => {
    const container = await altered(context);
    expect(errorOf(await runContainer(container))).toBe('EADDRNOTAVAIL');
    container.config.hostname = 'another';
    writeConfig(container);
    expect(errorOf(await runContainer(container))).toBe('EADDRNOTAVAIL');
  });

  it('is read where the steps are told', async (context) => {
    const container = await altered(context);
    const trace = ['--trace', join(container.scratch, 'trace.json')];
    const ended = await container.runts(['run', ...trace, '--bundle', container.directory, container.id]);
    expect(errorOf(ended)).toBe('EIO');
  });

  it('is one to the last byte', async (context) => {
    const container = await altered(context);
    container.text = (json) => json.replace('["kcmp"]', '[ "kcmp"]');
    writeConfig(container);
    expect(errorOf(await runContainer(container))).toBe('EIO');
    expect(keptByText(container)).toHaveLength(2);
  });

  it('is for nobody else to choose', async (context) => {
    const container = await altered(context);
    chmodSync(cacheOf(container), 0o770);
    expect(errorOf(await runContainer(container))).toBe('EIO');
    chmodSync(cacheOf(container), 0o700);
    chmodSync(keptByText(container)[0] ?? '', 0o620);
    expect(errorOf(await runContainer(container))).toBe('EIO');
  });

  it('is read where unknown calls shall be errors', async (context) => {
    const container = await altered(context);
    container.config.annotations = { 'run.oci.seccomp_fail_unknown_syscall': '1' };
    writeConfig(container);
    expect(errorOf(await runContainer(container))).toBe('EIO');
  });

  it('is known in a config that leaves something open, too', async (context) => {
    const container = await altered(context, (config, bundle) => {
      profiled(config, bundle);
      delete (config.process as Partial<typeof config.process>).user;
    });
    expect(errorOf(await runContainer(container))).toBe('EADDRNOTAVAIL');
  });

  it('is whole in what exec reads', async (context) => {
    const container = await altered(context);
    probing(['sleep', '60'])(container.config);
    writeConfig(container);
    await startDetached(container);
    const ended = await container.runts(['exec', container.id, '/bin/inspect', 'syscall', 'kcmp']);
    expect(errorOf(ended)).toBe('EIO');
  });
});

describe('no known profile', () => {
  it.for<[string, object]>([
    ['with flags', { flags: ['SECCOMP_FILTER_FLAG_LOG'] }],
    [
      'with an agent',
      {
        listenerPath: '/run/nobody',
        syscalls: [{ names: ['kcmp'], action: 'SCMP_ACT_NOTIFY' }],
      },
    ],
  ])('%s', async ([, more], context) => {
    needs(context);
    const container = standalone(context, (config) => {
      config.linux.seccomp = { ...profile(EIO), ...more };
    });
    await runContainer(container);
    expect(keptByText(container)).toEqual([]);
  });

  it.for<[string, (json: string, section: string) => string]>([
    ['twice', (json, section) => json.replace('"linux":{', `"linux":{"seccomp":${section},`)],
    [
      'by a name with a slash',
      (json, section) =>
        json.replace(`,"seccomp":${section}`, '').replace('{', `{"linux/seccomp":${section},`),
    ],
    ['with more behind it', (json, section) => json.replace(section, `${section}x`)],
    ['that does not end', (json, section) => json.slice(0, json.indexOf(section) + section.length - 1)],
    ['between brackets', (json, section) => json.replace(section, `[${section}]`)],
  ])('%s: the same is said of it', async ([, damage], context) => {
    needs(context);
    const container = standalone(context, profiled);
    const section = JSON.stringify(profile(EIO));
    container.text = (json) => damage(json, section);
    writeConfig(container);
    const before = await runContainer(container);
    delete container.text;
    writeConfig(container);
    expect(errorOf(await runContainer(container))).toBe('EIO');
    container.text = (json) => damage(json, section);
    writeConfig(container);
    expect(await runContainer(container)).toEqual(before);
    expect(errorOf(before)).not.toBe('EIO');
  });
});
