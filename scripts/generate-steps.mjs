// Writes native/plan/steps.gen.h from src/plan/steps.ts; with --check only says whether it is up to date.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = new URL('..', import.meta.url).pathname;
const target = join(root, 'native/plan/steps.gen.h');

async function load() {
  const scratch = mkdtempSync(join(tmpdir(), 'runts-steps-'));
  try {
    const bundle = await rolldown({ input: join(root, 'src/plan/encode.ts') });
    await bundle.write({ file: join(scratch, 'encode.mjs'), format: 'esm' });
    const steps = await rolldown({ input: join(root, 'src/plan/steps.ts') });
    await steps.write({ file: join(scratch, 'steps.mjs'), format: 'esm' });
    const { schemaNumber } = await import(pathToFileURL(join(scratch, 'encode.mjs')).href);
    const { STEPS } = await import(pathToFileURL(join(scratch, 'steps.mjs')).href);
    return { STEPS, schema: schemaNumber() };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

const pascal = (name) => name.replace(/(^|-)(\w)/g, (_, dash, letter) => letter.toUpperCase());
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('-', '_');
const member = (name) => (['class', 'default'].includes(snake(name)) ? `${snake(name)}_` : snake(name));

const SIMPLE = {
  bool: ['bool', 'boolean'],
  u32: ['uint32_t', 'u32'],
  i32: ['int32_t', 'i32'],
  u64: ['uint64_t', 'u64'],
  i64: ['int64_t', 'i64'],
  str: ['Str', 'str'],
  bytes: ['Str', 'str'],
  strs: ['List<Str>', 'list<Str>'],
  u32s: ['List<uint32_t>', 'list<uint32_t>'],
};

function describe(type, name, owner) {
  if (typeof type === 'string') return { cpp: SIMPLE[type][0], read: SIMPLE[type][1] };
  if ('flags' in type) return { cpp: 'uint64_t', read: 'u64' };
  if ('choice' in type) return { cpp: 'uint32_t', read: 'u32' };
  const record = sharedRecord(type) ?? `${owner}${pascal(snake(name).replaceAll('_', '-'))}`;
  return { cpp: `List<${record}>`, read: `list<${record}>`, record, fields: type.list };
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
  const reads = members.map((m) => `    v.${m.field} = r.${m.read}();\n`).join('');
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

${structs}}  // namespace runts::plan
`;
}

const text = generate(await load());
if (!process.argv.includes('--check')) {
  writeFileSync(target, text);
} else if (readFileSync(target, 'utf8') !== text) {
  console.error('native/plan/steps.gen.h is stale: run node scripts/generate-steps.mjs');
  process.exit(1);
}
