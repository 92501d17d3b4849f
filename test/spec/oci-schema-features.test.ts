/** What `features` prints against OCI's own JSON schema. */
import { expect, test } from 'vitest';
import { features } from '../../src/container/features.ts';
import { skip } from '../support/conditions.ts';
import { memoryHost } from '../support/memory-host.ts';
import { loadSchema, SCHEMA_NEEDED, schemaDirectory } from '../support/oci-schema.ts';

test('the features document is valid', (context) => {
  if (schemaDirectory === undefined) skip(context, SCHEMA_NEEDED);
  const validate = loadSchema(schemaDirectory, 'features');
  const document = features(memoryHost());
  expect(validate(document)).toBe(true);
  expect(validate({ ...document, mountOptions: 'rro' })).toBe(false);
});
