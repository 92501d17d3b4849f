/** What the declarations of the package say, by their text: which names its entry gives, and which of theirs it does not. */
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A module by its path below the declarations, without its ending. */
type Read = (module: string) => string;

const IMPORT = /^(import|export) (?:type )?\{([^}]*)\} from '(\.[^']+)\.js'/gm;
const STAR = /^export type \* from '(\.[^']+)\.js'/gm;
const DECLARED = /^(export )?(?:declare )?(interface|type|class|function|const) (\w+)/gm;

const namesIn = (list: string): string[] =>
  list.split(',').flatMap((entry) => /(\w+)\s*$/.exec(entry.trim())?.[1] ?? []);

/** Names with the module that declares each. */
function entriesOf(module: string, read: Read): [name: string, module: string][] {
  const from = (path: string): string => normalize(join(dirname(module), path));
  const text = read(module);
  const named = [...text.matchAll(IMPORT)].flatMap(([, verb, list = '', path = '']) =>
    verb === 'export' ? namesIn(list).map((name): [string, string] => [name, from(path)]) : [],
  );
  const own = [...text.matchAll(DECLARED)].flatMap(([, exported, , name = '']): [string, string][] =>
    exported === undefined ? [] : [[name, module]],
  );
  const starred = [...text.matchAll(STAR)].flatMap(([, path = '']) => entriesOf(from(path), read));
  return [...named, ...own, ...starred];
}

/** Types that a module has from elsewhere or gives to others; what it keeps to itself needs no name. */
function typesOf(text: string): Set<string> {
  const imported = [...text.matchAll(IMPORT)].flatMap(([, verb, list = '']) =>
    verb === 'import' ? namesIn(list) : [],
  );
  const own = [...text.matchAll(DECLARED)].flatMap(([, exported, kind, name = '']) =>
    exported === undefined || kind === 'const' || kind === 'function' ? [] : [name],
  );
  return new Set([...imported, ...own].filter((name) => /[a-z]/.test(name)));
}

/** The declaration of a name; of a class without its constructor, which only the package calls. */
function declarationOf(name: string, text: string): string {
  const parts = text.split(/^(?=(?:export|declare|interface|type|import) )/m);
  const begins = new RegExp(`^(?:export )?(?:declare )?(?:interface|type|class|function|const) ${name}\\b`);
  return (parts.find((part) => begins.test(part)) ?? '').replaceAll(/^ +constructor\(.*$/gm, '');
}

/** Members that are marked as internal go with their comments. */
const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*\* @internal [^\n]*\*\/\n[^\n]*/g, '').replaceAll(/\/\*[\s\S]*?\*\//g, '');

/** `module: Name uses Type` for each type that a user of the package meets and cannot name. */
export function unnamedTypes(directory: string): string[] {
  const read: Read = (module) => withoutComments(readFileSync(join(directory, `${module}.d.ts`), 'utf8'));
  const exported = new Map(entriesOf('index', read));
  return [...exported].flatMap(([name, module]) => {
    const text = read(module);
    const types = typesOf(text);
    const used = new Set(declarationOf(name, text).match(/\b[A-Z]\w*\b/g));
    const unnamed = [...used].filter((type) => types.has(type) && !exported.has(type));
    return unnamed.map((type) => `${module}: ${name} uses ${type}`);
  });
}
