import { damaged } from '../tar/refusal.ts';
import { isReserved } from './whiteouts.ts';

/** PATH_MAX of linux/limits.h without the NUL that it counts: what one system call takes. */
export const LONGEST_PATH = 4095;
/** NAME_MAX. */
const LONGEST_NAME = 255;

/** The components of an entry's name; none is the layer's root. Names that lead out of it are nobody's, so they are refused. */
export function componentsOf(name: string): string[] {
  if (name === '') throw damaged('the name is empty');
  checkText('the name', name);
  const components: string[] = [];
  for (let start = 0; start < name.length;) {
    const slash = name.indexOf('/', start);
    const end = slash === -1 ? name.length : slash;
    addComponent(components, name.slice(start, end));
    start = end + 1;
  }
  return components;
}

function addComponent(components: string[], component: string): void {
  if (component === '..') throw damaged('the name has a component ".."');
  if (component !== '' && component !== '.') components.push(component);
}

/** Of names and of links' targets. */
export function checkText(what: string, text: string): void {
  if (text.includes('\0')) throw damaged(`${what} has a NUL`);
  if (text.length > LONGEST_PATH) throw damaged(`${what} has more than ${LONGEST_PATH} bytes`);
}

/** A component that comes to be in the layer, whether an entry or a link's target names it. */
export function checkComponent(component: string): void {
  if (component.length > LONGEST_NAME) throw damaged(`a component has more than ${LONGEST_NAME} bytes`);
  if (isReserved(component)) throw damaged('a component begins with ".wh.", which whiteouts alone may');
}
