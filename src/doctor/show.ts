import type { Diagnosis } from './doctor.ts';
import { AREAS } from './finding.ts';
import type { Finding } from './finding.ts';

const WIDTH = 110;
const INDENT = ' '.repeat(12);

/** For people: an area a paragraph, what is fine in one line, and for the rest what follows and what to do. */
export function showDiagnosis(diagnosis: Diagnosis): string {
  const { kernel, uid, caller, findings } = diagnosis;
  const areas = AREAS.map((area) => findings.filter((finding) => finding.area === area));
  const paragraphs = areas.filter((group) => group.length > 0).map(paragraph);
  return `Linux ${kernel}, for ${CALLERS[caller](uid)}\n\n${paragraphs.join('')}\n${verdict(diagnosis)}\n`;
}

const CALLERS: Readonly<Record<Diagnosis['caller'], (uid: number) => string>> = {
  root: () => 'root',
  namespace: () => 'root of a user namespace',
  user: (uid) => `user ${uid}, who needs user namespaces`,
};

function paragraph(group: readonly Finding[]): string {
  const fine = group.filter(({ status }) => status === 'ok').map(({ title }) => title);
  const rest = group.filter(({ status }) => status !== 'ok');
  const lines = fine.length === 0 ? [] : [line('ok', fine.join(', '))];
  return `${group[0]?.area ?? ''}\n${[...lines, ...rest.map(trouble)].join('')}`;
}

function line(status: string, text: string): string {
  return `  ${status.padEnd(8)}  ${wrap(text)}\n`;
}

function trouble({ status, title, found, follows, remedy }: Finding): string {
  const first = line(status, found === undefined ? title : `${title}: ${found}`);
  const more = [follows, remedy === undefined ? undefined : `-> ${remedy}`];
  return first + more.flatMap((text) => (text === undefined ? [] : `${INDENT}  ${wrap(text, 2)}\n`)).join('');
}

/** Lines of words that are not wider than a terminal of the usual kind; those after the first are indented. */
function wrap(text: string, further = 0): string {
  const indent = INDENT + ' '.repeat(further);
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    if (current !== '' && indent.length + current.length + word.length >= WIDTH) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current].join(`\n${indent}`);
}

function verdict({ findings, canRun }: Diagnosis): string {
  const count = findings.filter(({ status }) => status !== 'ok').length;
  if (!canRun) {
    const fatal = findings.filter(({ required, status }) => required && status === 'missing');
    return `containers cannot run here: ${fatal.map(({ title }) => title).join(', ')}`;
  }
  return count === 0
    ? 'containers can run here'
    : `containers can run here; ${count} of ${findings.length} findings limit them`;
}
