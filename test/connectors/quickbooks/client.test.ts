import { describe, expect, test } from '@jest/globals';
import { companyPath, inLists, quoted } from '../../../connectors/quickbooks/api/client';

test('an address has one question mark, the version, and encoded values', () => {
  const query = "SELECT * FROM Item WHERE Name = 'A&B ?'";
  const url = new URL(`https://x.test${companyPath('4620', 'query', { query })}`);
  expect(url.pathname).toBe('/v3/company/4620/query');
  expect([...url.searchParams]).toEqual([
    ['minorversion', '75'],
    ['query', query],
  ]);
});

describe('texts of a query', () => {
  test.each([
    ["O'Brien", "'O\\'Brien'"],
    ['A\\B', "'A\\\\B'"],
    ['50 % "off"', `'50 % "off"'`],
  ])('%s is %s', (text, expected) => {
    expect(quoted(text)).toBe(expected);
  });

  test('come in lists that are short enough for an address, each text once', () => {
    const texts = Array.from({ length: 200 }, (_, index) => `${'ü'.repeat(50)}${index}`);
    const lists = inLists([...texts, ...texts]);
    expect(lists.every((list) => encodeURIComponent(list).length < 6000)).toBe(true);
    expect(lists.join().match(/ü+\d+/gu)).toEqual(texts);
  });

  test('that are none make no list', () => {
    expect(inLists([])).toEqual([]);
  });
});
