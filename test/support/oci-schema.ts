import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type AjvDraft04 from 'ajv-draft-04';

/** Where Debian's golang-github-opencontainers-specs-dev has the schema (without OCI's samples). */
const DEBIAN = '/usr/share/gocode/src/github.com/opencontainers/runtime-spec/schema';

/** The directory of OCI's own JSON schema; undefined where it is missing or too old. */
export const schemaDirectory = [process.env['RUNTS_SPEC_SCHEMA'], DEBIAN].find(isRecent);

export const SCHEMA_NEEDED =
  'needs the schema of runtime-spec 1.2.1 or newer: set RUNTS_SPEC_SCHEMA or install golang-github-opencontainers-specs-dev';

/** Debian 12 has the schema of 1.0.2, which refuses what later versions of the specification allow. */
function isRecent(path: string | undefined): boolean {
  const file = join(path ?? '', 'config-schema.json');
  return path !== undefined && existsSync(file) && readFileSync(file, 'utf8').includes('"execCPUAffinity"');
}

export type Validate = (value: unknown) => boolean;

/** The check of a whole document: a config.json, or what `features` prints. */
export function loadSchema(from: string, kind: 'config' | 'features' = 'config'): Validate {
  const Ajv = createRequire(import.meta.url)('ajv-draft-04') as typeof AjvDraft04.default;
  const ajv = new Ajv({ strict: false, allErrors: false, logger: false });
  const whole = `${kind}-schema.json`;
  const files = readdirSync(from).filter(
    (file) => /^(defs|config|features).*\.json$/.test(file) && !/^(config|features)-schema/.test(file),
  );
  for (const file of files) ajv.addSchema(readTree(join(from, file)), file);
  const validate = ajv.compile(readTree(join(from, whole)));
  return (value) => validate(value);
}

export function readTree(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
}
