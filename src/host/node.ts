import type { Host } from './host.ts';
import { nodeFiles } from './node-files.ts';
import { nodeProcesses } from './node-processes.ts';
import { nodeSelf } from './node-self.ts';
import { nodeTerminal } from './node-terminal.ts';

export interface NodeHostOptions {
  /**
   * True (the default) for a program that lives on beside its containers: it reaps those that it has let go of. A
   * command that ends leaves them, and their exit statuses, to the process that adopts them (conmon, a shim).
   */
  readonly reaps?: boolean;
}

/** The machine as Node sees it: node:fs for files, the addon (loaded at its first use) for the rest. */
export function nodeHost({ reaps = true }: NodeHostOptions = {}): Host {
  return { files: nodeFiles, processes: nodeProcesses(reaps), terminal: nodeTerminal, self: nodeSelf() };
}
