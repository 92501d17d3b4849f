// Writes native/plan/steps.gen.h, native/fuzz/walk.gen.h, src/plan/schema.gen.ts, src/plan/writers.gen.ts and docs/steps.md from src/plan/steps.ts; with --check only says whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, root } from './lib/load.mjs';

/** FNV-1a over the definition's JSON: executors refuse a plan made from another definition than theirs. */
function schemaNumber(steps) {
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify(steps)) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return hash;
}

const { STEPS } = await load('src/plan/steps.ts');
const NUMBERS = await load('src/plan/numbers.ts');
/** The tables of names that fields have used, by the names of their C++ arrays. */
const tables = new Map();

const pascal = (name) => name.replace(/(^|-)(\w)/g, (_, dash, letter) => letter.toUpperCase());
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('-', '_');
const member = (name) =>
  ['class', 'default', 'errno'].includes(snake(name)) ? `${snake(name)}_` : snake(name);

const SIMPLE = {
  bool: ['bool', 'boolean'],
  u32: ['uint32_t', 'u32'],
  i32: ['int32_t', 'i32'],
  u64: ['uint64_t', 'u64'],
  i64: ['int64_t', 'i64'],
  str: ['Str', 'str'],
  bytes: ['List<uint8_t>', 'list<uint8_t>'],
  strs: ['List<Str>', 'list<Str>'],
  u32s: ['List<uint32_t>', 'list<uint32_t>'],
};

function describe(type, name, owner) {
  if (typeof type === 'string') return { cpp: SIMPLE[type][0], read: `${SIMPLE[type][1]}()` };
  if ('flags' in type) return { cpp: 'uint64_t', read: `flags(${table(type.flags, name, owner)})` };
  if ('choice' in type) return { cpp: 'uint32_t', read: `choice(${table(type.choice, name, owner)})` };
  const record = sharedRecord(type) ?? `${owner}${pascal(snake(name).replaceAll('_', '-'))}`;
  return { cpp: `List<${record}>`, read: `list<${record}>()`, record, fields: type.list };
}

/** Name of the C++ array for a table of names: as it is called in numbers.ts, or after its only field. */
function table(names, field, owner) {
  const content = JSON.stringify(names);
  const known = Object.keys(NUMBERS).find((name) => JSON.stringify(NUMBERS[name]) === content);
  const array = `k${known ? pascal(known.toLowerCase().replaceAll('_', '-')) : owner + pascal(snake(field).replaceAll('_', '-'))}Names`;
  tables.set(array, names);
  return array;
}

function tableText([array, names]) {
  const rows = Object.entries(names).map(([name, number]) => {
    // names of flags stand in one field with commas between
    if (/[,\0"\\]/.test(name)) throw new Error(`${name} cannot stand in a plan`);
    return `    {"${name}", 0x${number.toString(16)}},\n`;
  });
  return `inline constexpr Name ${array}[] = {\n${rows.join('')}};\n`;
}

const sharedRecord = (type) =>
  Object.keys(type.list).join() === 'inside,outside,size' ? 'IdMapping' : undefined;

function structure(name, fields, done) {
  if (done.has(name)) return '';
  done.add(name);
  const members = Object.entries(fields).map(([field, type]) => ({
    field: member(field),
    ...describe(type, field, name),
  }));
  const nested = members
    .filter((m) => m.record)
    .map((m) => structure(m.record, m.fields, done))
    .join('');
  const lines = members.map((m) => `  ${m.cpp} ${m.field};\n`).join('');
  const reads = members.map((m) => `    v.${m.field} = r.${m.read};\n`).join('');
  const parameter = members.length ? 'Reader &r' : 'Reader &';
  return `${nested}struct ${name} {\n${lines}  static ${name} read(${parameter}) {\n    ${name} v{};\n${reads}    return v;\n  }\n};\n\n`;
}

function generate({ STEPS, schema }) {
  const kinds = Object.keys(STEPS);
  const done = new Set();
  const structs = kinds
    .map((kind) => `// ${STEPS[kind].about}\n${structure(pascal(kind), STEPS[kind].fields, done)}`)
    .join('');
  return `// Made by scripts/generate-steps.mjs from src/plan/steps.ts: do not edit.
#pragma once
#include <cstdint>

#include "reader.h"

namespace runts::plan {

inline constexpr uint32_t kSchema = 0x${schema.toString(16)};

enum class Kind : uint32_t {
${kinds.map((kind) => `  ${pascal(kind)},\n`).join('')}};

inline constexpr uint32_t kKindCount = ${kinds.length};

inline constexpr const char *kKindNames[kKindCount] = {
${kinds.map((kind) => `    "${kind}",\n`).join('')}};

${[...tables].map(tableText).join('')}
${structs}}  // namespace runts::plan
`;
}

/** Reads a step to its last field: what the fuzzer does with every kind. */
function walker({ STEPS }) {
  const done = new Set();
  const walks = Object.entries(STEPS).map(([kind, { fields }]) => walk(pascal(kind), fields, done));
  const cases = Object.keys(STEPS).map((kind) => {
    const name = pascal(kind);
    return `    case Kind::${name}: {\n      ${name} step;\n      return entry.decode(step) ? walk(step) : 0;\n    }\n`;
  });
  return `// Made by scripts/generate-steps.mjs from src/plan/steps.ts: do not edit.
#pragma once
#include "../plan/plan.h"

namespace runts::plan {

inline size_t walk(uint64_t number) { return number & 1; }
inline size_t walk(const Str &text) {
  size_t sum = text.c_str()[text.size()] == 0 ? 0 : 1;
  for (char c : text) sum += static_cast<unsigned char>(c);
  return sum;
}
template <typename T>
size_t walk(const List<T> &list) {
  size_t sum = 0;
  for (const T &item : list) sum += walk(item);
  return sum;
}

${walks.join('')}inline size_t walk_entry(const Entry &entry) {
  switch (entry.kind) {
${cases.join('')}  }
  return 0;
}

}  // namespace runts::plan
`;
}

function walk(name, fields, done) {
  if (done.has(name)) return '';
  done.add(name);
  const members = Object.entries(fields).map(([field, type]) => ({
    field: member(field),
    ...describe(type, field, name),
  }));
  const nested = members.filter((m) => m.record).map((m) => walk(m.record, m.fields, done));
  const sum = members.map(({ field, cpp }) => {
    const plain = cpp === 'Str' || cpp.startsWith('List');
    return plain ? `walk(v.${field})` : `walk(static_cast<uint64_t>(v.${field}))`;
  });
  const parameter = sum.length === 0 ? '' : ' v';
  return `${nested.join('')}inline size_t walk(const ${name} &${parameter.trim()}) { return ${sum.join(' + ') || '0'}; }\n`;
}

const typeName = (type) =>
  typeof type === 'string'
    ? type
    : 'list' in type
      ? `list of (${fieldNames(type.list)})`
      : Object.keys('flags' in type ? type.flags : type.choice).length > 9
        ? 'names'
        : Object.keys('flags' in type ? type.flags : type.choice).join('\\|');
const fieldNames = (fields) =>
  Object.entries(fields)
    .map(([name, type]) => `${name}: ${typeName(type)}`)
    .join('; ');

function document({ STEPS }) {
  const rows = Object.entries(STEPS).map(
    ([kind, step]) =>
      `| \`${kind}\` | ${step.on.join(', ')} | ${step.about} | ${fieldNames(step.fields)} |\n`,
  );
  return `# Steps

Every kind of step that a plan may hold, made from \`src/plan/steps.ts\` by \`scripts/generate-steps.mjs\`. \`runts plan --json\`
prints steps with these fields, \`on\` (host or init) and \`because\` (the JSON pointer of the property that asked for it).

The executors get a plan as one text of fields with a NUL after each: \`src/plan/wire.ts\` has its form, \`src/plan/encode.ts\`
writes it, \`native/plan/reader.h\` reads it where it lies. A plan is run by executors of the same definition alone, which a
number in its header stands for.

| kind | runs on | what it does | fields |
| --- | --- | --- | --- |
${rows.join('')}`;
}

const loaded = { STEPS, schema: schemaNumber(STEPS) };
const constant = ({ schema }) => `// Made by scripts/generate-steps.mjs from steps.ts: do not edit.
/** Stands for the whole definition of steps; the executors refuse a plan made from another one. */
export const SCHEMA = 0x${schema.toString(16)};
`;

/** How a field stands in the list of an encoded plan: one value, or the text of several. */
const isList = (type) => typeof type !== 'string' && 'list' in type;
const isFlags = (type) => typeof type !== 'string' && 'flags' in type;
const isItems = (type) => ['strs', 'u32s', 'bytes'].includes(type);
const value = (owner, name, type) =>
  isItems(type)
    ? `itemsOf(${owner}.${name})`
    : `${owner}.${name}${isList(type) ? '.length' : isFlags(type) ? '.join()' : ''}`;

/** The number of fields that a record takes, but for the records in it, which are counted as they are written. */
function countOf(owner, fields) {
  const entries = Object.entries(fields);
  const items = entries.filter(([, type]) => isItems(type)).map(([name]) => ` + ${owner}.${name}.length`);
  return `${entries.length}${items.join('')}`;
}

/** Statements that append a record: a call for each run of fields, and a loop for each list of records. */
function writes(owner, fields, before, indent) {
  const lines = [];
  let run = before;
  for (const [name, type] of Object.entries(fields)) {
    run.push(value(owner, name, type));
    if (!isList(type)) continue;
    lines.push(`${indent}out.push(${run.join(', ')});`, ...loop(owner, name, type.list, indent));
    run = [];
  }
  if (run.length > 0) lines.push(`${indent}out.push(${run.join(', ')});`);
  return lines;
}

function loop(owner, name, fields, indent) {
  return [
    `${indent}for (const ${name}Item of ${owner}.${name}) {`,
    `${indent}  count += ${countOf(`${name}Item`, fields)};`,
    ...writes(`${name}Item`, fields, [], `${indent}  `),
    `${indent}}`,
  ];
}

function writer(kind, number, fields) {
  const hasRecords = Object.values(fields).some(isList);
  const head = `'${number}', step.on`;
  const lines = hasRecords
    ? [
        `    const at = out.push(${head}, 0) - 1;`,
        ...writes('step', fields, [], '    '),
        '    out[at] = count;',
      ]
    : writes('step', fields, [head, 'count'], '    ');
  const count = `    ${hasRecords ? 'let' : 'const'} count = ${countOf('step', fields)};`;
  return `  '${kind}': (out, step) => {\n${[count, ...lines].join('\n')}\n    return count;\n  },\n`;
}

const writers = ({ STEPS }) => `// Made by scripts/generate-steps.mjs from steps.ts: do not edit.
import type { StepKind, StepOf } from './steps.ts';

type Writers = { readonly [K in StepKind]: (out: unknown[], step: StepOf<K>) => number };

/** The number of the items, and they: as many fields and one. */
function itemsOf(list: readonly string[] | readonly number[] | Uint8Array): string | number {
  return list.length === 0 ? 0 : \`\${list.length}\\0\${list.join('\\0')}\`;
}

/** Each appends a step of its kind, and gives the number of its fields (wire.ts). */
export const WRITERS: Writers = {
${Object.entries(STEPS)
  .map(([kind, { fields }], number) => writer(kind, number, fields))
  .join('')}};
`;
const outputs = {
  'src/plan/writers.gen.ts': writers(loaded),
  'src/plan/schema.gen.ts': constant(loaded),
  'native/plan/steps.gen.h': generate(loaded),
  'native/fuzz/walk.gen.h': walker(loaded),
  'docs/steps.md': document(loaded),
};
for (const [name, text] of Object.entries(outputs)) {
  const file = join(root, name);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${name} is stale: run node scripts/generate-steps.mjs`);
    process.exitCode = 1;
  }
}
