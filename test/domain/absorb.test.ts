import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { CustomerBody, ProductBody } from '../../domain/bodies';
import { orderBody } from '../support/samples';
import { change, Memory } from './fold';

const customer = (body: CustomerBody, sourceRev: number): ReturnType<typeof change> =>
  change({ kind: 'customer', recordId: 'c', sourceRev, content: { kind: 'customer', body } });
const deleted = (sourceRev: number): ReturnType<typeof change> =>
  change({ kind: 'customer', recordId: 'c', sourceRev, content: null });

test('a lower or equal revision that comes late is kept out as stale', () => {
  const memory = new Memory();
  memory.fold([customer({ name: 'new' }, 5)]);
  const { outcomes, records } = memory.fold([
    customer({ name: 'old' }, 4),
    customer({ name: 'same' }, 5),
  ]);
  expect(outcomes.map(({ outcome, code }) => [outcome, code])).toEqual([
    ['stale', 'stale'],
    ['stale', 'stale'],
  ]);
  expect(outcomes[0]?.detail).toBe('revision 4 came after revision 5');
  expect(records).toEqual([]);
  expect(memory.record('customer', 'c').content?.body).toEqual({ name: 'new' });
});

test('the same within one batch: the later position with a lower revision is stale', () => {
  const { outcomes, records } = new Memory().fold([
    customer({ name: 'b' }, 2),
    customer({ name: 'a' }, 1),
  ]);
  expect(outcomes).toHaveLength(1);
  expect(records).toMatchObject([{ rev: 1, sourceRevs: { pos: 2 }, wasKnown: false }]);
});

test('the same content again makes no new revision, but its revision counts against late ones', () => {
  const memory = new Memory();
  memory.fold([customer({ name: 'a', email: 'a@example.test' }, 1)]);
  const again = memory.fold([customer({ email: 'a@example.test', name: 'a' }, 3)]);
  expect(again.records).toEqual([]);
  expect(again.touched).toMatchObject([{ rev: 1, sourceRevs: { pos: 3 } }]);
  expect(memory.fold([customer({ name: 'late' }, 2)]).outcomes).toMatchObject([{ code: 'stale' }]);
});

test('A, B, A in one batch ends as a new revision each time something changed', () => {
  const memory = new Memory();
  memory.fold([customer({ name: 'A' }, 1), customer({ name: 'B' }, 2), customer({ name: 'A' }, 3)]);
  expect(memory.record('customer', 'c')).toMatchObject({
    rev: 3,
    content: { body: { name: 'A' } },
  });
});

test('a deletion is a revision once, and what we never heard of can be deleted', () => {
  const memory = new Memory();
  memory.fold([deleted(1)]);
  expect(memory.record('customer', 'c')).toMatchObject({ rev: 1, op: 'absent', content: null });
  expect(memory.fold([deleted(2)]).records).toEqual([]);
});

test('after a deletion it begins anew: nothing of before comes back', () => {
  const memory = new Memory();
  memory.fold([customer({ name: 'a', phone: '1' }, 1), deleted(2)]);
  expect(memory.record('customer', 'c')).toMatchObject({ rev: 2, op: 'absent' });
  memory.fold([customer({ name: 'b' }, 3)]);
  const row = memory.record('customer', 'c');
  expect(row).toMatchObject({ rev: 3, op: 'present', origin: { name: 'pos' } });
  expect(row.content?.body).toEqual({ name: 'b' });
  expect(Object.keys(row.origin)).toEqual(['name']);
});

test('a ticket is taken whole: what a new revision leaves out is gone', () => {
  const memory = new Memory();
  const ticket = (sourceRev: number, customerId: string | null): ReturnType<typeof change> =>
    change({
      kind: 'order',
      recordId: 'o',
      sourceRev,
      content: { kind: 'order', body: orderBody('o', [['a', 1]], customerId) },
    });
  memory.fold([ticket(1, 'c')]);
  memory.fold([ticket(2, null)]);
  expect(memory.record('order', 'o').content?.body).not.toHaveProperty('customerId');
});

// Partial records: what is left out or empty says nothing (architecture.md#i7).
const full: Required<CustomerBody> = {
  name: 'Ann Lee',
  givenName: 'Ann',
  familyName: 'Lee',
  company: 'Lee & Co',
  email: 'ann@example.test',
  phone: '1',
  billing: { line1: '1 Road', city: 'York' },
  shipping: { line1: '2 Road', country: 'GB' },
  taxExempt: false,
  notes: 'regular',
};
const fullProduct: Required<ProductBody> = {
  sku: 'a',
  name: 'Article',
  description: 'long',
  type: 'goods',
  priceMinor: 100,
  currency: 'USD',
  taxClass: 'std',
  costMinor: 0,
  barcode: '1',
  categories: ['x'],
  trackStock: false,
  status: 'active',
  variants: [{ sku: 'a-1', options: { size: 'L' } }],
};
const needed = new Set(['name', 'sku', 'type', 'priceMinor', 'currency', 'trackStock', 'status']);

/** The record with some fields left out, undefined, or empty. */
function partial<T extends object>(body: T): fc.Arbitrary<T> {
  const fields = Object.entries(body).map(([field, value]: [string, unknown]) => {
    const empty = emptyOf(value);
    const ways = needed.has(field) ? [value] : [value, undefined, ...empty];
    return fc.constantFrom(...ways).map((chosen) => [field, chosen] as const);
  });
  return fc
    .tuple(...fields)
    .map((entries) => Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as T);
}

function emptyOf(value: unknown): unknown[] {
  if (typeof value === 'string') return [''];
  if (Array.isArray(value)) return [[]];
  if (typeof value === 'object' && value !== null)
    return [{}, Object.fromEntries(Object.keys(value).map((key) => [key, '']))];
  return [];
}

test('no subset of fields, left out or empty, ever takes a value away', () => {
  fc.assert(
    fc.property(
      fc.array(partial(full), { maxLength: 4 }),
      fc.array(partial(fullProduct), { maxLength: 4 }),
      (customers, products) => {
        const memory = new Memory();
        const [first, ...more] = [full, ...customers];
        memory.fold([customer(first, 1)]);
        more.forEach((body, n) => memory.fold([customer(body, n + 2)]));
        expect(memory.record('customer', 'c')).toMatchObject({ rev: 1, content: { body: full } });
        [fullProduct, ...products].forEach((body, n) =>
          memory.fold([
            change({
              kind: 'product',
              recordId: 'p',
              sourceRev: n + 1,
              content: { kind: 'product', body },
            }),
          ]),
        );
        expect(memory.record('product', 'p')).toMatchObject({
          rev: 1,
          content: { body: fullProduct },
        });
        expect([...memory.skus.keys()].sort()).toEqual(['a', 'a-1']);
      },
    ),
    { seed: 14, numRuns: 300 },
  );
});

test('a false and a zero are values', () => {
  const memory = new Memory();
  memory.fold([
    customer({ name: 'a', taxExempt: true }, 1),
    customer({ name: 'a', taxExempt: false }, 2),
  ]);
  expect(memory.record('customer', 'c').content?.body).toEqual({ name: 'a', taxExempt: false });
});

test('the origin of a field is who gave its value, not who left it empty', () => {
  const memory = new Memory();
  memory.fold([customer({ name: 'a', email: 'a@example.test' }, 1)]);
  memory.fold([{ ...customer({ name: 'b', email: '' }, 2), source: 'woo' }]);
  expect(memory.record('customer', 'c').origin).toEqual({ name: 'woo', email: 'pos' });
});

test("an invoice that becomes another customer's, or of another currency, is told; a first sight and labels are not", () => {
  const memory = new Memory();
  const { number, channel, businessDate, currency, pricesIncludeTax, lines, totals, customerId } =
    orderBody('i', [['a', 1]], 'c-1');
  const body = {
    number,
    channel,
    businessDate,
    currency,
    pricesIncludeTax,
    lines,
    totals,
    customerId,
  };
  const folded = (sourceRev: number, changes: object): string[] =>
    memory.fold([
      change({
        kind: 'invoice',
        recordId: 'i',
        sourceRev,
        content: { kind: 'invoice', body: { ...body, ...changes } },
      }),
    ]).otherPayers;
  expect(folded(1, {})).toEqual([]);
  expect(folded(2, { number: 'j' })).toEqual([]);
  expect(folded(3, { customerId: 'c-2' })).toEqual(['i']);
  expect(folded(4, { customerId: undefined })).toEqual(['i']);
  expect(folded(5, { customerId: undefined, currency: 'EUR' })).toEqual(['i']);
  memory.guests = { isOwn: () => true, customerOf: (email) => ` guest:${email}` };
  const guest = { customerId: undefined, guest: { email: 'kim@example.test' } };
  expect(folded(6, { ...guest, customerId: 'c-2' })).toEqual(['i']);
  expect(folded(7, guest)).toEqual(['i']);
  expect(folded(8, { ...guest, guest: { email: 'lee@example.test' } })).toEqual(['i']);
  expect(folded(9, { ...guest, guest: { email: 'lee@example.test', name: 'Lee' } })).toEqual([]);
});
