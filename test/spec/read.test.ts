import { expect, test } from 'vitest';
import { defaultSpec } from '../../src/spec/default.ts';
import { formatJson } from '../../src/spec/json-format.ts';
import { readProcess, readResources, readSpec } from '../../src/spec/read.ts';
import { refusalOf } from '../support/plan.ts';

test('bad JSON is refused with file, line and column', () => {
  const error = refusalOf(() => readSpec('{\n  "ociVersion": 1.3.0\n}', 'config.json'));
  expect(error.code).toBe('INVALID_JSON');
  expect(error.message).toBe('config.json:2:17: 1.3.0 is not a JSON number');
});

test('a bad config is refused with its first problem, and all of them as details', () => {
  const error = refusalOf(() =>
    readSpec('{"ociVersion":"1.0.0","root":{"path":5},"process":{"cwd":"/"}}', 'config.json'),
  );
  expect(error.code).toBe('INVALID_CONFIG');
  expect(error.message).toBe(
    'config.json: /root/path: 5 has the wrong type: expected a string (and 1 more problem)',
  );
  expect(error.details.path).toBe('/root/path');
  expect(error.details.problems).toEqual([
    '/root/path: 5 has the wrong type: expected a string',
    '/process/args: is required and not there',
  ]);
});

test.each([{}, { rootless: { uid: 1000, gid: 1000 } }])('the default config passes: %j', (options) => {
  const spec = defaultSpec(options);
  const text = formatJson(spec, '\t');
  expect(readSpec(text, 'config.json')).toEqual({ spec, warnings: [], text });
});

test('a text that leaves something open does not say what the spec does', () => {
  const { spec, text } = readSpec('{"ociVersion":"1.0.0","root":{"path":"r"}}', 'config.json');
  expect(spec.process).toBeDefined();
  expect(text).toBeUndefined();
});

test('64-bit integers survive reading', () => {
  const text =
    '{"cwd":"/","args":["a"],"rlimits":[{"type":"RLIMIT_AS","soft":18446744073709551615,"hard":18446744073709551615}]}';
  expect(readProcess(text, 'p.json').process.rlimits?.[0]?.hard).toBe(18446744073709551615n);
});

test('resources are read alone', () => {
  expect(readResources('{"pids":{"limit":5}}', '-').resources).toEqual({ pids: { limit: 5 } });
  expect(refusalOf(() => readResources('{"pids":5}', '-')).message).toBe(
    '-: /pids: 5 has the wrong type: expected an object',
  );
});
