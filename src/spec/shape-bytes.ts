/**
 * The bytes of a shape: for each node the place of its record (u16), then the records. All numbers are little-endian; a
 * node is named by its number, a judge by its own, and a text is its length (u8) and its bytes.
 *
 *     boolean      0
 *     string       1, u8 1 where it may not be empty, u16 judge, what it begins with where the judge is not asked; or empty
 *     enumeration  2, u16 how many words, the words
 *     integer      3, f64 least, f64 most
 *     array        4, u16 entries at least, u16 judge, u16 node of the entries
 *     map          5, u16 judge, u16 node of the values
 *     object       6, u16 judge, u16 how many properties, for each: u8 1 where it is required, u16 node, name
 */
import type { Node } from './schema.ts';

/** In the place of a judge. */
const NOBODY = 0xffff;

/** As far as a u16 reaches. */
const MOST = 0x10000;

type Numbers = ReadonlyMap<Node, number>;

/** `judges` has the number of each node's judge. */
export function describe(nodes: readonly Node[], judges: Numbers): Uint8Array {
  const numbers: Numbers = new Map(nodes.map((node, at) => [node, at]));
  const out = writer();
  for (const _ of nodes) out.u16(0);
  nodes.forEach((node, at) => {
    out.place(at);
    writeNode(out, node, { numbers, judge: judges.get(node) ?? NOBODY });
  });
  return out.bytes();
}

interface Writer {
  u8(number: number): void;
  u16(number: number): void;
  f64(number: number): void;
  text(word: string): void;
  /** Notes that the record of a node begins here. */
  place(node: number): void;
  bytes(): Uint8Array;
}

function writer(): Writer {
  const view = new DataView(new ArrayBuffer(MOST));
  let at = 0;
  const u8 = (number: number): void => view.setUint8(at++, number);
  return {
    u8,
    u16: (number) => {
      view.setUint16(at, number, true);
      at += 2;
    },
    f64: (number) => {
      view.setFloat64(at, number, true);
      at += 8;
    },
    // names and words of the specification are ASCII
    text: (word) => {
      u8(word.length);
      for (let next = 0; next < word.length; next += 1) u8(word.charCodeAt(next));
    },
    place: (node) => view.setUint16(2 * node, at, true),
    bytes: () => new Uint8Array(view.buffer.slice(0, at)),
  };
}

interface Known {
  readonly numbers: Numbers;
  readonly judge: number;
}

function writeNode(out: Writer, node: Node, { numbers, judge }: Known): void {
  const writeNumber = (other: Node): void => out.u16(numbers.get(other) as number);
  switch (node.kind) {
    case 'boolean':
      return out.u8(0);
    case 'string':
      out.u8(1);
      out.u8(Number(!node.empty));
      out.u16(judge);
      return out.text(node.start ?? '');
    case 'enumeration':
      out.u8(2);
      out.u16(node.words.length);
      return node.words.forEach((word) => out.text(word));
    case 'integer':
      out.u8(3);
      out.f64(safe(node.min));
      return out.f64(safe(node.max));
    case 'array':
      out.u8(4);
      out.u16(node.min);
      out.u16(judge);
      return writeNumber(node.items);
    case 'map':
      out.u8(5);
      out.u16(judge);
      return writeNumber(node.values);
    case 'object':
      out.u8(6);
      out.u16(judge);
      out.u16(node.properties.size);
      return node.properties.forEach((property, name) => {
        out.u8(Number(node.required.includes(name)));
        writeNumber(property);
        out.text(name);
      });
  }
}

/** What JSON.parse gives beyond the safe integers is not what the text says. */
function safe(bound: number | bigint): number {
  if (bound > Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER;
  return bound < Number.MIN_SAFE_INTEGER ? Number.MIN_SAFE_INTEGER : Number(bound);
}
