import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  cleanName,
  customerFields,
  docNumberOf,
  exactNumberOrNull,
  itemFields,
  otherDocNumber,
  suffixedName,
} from '../../../connectors/quickbooks/shape/mapping';
import { plainEmail } from '../../../domain/email';
import { productBody } from '../fixtures';

const anyText = fc.string({ unit: 'binary', maxLength: 300 });
const isWellFormed = (text: string): boolean => !/\p{Cs}/u.test(text);
const hasNoControl = (text: string): boolean => !/\p{Cc}/u.test(text);

describe('names', () => {
  test('of any characters and length are short, clean and stay so', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 120 }), (text, max) => {
        const name = cleanName(text, max);
        expect(name.length).toBeLessThanOrEqual(max);
        expect(name).not.toContain(':');
        expect(isWellFormed(name) && hasNoControl(name)).toBe(true);
        expect(name).toBe(name.trim());
        expect(cleanName(name, max)).toBe(name);
      }),
    );
  });

  test('get one suffix within the limit', () => {
    fc.assert(
      fc.property(anyText, anyText, (name, suffix) => {
        const suffixed = suffixedName(cleanName(name, 100), suffix);
        expect(suffixed.length).toBeLessThanOrEqual(100);
        expect(isWellFormed(suffixed)).toBe(true);
      }),
    );
  });
});

describe('document numbers', () => {
  test.each([
    ['P2-000318', '', 'P2-000318'],
    ['P2-000318', '-R', 'P2-000318-R'],
    ['123456789012345678901', '', '123456789012345678901'],
  ])('%s with "%s" is %s', (number, suffix, expected) => {
    expect(docNumberOf(number, suffix)).toBe(expected);
  });

  test('that are too long keep prefix and end, and differ where the numbers differ', () => {
    const first = docNumberOf('P2-1000000000000000000000318');
    expect(first).toMatch(/^P2-0+318-[0-9a-f]{4}$/);
    expect(first).toHaveLength(21);
    expect(docNumberOf('P2-2000000000000000000000318')).not.toBe(first);
    expect(docNumberOf('P2-1000000000000000000000318', '-R')).not.toBe(first);
  });

  test('of any text are short and clean', () => {
    fc.assert(
      fc.property(anyText, anyText, (number, recordId) => {
        for (const text of [docNumberOf(number, '-R'), otherDocNumber(number, '', recordId)]) {
          expect(text.length).toBeLessThanOrEqual(21);
          expect(isWellFormed(text) && hasNoControl(text)).toBe(true);
        }
      }),
    );
  });
});

describe('e-mails', () => {
  test.each([
    ['a@example.test', 'a@example.test'],
    [' A.b+c@Ex-ample.co.uk ', 'A.b+c@Ex-ample.co.uk'],
    ['a@b@c.de', null],
    ['a@example.test, b@example.test', null],
    ['nobody', null],
    [`${'a'.repeat(100)}@example.test`, null],
    [undefined, null],
  ])('%p is %p', (given, expected) => {
    expect(plainEmail(given)).toBe(expected);
  });
});

describe('customers', () => {
  test('of any texts stay within every limit', () => {
    const address = fc.record({ line1: anyText, city: anyText, postalCode: anyText });
    const body = fc.record({
      name: anyText,
      givenName: anyText,
      email: anyText,
      phone: anyText,
      notes: anyText,
      billing: address,
    });
    const limits = { GivenName: 100, Notes: 2000 };
    fc.assert(
      fc.property(body, (customer) => {
        const fields = customerFields(customer);
        for (const [name, max] of Object.entries(limits)) {
          const text = fields[name];
          expect(typeof text === 'string' ? text.length : 0).toBeLessThanOrEqual(max);
        }
        const phone = JSON.stringify(fields['PrimaryPhone'] ?? '');
        expect(phone.length).toBeLessThanOrEqual('{"FreeFormNumber":""}'.length + 2 * 20);
        expect(isWellFormed(JSON.stringify(fields))).toBe(true);
      }),
    );
  });

  test('without information send nothing, and a refused e-mail stands in the notes', () => {
    expect(customerFields({ name: 'Ann', email: '', phone: ' ', billing: {} })).toEqual({});
    expect(customerFields({ name: 'Ann', email: 'a@b, c@d' })).toEqual({
      Notes: 'E-mail: a@b, c@d',
    });
  });
});

test('an item has its code as name, its exact SKU, and never stock, type or accounts', () => {
  const body = productBody({ sku: '85123a', name: 'HANGER:\tred', priceMinor: 255 });
  expect(itemFields(body, '85123a~2')).toEqual({
    Name: '85123a~2',
    Sku: '85123a',
    Description: 'HANGER: red',
    UnitPrice: 2.55,
  });
});

test('a decimal becomes a JSON number only where it prints as the same decimal', () => {
  expect(exactNumberOrNull('0.1')).toBe(0.1);
  expect(exactNumberOrNull('10000000000.01')).toBe(10_000_000_000.01);
  expect(exactNumberOrNull('0.12345678901234567890')).toBeNull();
  expect(exactNumberOrNull('90071992547409930')).toBeNull();
});
