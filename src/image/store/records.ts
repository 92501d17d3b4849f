/** The store's own documents. */
import { readFileSync } from 'node:fs';
import { RuntsError } from '../../errors.ts';
import { attempt } from '../../host/attempt.ts';
import { checked } from '../../host/checked.ts';
import { accept, check, readJson } from '../../spec/document.ts';
import { formatJson } from '../../spec/json-format.ts';
import type { Schema } from '../../spec/schema.ts';

/** undefined where there is none. @throws {RuntsError} STATE_CORRUPT. */
export function readRecord<T>(path: string, schema: Schema<T>): T | undefined {
  const text = attempt(() => checked(() => readFileSync(path, 'utf8')), 'ENOENT');
  if (text === undefined) return undefined;
  try {
    return accept(check(schema, readJson(text, path)), path).value;
  } catch (error) {
    if (!(error instanceof RuntsError)) throw error;
    throw new RuntsError('STATE_CORRUPT', error.message, { cause: error });
  }
}

export const formatRecord = (record: object): string => `${formatJson(record, '  ')}\n`;
