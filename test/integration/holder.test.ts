/** The process that holds a user namespace while its id maps are written must not outlive the runtime. */
import { mkdirSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { makeContainer } from '../support/container.ts';
import { RUNTS, spawned, until } from '../support/run.ts';

/** Processes that share the runtime's memory show its command line. */
function processesOf(word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes(word) && words[0] !== 'strace';
      } catch {
        return false;
      }
    })
    .map(Number);
}

const parentOf = (pid: number): number =>
  Number(/PPid:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

it('the holder of id maps has no descriptors, and dies with the runtime', async (context) => {
  needs(context, 'strace', 'user namespaces');
  const { id, state, directory, scratch } = makeContainer(context, (config, bundle) => {
    mkdirSync(join(bundle.scratch, 'data'));
    const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    config.mounts.push({
      destination: '/data',
      source: join(bundle.scratch, 'data'),
      options: ['bind', 'idmap'],
      uidMappings: mappings,
      gidMappings: mappings,
    });
  });
  // the kill of the holder goes wrong, and the runtime waits for its end for ten seconds
  const inject = 'inject=pidfd_send_signal:error=EPERM';
  const args = ['-f', '-qq', '-o', join(scratch, 'strace'), '-e', 'trace=pidfd_send_signal', '-e', inject];
  const strace = spawned('strace', [...args, RUNTS, '--root', state, 'create', '-b', directory, id], {
    capture: false,
  });
  context.onTestFinished(() => void strace.kill('SIGKILL'));
  const holder = await until('the holder', () => {
    const all = processesOf(id);
    return all.length < 2 ? undefined : all.find((pid) => all.includes(parentOf(pid)));
  });
  await until('its descriptors to be closed', () => readdirSync(`/proc/${holder}/fd`).length === 0);
  expect(readlinkSync(`/proc/${holder}/ns/user`)).not.toBe(readlinkSync('/proc/self/ns/user'));
  process.kill(parentOf(holder), 'SIGKILL');
  await until('the end of the holder', () => processesOf(id).length === 0, 5000);
});
