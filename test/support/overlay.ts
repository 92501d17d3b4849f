/** Bundles whose layers somebody changes through overlayfs, as a container would, without a container. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { scratch } from './image.ts';
import { INSPECT, run } from './run.ts';

export interface LayeredBundle {
  readonly directory: string;
}

export interface LayeredOptions {
  /** Shell commands that make `base`, `app` above it and `init`; each is there, and the current directory has them. */
  readonly make: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly mappings?: object;
}

const NAME = 'dev.runts.overlay';

/** A bundle of the layers base, app and init, with the annotations that name them. */
export async function layeredBundle(
  context: Pick<TestContext, 'onTestFinished'>,
  { make, annotations, mappings }: LayeredOptions,
): Promise<LayeredBundle> {
  const directory = scratch(context);
  for (const name of ['base', 'app', 'init', 'upper', 'work', 'rootfs']) mkdirSync(join(directory, name));
  await shell(directory, make);
  const config = {
    ociVersion: '1.2.0',
    root: { path: 'rootfs' },
    process: { args: ['/bin/sh'], cwd: '/', user: { uid: 0, gid: 0 } },
    linux: { namespaces: [{ type: 'mount' }, ...(mappings ? [{ type: 'user' }] : [])], ...mappings },
    annotations: {
      [`${NAME}.lower`]: 'app:base',
      [`${NAME}.init`]: 'init',
      [`${NAME}.upper`]: 'upper',
      [`${NAME}.work`]: 'work',
      ...annotations,
    },
  };
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config));
  return { directory };
}

/** Runs shell commands in the merged tree, in a mount namespace of their own, and gives what they say; $INSPECT sets extended attributes. */
export function changeInside({ directory }: LayeredBundle, commands: string): Promise<string> {
  const { annotations } = JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8')) as {
    annotations: Record<string, string>;
  };
  const layers = ['init', 'lower'].map((key) => annotations[`${NAME}.${key}`]).join(':');
  const options = `lowerdir=${layers},upperdir=upper,workdir=work,redirect_dir=nofollow,metacopy=off,index=off`;
  const mounted = `mount -t overlay overlay -o '${options}' rootfs; cd rootfs; ${commands}\ncd ..; umount rootfs`;
  return shell(directory, 'exec unshare --mount sh -ec "$0"', mounted);
}

async function shell(directory: string, script: string, argument = 'sh'): Promise<string> {
  const { status, stdout, stderr } = await run('sh', ['-ec', script, argument], {
    cwd: directory,
    // By mount(2): of fsconfig(2), which newer libmounts call, no option may have more than 255 bytes.
    env: { INSPECT, LIBMOUNT_FORCE_MOUNT2: 'always' },
  });
  if (status !== 0) throw new Error(`${script} ${argument}: ${stderr}`);
  return stdout;
}
