// shell.mjs — an interactive shell in a container, on the terminal of whoever runs this.
import { Runtime, spec } from 'runts';
import { busybox, unique } from './busybox.mjs';

const { stdin, stdout } = process;
if (!stdin.isTTY || !stdout.isTTY) throw new Error('this wants to be run on a terminal');
const size = () => ({ width: stdout.columns, height: stdout.rows });

const runtime = await Runtime.open();
const shell = runtime.run(unique('shell'), {
  spec: spec.base().rootfs(busybox).env({ TERM: 'xterm' }).tmpfs('/tmp').args('sh'),
  stdio: { terminal: size() },
});

// What is typed goes to the container as it is, control characters and all.
stdin.setRawMode(true).pipe(shell.stdin);
shell.stdout.pipe(stdout);
stdout.on('resize', () => shell.resize(size()));

const { code } = await shell;
stdin.setRawMode(false).destroy();
process.exitCode = code;
