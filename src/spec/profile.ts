/**
 * A seccomp profile is three quarters of a config, and the same in nearly all of them. So a host may keep the programs of
 * profiles by the text of their section: one whose text is known, byte for byte, was read, checked and compiled before by
 * this very build of runts, and is read again only by who asks what it says.
 */
import type { Document, Reader } from './faultless.ts';
import type { Linux, Seccomp, Spec } from './types.ts';

/** The section `linux.seccomp` as the config has it. */
export interface ProfileText {
  readonly text: string;
  /** A descriptor of this process: the program that was kept. undefined where the text was not known. */
  readonly program: number | undefined;
}

/** Opens the program that is kept for a section of this text. */
export type FindProgram = (text: string) => number | undefined;

const POINTER = '/linux/seccomp';

const texts = new WeakMap<Linux, ProfileText>();

/** Known of a spec as it was read, and of none that was made from it. */
export function profileText(linux: Linux | undefined): ProfileText | undefined {
  return linux && texts.get(linux);
}

/** A document without the profile, where that is known. */
export interface PartlyRead extends Document {
  readonly profile?: ProfileText;
}

/** undefined where only the strict reader can tell. */
export function readPartly(text: string, reader: Reader, find: FindProgram): PartlyRead | undefined {
  const document = reader.parse(text, POINTER);
  if (document?.apart === undefined) return document;
  const profile = { text: document.apart, program: find(document.apart) };
  return profile.program === undefined ? withProfile(document, profile, reader) : { ...document, profile };
}

function withProfile(document: Document, profile: ProfileText, reader: Reader): PartlyRead | undefined {
  const section = reader.parse(profile.text);
  if (section === undefined) return undefined;
  (document.value as { linux: { seccomp: unknown } }).linux.seccomp = section.value;
  // one more is its own
  return { value: document.value, keys: document.keys + section.keys + 1, profile };
}

/** Has the spec know the text of its profile, once it is accepted, and read what was left out when it is asked for that. */
export function noteProfile({ linux }: Spec, profile: ProfileText, reader: Reader): void {
  if (linux === undefined) return;
  texts.set(linux, profile);
  if (profile.program === undefined) return;
  const define = (property: PropertyDescriptor): unknown =>
    Object.defineProperty(linux, 'seccomp', { configurable: true, enumerable: true, ...property });
  define({
    get: () => {
      const value = reader.parse(profile.text)?.value as Seccomp;
      define({ value });
      return value;
    },
  });
}
