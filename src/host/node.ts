import type { Host } from './host.ts';
import { nodeFiles } from './node-files.ts';
import { nodeProcesses } from './node-processes.ts';
import { nodeSelf } from './node-self.ts';
import { nodeTerminal } from './node-terminal.ts';

/** The machine as Node sees it: node:fs for files, the addon (loaded at its first use) for the rest. */
export function nodeHost(): Host {
  return { files: nodeFiles, processes: nodeProcesses, terminal: nodeTerminal, self: nodeSelf() };
}
