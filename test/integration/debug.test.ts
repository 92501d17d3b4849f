import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cgroupRoot, needs } from '../support/conditions.ts';
import { makeContainer } from '../support/container.ts';

describe('--debug', () => {
  it('tells on standard error what was found out, the cgroup, and each step with its time', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const ended = await container.runts(['--debug', 'run', '-b', container.directory, container.id]);
    expect(ended.status).toBe(0);
    const lines = ended.stderr.trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^time="[^"]+Z" level=debug msg="/);
    expect(ended.stderr).toContain(`cgroups: ${cgroupRoot}`);
    expect(ended.stderr).toContain(`cgroup /runts-test/${container.id}`);
    const steps = lines.flatMap(
      (line) => /msg="step (\d+) of (\d+), /.exec(line)?.slice(1).map(Number) ?? [],
    );
    const [, count = 0] = steps;
    expect(new Set(steps.filter((_, index) => index % 2 === 0)).size).toBeGreaterThanOrEqual(count);
    expect(ended.stderr).toMatch(
      /init, \+\d+\.\d{3} ms, \d+\.\d{3} ms: mask \/proc\/kcore \(\/linux\/maskedPaths\/0\)/,
    );
  });

  it('goes to the log where there is one, up to the step that failed', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      config.mounts.push({ destination: '/x', source: '/nothing/here', options: ['bind'] });
    });
    const log = join(container.scratch, 'log.json');
    const flags = ['--debug', '--log', log, '--log-format', 'json'];
    const ended = await container.runts([...flags, 'run', '-b', container.directory, container.id]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).not.toContain('step 1 of');
    expect(ended.stderr).toMatch(/^runts: mounts\[7\]: [^]*?(\n {4}at [^\n]+)+\n$/);
    expect(ended.stderr.match(/mounts\[7\]: cannot attach/g)).toHaveLength(1);
    const entries = readFileSync(log, 'utf8').trimEnd().split('\n');
    const levels = entries.map((line) => (JSON.parse(line) as { level: string }).level);
    expect(new Set(levels)).toEqual(new Set(['debug', 'error']));
    expect(entries.join('\n')).toMatch(
      /step \d+ of \d+, \w+, \+\S+ ms, (\S+ ms|no return): (bind|open tree)/,
    );
    expect(entries.join('\n')).not.toContain('execve');
  });
});
