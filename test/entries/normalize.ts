/** What may differ from one run of a command to the next, and nothing else, gets names of its own. */

interface Rule {
  /** What stands there afterwards: `<name 1>`, with the same number for the same text, in the order of appearance. */
  name: string;
  found: RegExp;
  /** A measure, of which two are the same by chance: `<name>`. */
  measured?: true;
}

const ids: readonly Rule[] = [
  // test/support/bundle.ts
  { name: 'id', found: /\bt\d{7}-[0-9a-z]{8}-\d{3}\b/g },
  { name: 'scratch', found: /(?<=\/runts-test-[^/]*-)[A-Za-z0-9]{6}(?=\W|$)/g },
];

const times: readonly Rule[] = [
  // Columns of `list` are as wide as what is in them.
  { name: 'padding', found: /(?<=\bCREATED) +(?=OWNER$)|(?<=Z) {3,}(?=\S+$)/gm, measured: true },
  // Zeros at its end are not written.
  { name: 'moment', found: /\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z/g },
  { name: 'second', found: /\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, measured: true },
  // --debug
  { name: 'milliseconds', found: /(?<=, \+?)\d+\.\d{3}(?= ms\b)/g, measured: true },
];

/** What finds a process of such a pid as inspect lists it. */
const listed = (pid: string): string => `\\{"pid":${pid},"command":"(?:[^"\\\\]|\\\\.)*"\\}`;

/** Those of the host: in a pid namespace of a container they begin at 1, and are compared. */
const pids: readonly Rule[] = [
  { name: 'pid', found: /(?<="(?:pid|ppid|sid)": ?)\d{3,}/g },
  // ps --format json
  { name: 'pid', found: /(?<=^\[[\d,]*)\b\d{3,}\b(?=[\d,]*\]$)/gm },
  // Calls in errors, and what a newuidmap of the tests says of its arguments.
  { name: 'pid', found: /(?<=\b(?:prlimit64|newuidmap)\(|\bgot )\d{3,}/g },
  // Links of /proc.
  { name: 'pid', found: /(?<="probe":"readlink","value":"|-> \/proc\/)\d{3,}(?=\W)/g },
  // list
  { name: 'padded pid', found: /(?<=^<id \d+> +)\d{3,} +/gm, measured: true },
  // ps(1): pid, parent's, use of the processor in percent, start.
  { name: 'process', found: /(?<=^\w+) +\d+ +\d+ +\d+ \d\d:\d\d(?= \S+ +00:00:00 )/gm, measured: true },
  // In the pid namespace of the host inspect tells all of the machine.
  {
    name: 'processes',
    found: new RegExp(
      `(?<="processes":\\[)(?:${listed('\\d+')},)*${listed('<[^>]*>')}(?:,${listed('[^,]*')})*`,
      'g',
    ),
    measured: true,
  },
];

/** Two engines run the program. */
const engines: readonly Rule[] = [
  // Each has descriptors of its own before the program opens any; in texts of calls.
  { name: 'descriptor', found: /(?<=\[)\d+(?=\]<)/g },
  // Each names functions and places of the program in its own way, after an error with --debug.
  { name: 'calls', found: /^ {4}at .*(?:\n {4}at .*)*/gm, measured: true },
];

const kernel: readonly Rule[] = [
  { name: 'namespace', found: /\b40265\d{5}\b/g },
  { name: 'socket', found: /(?<=\b(?:socket|pipe):\[)\d+(?=\])/g },
  { name: 'inode', found: /(?<="inode":)\d+/g },
  // Of a line of mountinfo, as inspect tells it; devices without a block device are numbered as they come.
  { name: 'mount', found: /(?<="(?:id|parent)":)\d+/g },
  { name: 'device', found: /(?<="device":")0:\d+/g },
  { name: 'address', found: /(?<=link\/ether )(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g },
  // A user's keyrings, as doctor counts them; the kernel has a limit for him only where he has any.
  { name: 'keyrings', found: /"used": \d+,\s+"most": \d+/g, measured: true },
];

/** Layers and images that a test makes have the times at which it was run. */
const images: readonly Rule[] = [
  { name: 'digest', found: /\b[0-9a-f]{64}\b/g },
  // The beginning of one, or the id of a container that nobody has named.
  { name: 'short digest', found: /\b[0-9a-f]{12}\b/g },
  // Of a layer that is packed with these times in it.
  { name: 'packed size', found: /(?<="size": )\d+(?=,\s+"isNew")/g, measured: true },
  // test/support/image.ts
  { name: 'scratch', found: /(?<=\/runts-image-)[A-Za-z0-9]{6}(?=\W|$)/g },
];

/** Each after the others: a later rule sees the names that the earlier ones gave. */
const RULES = [...ids, ...times, ...pids, ...engines, ...kernel, ...images];

/** Names for what one command was given and gave: a name stands for one text in all of it. */
export function normalizer(): (text: string) => string {
  const known = new Map<string, Map<string, number>>(RULES.map(({ name }) => [name, new Map()]));
  const numbered = (name: string, text: string): string => {
    const numbers = known.get(name)!;
    if (!numbers.has(text)) numbers.set(text, numbers.size + 1);
    return `<${name} ${numbers.get(text)}>`;
  };
  return (text) =>
    RULES.reduce(
      (named, { name, found, measured }) =>
        named.replaceAll(found, (it) => (measured ? `<${name}>` : numbered(name, it))),
      text,
    );
}
