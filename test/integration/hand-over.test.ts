/** The standalone executable becomes Node's entry beside it for what it has no code of. */
import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { scratchDirectory } from '../support/bundle.ts';
import { needs } from '../support/conditions.ts';
import { STANDALONE } from '../support/entry.ts';
import { run } from '../support/run.ts';

/** A copy of the executable in a directory of its own. */
function copied(context: TestContext): string {
  needs(context, 'the standalone executable');
  const program = join(scratchDirectory(context), 'runts');
  copyFileSync(STANDALONE, program);
  return program;
}

const TELLS = `import { readFileSync } from 'node:fs';
const [, entry, ...args] = process.argv;
console.log(JSON.stringify({ entry, args, env: process.env, inherited: readFileSync(7, 'utf8') }));
process.exit(5);`;

describe('without what it hands over to, the standalone executable', () => {
  it.for<[string[]]>([[['image', 'list']], [['run', '--image', 'debian', 'sh']]])(
    'refuses %j in words',
    async ([args], context) => {
      const program = copied(context);
      const { status, stderr } = await run(program, args);
      expect(status).toBe(1);
      expect(stderr).toContain(`${join(program, '../cli.js')} is not there`);
      expect(stderr).toContain('\n  call the bin/runts of the npm package runts');
    },
  );

  it('says that Node is not in PATH', async (context) => {
    const program = copied(context);
    writeFileSync(join(program, '../cli.js'), TELLS);
    const { status, stderr } = await run('env', [
      `PATH=${scratchDirectory(context)}`,
      program,
      'image',
      'list',
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^runts: image list: node is in no directory of PATH\n {2}images .* install Node 20\.19/,
    );
  });

  it('tells of wrong usage and prints help by itself', async (context) => {
    const program = copied(context);
    expect((await run(program, ['image', 'load'])).stderr).toBe(
      'runts: "image load" requires exactly 1 argument(s)\n',
    );
    expect((await run(program, ['image', '--help'])).stdout).toContain('image load');
  });
});

describe('the entry on Node', () => {
  it('gets the arguments, the environment and the descriptors, and the status is its own', async (context) => {
    const program = copied(context);
    const entry = join(program, '../cli.js');
    writeFileSync(entry, TELLS);
    writeFileSync(join(program, '../package.json'), '{"type":"module"}');
    const link = join(scratchDirectory(context), 'other');
    symlinkSync(program, link);
    const args = ['--root', '/states', 'image', 'list', '--store', 'a b', '--json'];
    const script = 'exec 7<<E\ninherited\nE\nexec "$@"';
    const { status, stdout } = await run('sh', ['-c', script, 'sh', link, ...args], { env: { KEPT: 'a=b' } });
    expect(status).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({
      entry,
      args,
      env: { KEPT: 'a=b', RUNTS_NAME: 'other' },
      inherited: 'inherited\n',
    });
  });
});
