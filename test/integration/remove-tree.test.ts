import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addon } from '../../src/host/node-addon.ts';
import { scratchDirectory } from '../support/bundle.ts';
import { needsOnly } from '../support/conditions.ts';
import { ROOT, run, until } from '../support/run.ts';

/** Directories in one another, more than paths can name or a process can have open. */
const DEEP = `
const { mkdirSync } = require('node:fs');
for (let i = 0; i < 3000; i++) {
  mkdirSync('d');
  process.chdir('d');
}`;

/** Removes a directory, by a function, in a mount namespace of its own, in which something is mounted below. */
const REMOVES = `
const [, addon, directory, remove] = process.argv;
const module_ = { exports: {} };
process.dlopen(module_, addon);
(async () => module_.exports[remove](directory))().catch(({ code }) => console.log(code));`;

describe('the removal of a tree', () => {
  it('takes directories of any depth and mode, and what links name stays', (context) => {
    needsOnly(context, 'root');
    const scratch = scratchDirectory(context);
    // Where the removal fails, nothing else could remove it: it has a place of its own.
    const top = join(mkdtempSync(join(tmpdir(), 'runts-test-deep-')), 'top');
    mkdirSync(top);
    execFileSync(process.execPath, ['-e', DEEP], { cwd: top });
    writeFileSync(join(scratch, 'kept'), 'kept');
    for (const name of ['a', 'a/closed', 'a/closed/in']) mkdirSync(join(top, name));
    symlinkSync(scratch, join(top, 'a/closed/link'));
    symlinkSync(join(scratch, 'kept'), join(top, 'a/closed/in/link'));
    chmodSync(join(top, 'a/closed'), 0);
    addon().removeTree(top);
    expect(existsSync(top)).toBe(false);
    expect(readFileSync(join(scratch, 'kept'), 'utf8')).toBe('kept');
    addon().removeTree(dirname(top));
    addon().removeTree(top);
  });

  it.for(['removeTree', 'discardTree'])('stops at what is mounted below: %s', async (remove, context) => {
    needsOnly(context, 'root', 'mount namespaces');
    const scratch = scratchDirectory(context);
    for (const name of ['outside', 'tree', 'tree/mounted']) mkdirSync(join(scratch, name));
    writeFileSync(join(scratch, 'outside/kept'), 'kept');
    const script = 'mount --bind outside tree/mounted && exec "$0" -e "$@"';
    const tree = join(scratch, 'tree');
    const args = [process.execPath, REMOVES, join(ROOT, 'build/out/runts.node'), tree, remove];
    const ended = await run('unshare', ['-m', 'sh', '-c', script, ...args], {
      cwd: scratch,
      unrecorded: 'no command',
    });
    expect(ended).toMatchObject({ status: 0, stdout: 'EXDEV\n' });
    expect(readFileSync(join(scratch, 'outside/kept'), 'utf8')).toBe('kept');
    expect(readdirSync(scratch)).toEqual(['outside', 'tree']);
    expect(readdirSync(tree)).toEqual(['mounted']);
  });

  it('by discardTree takes what a path names, and what is missing is fine', async (context) => {
    const scratch = scratchDirectory(context);
    for (const name of ['target', 'tree', 'tree/in']) mkdirSync(join(scratch, name));
    symlinkSync('target', join(scratch, 'link'));
    for (const name of ['tree', 'link', 'none', 'none/in']) await addon().discardTree(join(scratch, name));
    expect(readdirSync(scratch)).toEqual(['target']);
  });

  it('by several at once is as by one', async (context) => {
    const scratch = scratchDirectory(context);
    const tree = join(scratch, 'tree');
    for (let i = 0; i < 200; i += 1) {
      mkdirSync(join(tree, `${i}/in/it`), { recursive: true });
      writeFileSync(join(tree, `${i}/in/it/file`), '');
    }
    const first = addon().discardTree(tree);
    await until('the tree to leave its name', () => !existsSync(tree));
    const others = readdirSync(scratch).map((name) => addon().discardTree(join(scratch, name)));
    await Promise.all([first, ...others]);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('is of the link, where that is what a path names', (context) => {
    const scratch = scratchDirectory(context);
    mkdirSync(join(scratch, 'target'));
    symlinkSync('target', join(scratch, 'link'));
    addon().removeTree(join(scratch, 'link'));
    expect(existsSync(join(scratch, 'target'))).toBe(true);
    expect(existsSync(join(scratch, 'link'))).toBe(false);
  });
});
