import { RuntsError } from '../../errors.ts';
import type { ImageProcess } from '../types.ts';

/** Instructions of a Dockerfile that say what a container of the image runs. */
type Instruction = (process: ImageProcess, text: string) => ImageProcess;

const INSTRUCTIONS: Readonly<Record<string, Instruction>> = {
  CMD: (process, text) => ({ ...process, Cmd: commandOf(text) }),
  ENTRYPOINT: (process, text) => ({ ...process, Entrypoint: commandOf(text) }),
  ENV: (process, text) => {
    const [name] = pairOf(text);
    const others = (process.Env ?? []).filter((entry) => !entry.startsWith(`${name}=`));
    return { ...process, Env: [...others, text] };
  },
  EXPOSE: (process, text) => ({
    ...process,
    ExposedPorts: { ...process.ExposedPorts, ...keys(text.split(/\s+/)) },
  }),
  LABEL: (process, text) => {
    const [name, value] = pairOf(text);
    return { ...process, Labels: { ...process.Labels, [name]: value } };
  },
  STOPSIGNAL: (process, text) => ({ ...process, StopSignal: text }),
  USER: (process, text) => ({ ...process, User: text }),
  VOLUME: (process, text) => ({
    ...process,
    Volumes: { ...process.Volumes, ...keys(listOf(text) ?? [text]) },
  }),
  WORKDIR: (process, text) => ({ ...process, WorkingDir: text }),
};

/** Changes what an image runs by an instruction such as `CMD ["/bin/sh"]`. @throws {RuntsError} INVALID_ARGUMENT. */
export function withChange(process: ImageProcess, instruction: string): ImageProcess {
  const [, name = '', text = ''] = /^\s*(\w+)\s+(.*\S)\s*$/s.exec(instruction) ?? [];
  const change = INSTRUCTIONS[name.toUpperCase()];
  if (change !== undefined) return change(process, text);
  throw invalid(instruction, `it is one of ${Object.keys(INSTRUCTIONS).join(', ')} and what that takes`);
}

/** A JSON array of words, else a line for the shell. */
const commandOf = (text: string): readonly string[] => listOf(text) ?? ['/bin/sh', '-c', text];

function listOf(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((word) => typeof word === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

function pairOf(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw invalid(text, 'write it as NAME=VALUE');
}

const keys = (names: readonly string[]): Record<string, object> =>
  Object.fromEntries(names.map((name) => [name, {}]));

function invalid(text: string, hint: string): RuntsError {
  return new RuntsError('INVALID_ARGUMENT', `--change: ${JSON.stringify(text)} is no instruction`, { hint });
}
