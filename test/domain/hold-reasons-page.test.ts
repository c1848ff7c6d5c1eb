import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';

import { holdReasons } from '../../domain/hold-reasons';
import { holdReasonsPage, testsOfReasons } from '../../tools/docs/hold-reasons-page';

const checkout = join(__dirname, '..', '..');

test('docs/hold-reasons.md says what the table says; `npm run docs` writes it', () => {
  const page = readFileSync(join(checkout, 'docs', 'hold-reasons.md'), 'utf8');
  expect(page).toBe(holdReasonsPage(testsOfReasons(checkout)));
});

test('tests name only reasons that there are', () => {
  const codes = Object.keys(holdReasons);
  expect([...testsOfReasons(checkout).keys()].filter((code) => !codes.includes(code))).toEqual([]);
});
