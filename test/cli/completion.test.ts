import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { completion, SHELLS } from '../../src/cli/completion.ts';
import { VERBS } from '../../src/cli/table.ts';
import { RuntsError } from '../../src/errors.ts';

/** What bash offers for a command line whose last word is being written. */
function offered(...line: string[]): string[] {
  const script = `${completion('bash', 'runts')}
runts() { [ "$*" = "--root /tmp/r list -q" ] && echo c1 c2; }
COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); COMPREPLY=()
_runts; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync('bash', ['-c', script, 'bash', 'runts', ...line], { encoding: 'utf8' });
  return stdout.split('\n').filter((word) => word !== '');
}

describe('bash', () => {
  it('offers every command', () => {
    expect(offered('')).toEqual(expect.arrayContaining([...VERBS.map(({ name }) => name), 'help', '--root']));
    expect(offered('cre')).toEqual(['create']);
  });

  it('offers the flags of the command, and values of those that have few', () => {
    expect(offered('--log', 'x', 'run', '--no-s')).toEqual(['--no-subreaper']);
    expect(offered('list', '--format', '')).toEqual(['table', 'json']);
    expect(offered('--log-format', 'j')).toEqual(['json']);
    expect(offered('update', '--memory', '')).toEqual([]);
    expect(offered('run', '--bundle', '/us')).toContain('/usr');
  });

  it('offers the containers of the root directory that was given', () => {
    expect(offered('--root', '/tmp/r', 'state', 'c')).toEqual(['c1', 'c2']);
    expect(offered('--root', '/tmp/r', 'create', 'c')).toEqual([]);
  });
});

describe.each(SHELLS)('%s', (shell) => {
  it('has every command that is shown', () => {
    const text = completion(shell, 'runts');
    for (const { name } of VERBS) expect(text).toMatch(new RegExp(`\\b${name}\\b`));
    expect(text).not.toContain('kernel-memory');
  });

  it('takes the name that runts is called by', () => {
    expect(completion(shell, 'runc')).not.toContain('runts');
    expect(completion(shell, 'a;b')).not.toContain('a;b');
  });
});

it('of another shell is refused', () => {
  expect(() => completion('tcsh', 'runts')).toThrow(RuntsError);
});
