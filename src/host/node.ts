import { coreFiles } from './core-files.ts';
import type { Host } from './host.ts';
import { addon } from './node-addon.ts';
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

/** The machine as Node sees it, by the addon, which is loaded at its first use. */
export function nodeHost({ reaps = true }: NodeHostOptions = {}): Host {
  return {
    files: coreFiles(addon, () => process.geteuid?.() ?? 0),
    processes: nodeProcesses(reaps),
    terminal: nodeTerminal,
    self: nodeSelf(),
  };
}
