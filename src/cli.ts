/** Entry of the command: the machine is Node's. */
import { main } from './cli/main.ts';
import { nodeVerbs } from './cli/node-verbs.ts';
import { nodeHost } from './host/node.ts';

process.exit(await main(nodeHost({ reaps: false }), nodeVerbs));
