import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { changeBodySchemas } from '../../schemas/change-bodies';
import { unusedFields } from '../../domain/records/unused-fields';
import { changeKinds } from '../../domain/words';

// Kind 8 of what was found, "accepted, then dropped": every field that intake accepts is read by
// something that acts on it, or the answer warns.

const checkout = join(__dirname, '..', '..');
/** Where a field would be acted on; not where it is declared, listed, or only checked. */
const source = ['domain', 'connectors', 'activities', 'database']
  .flatMap((folder) =>
    readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
  )
  .filter((file) => !/(bodies|unused-fields|body-parts|ticket-sums)\.ts$/.test(file))
  .map((file) => readFileSync(join(checkout, file), 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, ''))
  .join('\n');

function fieldsOf(schema: unknown): string[] {
  const json = z.looseObject({}).parse(schema);
  const properties = z.record(z.string(), z.unknown()).catch({}).parse(json['properties']);
  const inner = [...Object.values(properties), json['items'], json['additionalProperties']];
  const several = z.array(z.unknown()).catch([]).parse(json['anyOf']);
  return [
    ...Object.keys(properties),
    ...[...inner, ...several]
      .filter((one) => typeof one === 'object' && one !== null)
      .flatMap(fieldsOf),
  ];
}

test.each(changeKinds)('every field of %s is read, or its sender is warned', (kind) => {
  const fields = new Set(fieldsOf(z.toJSONSchema(changeBodySchemas[kind], { io: 'input' })));
  expect(fields.size).toBeGreaterThan(1);
  // Of channel there is one value so far.
  const unread = [...fields].filter(
    (field) => field !== 'channel' && !new RegExp(`\\b${field}\\b`).test(source),
  );
  expect(unread.sort()).toEqual(unusedFields[kind].map(({ field }) => field).sort());
});
