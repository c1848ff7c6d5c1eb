import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';

import { holdReasons } from '../../domain/hold-reasons';
import { testsOfReasons } from '../../tools/docs/hold-reasons-page';

// Each reason of the table is given somewhere, and has a test that takes its way out.

const checkout = join(__dirname, '..', '..');
const codes = Object.keys(holdReasons);

/** The program itself, without the table. */
function sources(): string {
  const folders = ['activities', 'connectors', 'database', 'domain'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && file !== 'hold-reasons.ts')
      .map((file) => join(checkout, folder, file)),
  );
  return files.map((file) => readFileSync(file, 'utf8')).join('\n');
}

test('every reason of the table is given somewhere in the program', () => {
  const text = sources();
  expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});

test('every reason has a test that takes its way out', () => {
  const tested = testsOfReasons(checkout);
  expect(codes.filter((code) => !tested.has(code))).toEqual([]);
});
