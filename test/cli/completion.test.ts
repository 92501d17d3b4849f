import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { completion } from '../../src/cli/completion.ts';
import { SHELLS } from '../../src/cli/completion/words.ts';
import { COMMANDS, VERBS } from '../../src/cli/table.ts';
import { RuntsError } from '../../src/errors.ts';

/** What bash offers for a command line whose last word is being written. */
function offered(...line: string[]): string[] {
  const script = `${completion('bash', 'runts')}
runts() {
  [ "$*" = "--root /tmp/r list -q" ] && echo c1 c2
  [ "$*" = "image list -q --store /tmp/s" ] && echo debian:13 debian:12 alpine
}
COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); COMP_LINE=$*; COMP_POINT=\${#COMP_LINE}; COMPREPLY=()
_runts; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync('bash', ['-c', script, 'bash', 'runts', ...line], { encoding: 'utf8' });
  return stdout.split('\n').filter((word) => word !== '');
}

describe('bash', () => {
  it('offers every command', () => {
    expect(offered('')).toEqual(
      expect.arrayContaining([...COMMANDS.map(({ name }) => name), 'help', '--root']),
    );
    expect(offered('cre')).toEqual(['create']);
  });

  it('offers the flags of the command, and values of those that have few', () => {
    expect(offered('--log', 'x', 'run', '--no-s')).toEqual(['--no-subreaper']);
    expect(offered('list', '--format', '')).toEqual(['table', 'json']);
    expect(offered('--log-format', 'j')).toEqual(['json']);
    expect(offered('update', '--memory', '')).toEqual([]);
    expect(offered('run', '--bundle', '/us')).toContain('/usr');
  });

  it('offers the commands of a group and their flags', () => {
    expect(offered('image', '')).toEqual(expect.arrayContaining(['load', 'list', 'commit', '--help']));
    expect(offered('image', 'list', '--js')).toEqual(['--json']);
    expect(offered('image', 'save', '--format', '')).toEqual(['oci', 'docker']);
    expect(offered('list', '--format', '')).toEqual(['table', 'json']);
  });

  it('offers the images of the store that was given, and what comes after the colon of one', () => {
    expect(offered('image', 'remove', '--store', '/tmp/s', 'a')).toEqual(['alpine']);
    expect(offered('image', 'remove', '--store', '/tmp/s', 'debian:')).toEqual(['13', '12']);
    expect(offered('run', '--store', '/tmp/s', '--image', 'debian')).toEqual(['debian:13', 'debian:12']);
  });

  it('offers the containers of the root directory that was given', () => {
    expect(offered('--root', '/tmp/r', 'state', 'c')).toEqual(['c1', 'c2']);
    expect(offered('--root', '/tmp/r', 'create', 'c')).toEqual([]);
  });
});

describe('zsh', () => {
  it('has a function a group', () => {
    const text = completion('zsh', 'runts');
    expect(text).toContain('image) _runts_image ;;');
    expect(text).toContain('inspect) _arguments');
  });
});

describe('fish', () => {
  it('tells a command of a group from that of the same name outside', () => {
    const text = completion('fish', 'runts');
    const inside = '__fish_seen_subcommand_from image; and __fish_seen_subcommand_from list';
    const outside = '__fish_seen_subcommand_from list; and not __fish_seen_subcommand_from image';
    expect(text).toContain(`-n '${inside}' -l store -r`);
    expect(text).toContain(`-n '${outside}' -l format`);
  });
});

describe.each(SHELLS)('%s', (shell) => {
  it('has every command that is shown', () => {
    const text = completion(shell, 'runts');
    for (const { name } of VERBS) expect(text).toMatch(new RegExp(`\\b${name.replace(/.* /, '')}\\b`));
    expect(text).not.toContain('kernel-memory');
  });

  it('takes the name that runts is called by', () => {
    expect(completion(shell, 'runc').replaceAll('/var/lib/runts', '')).not.toContain('runts');
    expect(completion(shell, 'a;b')).not.toContain('a;b');
  });
});

it('of another shell is refused', () => {
  expect(() => completion('tcsh', 'runts')).toThrow(RuntsError);
});
