/** What image diff says of an upper layer that overlayfs has written. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { needs } from '../support/conditions.ts';
import { RUNTS } from '../support/entry.ts';
import { changeInside, layeredBundle } from '../support/overlay.ts';
import type { LayeredBundle } from '../support/overlay.ts';
import { INSPECT, run } from '../support/run.ts';

const MAKE = `
mkdir -p base/etc base/srv/deep/er app/etc app/srv init/etc
for name in motd passwd; do echo base >base/etc/$name; done
echo base >base/etc/gone; mknod app/etc/gone c 0 0
echo one >base/srv/one; echo deep >base/srv/deep/er/file
echo app >app/etc/motd; ln base/etc/passwd base/etc/linked
ln -s motd base/etc/link
echo init >init/etc/hosts`;

async function bundle(context: TestContext): Promise<LayeredBundle> {
  needs(context, 'overlay');
  return layeredBundle(context, { make: MAKE });
}

const diff = async ({ directory }: LayeredBundle, ...flags: string[]): Promise<string> => {
  const { status, stdout, stderr } = await run(RUNTS, ['image', 'diff', ...flags, directory]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};

describe('image diff', () => {
  it('says nothing of a container that changed nothing', async (context) => {
    expect(await diff(await bundle(context))).toBe('');
  });

  it.for<[string, string, string[]]>([
    [
      'what is added',
      'echo a >etc/new; mkdir srv/dir; ln -s x srv/dir/link',
      ['M /etc', 'A /etc/new', 'M /srv', 'A /srv/dir', 'A /srv/dir/link'],
    ],
    ['what is modified, in any layer', 'echo a >>etc/motd; chmod 600 srv/one', ['M /etc/motd', 'M /srv/one']],
    ['an owner', 'chown 5:6 etc/passwd', ['M /etc/passwd']],
    ['an attribute', '$INSPECT setxattr srv/one user.a b', ['M /srv/one']],
    ['the root itself', 'chmod 711 .', ['M /']],
    [
      'what is deleted, and not what was gone before',
      'rm etc/motd; echo x >etc/gone; rm etc/gone',
      ['M /etc', 'D /etc/motd'],
    ],
    ['a directory that is deleted', 'rm -r srv/deep', ['M /srv', 'D /srv/deep']],
    [
      'one that is made anew, with all that it hides',
      'rm -r srv; mkdir -p srv/deep; echo x >srv/deep/x',
      ['M /srv', 'M /srv/deep', 'D /srv/deep/er', 'A /srv/deep/x', 'D /srv/one'],
    ],
    [
      'something else in its place',
      'rm -r srv/deep etc/link; echo x >srv/deep; mkdir etc/link; echo y >etc/link/y',
      ['M /etc', 'M /etc/link', 'A /etc/link/y', 'M /srv', 'M /srv/deep'],
    ],
    ['a file that is deleted and made anew', 'rm srv/one; echo 1 >srv/one', ['M /srv', 'M /srv/one']],
    [
      'names in the order of their bytes',
      "mkdir tmp; cd tmp; touch b a.b A 'é' a; mkdir a.d; touch a.d/z; cd ..",
      ['A /tmp', 'A /tmp/A', 'A /tmp/a', 'A /tmp/a.b', 'A /tmp/a.d', 'A /tmp/a.d/z', 'A /tmp/b', 'A /tmp/é'],
    ],
    [
      'only what is not as before',
      'touch -r etc/motd stamp; chmod 600 etc/motd; chmod 644 etc/motd; rm stamp; : >>srv/one',
      [],
    ],
    ['not the files of the runtime', 'echo x >>etc/hosts; chmod 600 etc/hosts', []],
  ])('tells of %s', async ([, commands, expected], context) => {
    const made = await bundle(context);
    await changeInside(made, commands);
    const found = (await diff(made)).split('\n').filter((line) => line !== '');
    expect(found).toEqual(expected);
  });

  it('sees that content alone has changed', async (context) => {
    const made = await bundle(context);
    await changeInside(made, 'touch -r srv/one stamp; echo two >srv/one; touch -r stamp srv/one; rm stamp');
    expect(await diff(made)).toContain('M /srv/one\n');
  });

  it('prints JSON', async (context) => {
    const made = await bundle(context);
    await changeInside(made, 'rm etc/motd; touch "$(printf "srv/a\\tb\\377")"');
    expect(JSON.parse(await diff(made, '--json'))).toEqual(
      expect.arrayContaining([
        { kind: 'deleted', path: '/etc/motd' },
        { kind: 'added', path: '/srv/a\tb\ufffd' },
      ]),
    );
  });

  it('lets no name reach the terminal as it is', async (context) => {
    const made = await bundle(context);
    await changeInside(made, 'touch "$(printf "srv/\\033[2J")"');
    expect(await diff(made)).toContain('A /srv/\\x1b[2J\n');
  });

  it('sees owners through the mappings of a user namespace', async (context) => {
    needs(context, 'overlay');
    const mapping = [{ containerID: 0, hostID: 100_000, size: 1000 }];
    const made = await layeredBundle(context, {
      make: MAKE,
      mappings: { uidMappings: mapping, gidMappings: mapping },
    });
    await changeInside(made, 'chown 100000:100000 srv . srv/one; chown 100005:100000 etc/motd etc');
    const found = await diff(made);
    expect(found).toContain('M /etc/motd\n');
    expect(found).not.toContain('/srv/one');
  });
});

describe('what is wrong', () => {
  it.for<[string, string, string]>([
    ['a name of nothing', 'nothing', 'nothing: is neither a container nor a bundle'],
    ['a bundle without layers', 'plain', 'plain: has no writable layer of its own'],
  ])('with %s is said', async ([, name, message], context) => {
    const { directory } = await layeredBundle(context, { make: 'mkdir plain' });
    writeFileSync(
      join(directory, 'plain/config.json'),
      JSON.stringify({
        ociVersion: '1.2.0',
        root: { path: 'rootfs' },
        process: { args: ['a'], cwd: '/', user: { uid: 0, gid: 0 } },
      }),
    );
    const { status, stderr } = await run(RUNTS, ['image', 'diff', name], { cwd: directory });
    expect(status).toBe(1);
    expect(stderr).toContain(`runts: ${message}`);
  });

  it('of a layer whose content lies elsewhere is said', async (context) => {
    const made = await bundle(context);
    await changeInside(made, 'mkdir srv/moved');
    await run(INSPECT, [
      'setxattr',
      join(made.directory, 'upper/srv/moved'),
      'trusted.overlay.redirect',
      '/etc',
    ]);
    const { stderr } = await run(RUNTS, ['image', 'diff', made.directory]);
    expect(stderr).toContain(
      '"srv/moved": has the attribute trusted.overlay.redirect: its content lies elsewhere',
    );
  });
});
