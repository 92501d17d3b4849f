import type { Action } from '../../src/image/layer/actions.ts';
import { type JudgeOptions, layerJudge, type LayerSummary } from '../../src/image/layer/judge.ts';
import { PLAIN } from '../../src/image/tar/entry.ts';
import type { TarEntry } from '../../src/image/tar/entry.ts';

/** An entry of an archive, where a test says nothing else: a file of root's with 3 bytes. */
export const entry = (name: string, fields: Partial<TarEntry> = {}): TarEntry => ({
  ...PLAIN,
  name,
  mtime: { seconds: 1_600_000_000, nanoseconds: 0 },
  size: (fields.type ?? 'file') === 'file' && !name.includes('.wh.') ? 3 : 0,
  ...fields,
});

/** An entry in short: `d/` is a directory, `l -> t` a symbolic link, `h = t` a hard link, all else a file. */
export function brief(text: string): TarEntry {
  const [name = '', target = ''] = text.split(/ (?:->|=) /);
  if (text.includes(' -> ')) return entry(name, { type: 'symlink', target });
  if (text.includes(' = ')) return entry(name, { type: 'hardlink', target });
  return name.endsWith('/') ? entry(name, { type: 'directory' }) : entry(name);
}

/** An action in one line. */
export function lineOf(action: Action): string {
  const line = `${action.kind} ${action.path === '' ? '.' : action.path}`;
  if (action.kind === 'symlink') return `${line} -> ${action.target}`;
  return action.kind === 'hardlink' ? `${line} = ${action.existing}` : line;
}

export interface Judgement extends LayerSummary {
  /** What comes first, whatever the entries. */
  readonly first: Action | undefined;
  readonly actions: readonly Action[];
  readonly warnings: readonly string[];
  /** Of each entry, whether its content is wanted. */
  readonly wanted: readonly boolean[];
}

/** What the judge makes of a layer. */
export function judged(entries: readonly TarEntry[], options: Partial<JudgeOptions> = {}): Judgement {
  const actions: Action[] = [];
  const warnings: string[] = [];
  const judge = layerJudge({
    emit: (action) => actions.push(action),
    warn: (message) => warnings.push(message),
    packed: 2 ** 40,
    ...options,
  });
  const wanted = entries.map((each) => judge.entry(each));
  const summary = judge.end();
  const [first, ...others] = actions;
  return { ...summary, first, actions: others, warnings, wanted };
}

/** The actions of entries in short. */
export const linesOf = (...texts: readonly string[]): string[] =>
  judged(texts.map((text) => brief(text))).actions.map((action) => lineOf(action));
