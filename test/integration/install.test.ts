/** The package as npm packs it, installed into a project of its own outside of the checkout. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { machine, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { scratchDirectory } from '../support/bundle.ts';
import { needs, skip } from '../support/conditions.ts';
import { makeContainer } from '../support/container.ts';
import { unnamedTypes } from '../support/declarations.ts';
import { ROOT, run } from '../support/run.ts';

const unrecorded = 'it is not one of the two entries';
const ADDON = `runts-${machine()}.node`;

async function succeeded(command: string, args: readonly string[], cwd: string): Promise<string> {
  const ended = await run(command, args, { cwd, unrecorded, timeout: 50_000 });
  expect(ended).toMatchObject({ status: 0 });
  return ended.stdout;
}

const packed = mkdtempSync(join(tmpdir(), 'runts-packed-'));
afterAll(() => rmSync(packed, { recursive: true }));
let tarball: Promise<string> | undefined;

async function makeTarball(): Promise<string> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', packed];
  const [{ filename }] = JSON.parse(await succeeded('npm', args, ROOT)) as [{ filename: string }];
  return join(packed, filename);
}

async function pack(context: TestContext): Promise<string> {
  needs(context, 'npm');
  if (!existsSync(join(ROOT, 'dist/types')) || !existsSync(join(ROOT, 'dist', ADDON)))
    skip(context, 'the package is not built here: npm run build');
  tarball ??= makeTarball();
  return tarball;
}

/** A directory with the package in node_modules, and what every Node program in TypeScript has beside it. */
async function project(context: TestContext): Promise<string> {
  const file = await pack(context);
  const directory = scratchDirectory(context);
  writeFileSync(join(directory, 'package.json'), '{ "private": true, "type": "module" }');
  await succeeded('npm', ['install', '--offline', '--no-audit', '--no-fund', file], directory);
  mkdirSync(join(directory, 'node_modules/@types'));
  symlinkSync(join(ROOT, 'node_modules/@types/node'), join(directory, 'node_modules/@types/node'));
  return directory;
}

const PROGRAM = `
import { Runtime, RuntsError, spec } from 'runts';
import type { Container, Execution, Exit, Size, Spec, SpecBuilder } from 'runts';

const limit: Size = '64MiB';
const job: SpecBuilder = spec.base().args('/bin/inspect', 'exit', '7').env({ LANG: 'C' }).patch({ hostname: 'job' });
const whole: Spec = job.memory(limit).build();
export const create = (runtime: Runtime): Promise<Container> => runtime.create('job', { spec: whole });

const [state = '', id = '', rootfs = ''] = process.argv.slice(2);
const runtime = await Runtime.open({ root: state });
try {
  const execution: Execution = runtime.run(id, { spec: job.cgroup('/runts-test/' + id), rootfs });
  const exit: Exit = await execution;
  console.log(JSON.stringify({ code: exit.code }));
} catch (error) {
  if (error instanceof RuntsError) console.log(JSON.stringify({ ...error, message: error.message }));
}
`;

const RESOLUTIONS = [
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
];

describe('the package, installed', () => {
  it('has nothing that publint would complain of', async (context) => {
    const publint = join(ROOT, 'node_modules/.bin/publint');
    if (!existsSync(publint)) skip(context, 'publint is not installed here: npm ci');
    const directory = join(await project(context), 'node_modules/runts');
    expect(await succeeded(publint, [directory, '--strict', '--pack', 'false'], ROOT)).toContain('All good!');
  });

  it('compiles in a strict program, whichever way modules are resolved, and runs a container', async (context) => {
    const directory = await project(context);
    writeFileSync(join(directory, 'main.ts'), PROGRAM);
    for (const resolution of RESOLUTIONS) {
      const compilerOptions = { ...resolution, strict: true, target: 'es2022', skipLibCheck: false };
      const config = { compilerOptions, files: ['main.ts'] };
      writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config));
      expect(await succeeded(join(ROOT, 'node_modules/.bin/tsc'), [], directory)).toBe('');
    }
    const { id, state, rootfs } = makeContainer(context);
    const said = await succeeded(process.execPath, ['main.js', state, id, rootfs], directory);
    expect(JSON.parse(said)).toEqual({ code: 7 });
  });

  it('has addons that need nothing of a machine but what Node needs', async (context) => {
    await pack(context);
    const addons = readdirSync(join(ROOT, 'dist')).filter((name) => name.endsWith('.node'));
    for (const name of addons) {
      const said = await succeeded('readelf', ['--dynamic', '--wide', join('dist', name)], ROOT);
      const libraries = [...said.matchAll(/\(NEEDED\).*\[(.*?)\.so/g)].map(([, library]) => library);
      expect(libraries.filter((library) => !/^(libc|libgcc_s|ld-linux-.*)$/.test(library ?? ''))).toEqual([]);
    }
    expect(addons).toContain(ADDON);
  });

  it('says in its declarations what things are, and exports every type that its users meet', async (context) => {
    const types = join(await project(context), 'node_modules/runts/dist/types');
    expect(readFileSync(join(types, 'spec/builder/builder.d.ts'), 'utf8')).toContain('/** The most memory');
    expect(readFileSync(join(types, 'index.d.ts'), 'utf8')).not.toMatch(/\.ts'/);
    expect(unnamedTypes(types)).toEqual([]);
  });

  it('names the machine that it has no addon for, and the addon that this machine cannot load', async (context) => {
    const directory = await project(context);
    writeFileSync(
      join(directory, 'main.mjs'),
      `
      if (process.argv[2]) Object.defineProperty(process, 'arch', { value: process.argv[2] });
      const { Runtime } = await import('runts');
      const runtime = await Runtime.open({ root: '/nowhere/runts' }).catch((error) => error);
      const error = runtime instanceof Error ? runtime : await runtime.list().catch((error) => error);
      console.log(JSON.stringify({ code: error.code, message: error.message, hint: error.details?.hint }));
    `,
    );
    const said = async (...args: string[]): Promise<unknown> =>
      JSON.parse(await succeeded(process.execPath, ['main.mjs', ...args], directory));
    expect(await said('riscv64')).toMatchObject({
      code: 'UNSUPPORTED',
      message: 'the addon of runts is not there for linux riscv64',
      hint: expect.stringContaining('/dist/runts-riscv64.node') as string,
    });
    writeFileSync(join(directory, 'node_modules/runts/dist', ADDON), 'no library');
    expect(await said()).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining(
        `the addon of runts for linux ${machine()} cannot be loaded: `,
      ) as string,
      hint: expect.stringContaining('wants glibc, and this Node runs on glibc 2.') as string,
    });
  });
});
