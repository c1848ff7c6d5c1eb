import { describe, expect, test } from '@jest/globals';

import { calendarDay, idText } from '../../schemas/body-parts';
import { changeBodySchemas, parseChangeBody, parseRecordBody } from '../../schemas/change-bodies';
import { changeKinds as kinds, type ChangeKind } from '../../domain/words';
import { orderBody } from '../support/samples';

const address = { line1: '1 Road', city: 'York', country: 'GB' };
const ticket = orderBody('P-1', [['a', 1]], 'c');
const unpaid: Partial<typeof ticket> = { ...ticket };
delete unpaid.tenders;
const bodies: Record<ChangeKind, object> = {
  customer: {
    name: 'Ann',
    email: '',
    billing: address,
    taxExempt: false,
    notes: 'two\nlines\tand a tab',
  },
  product: {
    sku: 'a',
    name: 'Article',
    type: 'goods',
    priceMinor: 0,
    currency: 'USD',
    trackStock: true,
    status: 'active',
    variants: [{ sku: 'a-1', options: { size: '' }, priceMinor: 5 }],
  },
  inventory: { location: 'shop', movement: { delta: '-3.5', reason: 'damage' } },
  order: {
    ...ticket,
    guest: { name: '' },
    fees: [{ name: 'f', amountMinor: -1 }],
    tips: [{ amountMinor: 0 }],
  },
  refund: { ...ticket, restock: false, unallocatedMinor: 5, orderId: 'o' },
  invoice: { ...unpaid, dueDate: '2026-02-28' },
  payment: { number: '1', invoiceId: 'i', tender: 'card', amountMinor: 5 },
  payout: {
    processor: 'p',
    grossMinor: 5,
    feesMinor: 1,
    netMinor: 4,
    includes: [{ kind: 'order', recordId: 'o', amountMinor: 5 }],
  },
  cash: { businessDate: '2026-11-21', tender: 'cash', type: 'difference', amountMinor: -5 },
};

test.each(kinds)('a %s of the contract is taken as it is', (kind) => {
  expect(parseChangeBody(kind, bodies[kind])).toEqual({ kind, body: bodies[kind] });
});

test.each(kinds)('a %s with a field that nobody knows is refused', (kind) => {
  expect(changeBodySchemas[kind].safeParse({ ...bodies[kind], surprise: 1 }).success).toBe(false);
  expect(changeBodySchemas[kind].safeParse({}).success).toBe(false);
  expect(changeBodySchemas[kind].safeParse(null).success).toBe(false);
});

test('a record of stock is its places, not a change', () => {
  const body = { places: { default: { quantity: '5', countedAt: null } } };
  expect(parseRecordBody('inventory', body)).toEqual({ kind: 'inventory', body });
  expect(() => parseRecordBody('inventory', bodies.inventory)).toThrow();
  expect(() => parseChangeBody('inventory', body)).toThrow();
});

describe('ids', () => {
  test.each(['a', 'x'.repeat(100), "'; DROP TABLE changes; --", 'é💶', 'a b', '${x}', '__proto__'])(
    '%s is one',
    (id) => {
      expect(idText.safeParse(id).success).toBe(true);
    },
  );
  test.each([
    '',
    ' a',
    'a ',
    'a\u00a0',
    'x'.repeat(101),
    'a\u0000b',
    'a\nb',
    'a\u007f',
    'a\u0085b',
    'a\ud800',
    '\udc00',
    5,
    null,
  ])('%j is none', (id) => {
    expect(idText.safeParse(id).success).toBe(false);
  });
});

describe('days', () => {
  test.each(['1970-01-01', '2024-02-29', '2199-12-31'])('%s is one', (day) => {
    expect(calendarDay.safeParse(day).success).toBe(true);
  });
  test.each([
    '2026-02-29',
    '2026-04-31',
    '1969-12-31',
    '2200-01-01',
    '2026-1-1',
    '2026-13-01',
    '26-01-01',
    '2026-01-01T00:00:00Z',
  ])('%s is none', (day) => {
    expect(calendarDay.safeParse(day).success).toBe(false);
  });
});

const wrong: [string, ChangeKind, object][] = [
  ['a fraction of a cent', 'payment', { amountMinor: 0.5 }],
  ['an amount as text', 'payment', { amountMinor: '5' }],
  ['an amount beyond the largest', 'payment', { amountMinor: 1_000_000_000_001 }],
  ['a negative payment', 'payment', { amountMinor: -1 }],
  ['a negative price', 'product', { priceMinor: -1 }],
  ['a currency in small letters', 'product', { currency: 'usd' }],
  ['an unknown type', 'product', { type: 'gift' }],
  ['a null name', 'customer', { name: null }],
  ['an empty name', 'customer', { name: '' }],
  ['a line break in a name', 'customer', { name: 'a\nb' }],
  ['a lone surrogate in an address', 'customer', { billing: { city: '\ud800' } }],
  ['an unknown line of an address', 'customer', { billing: { street: 'x' } }],
  ['a NUL in notes', 'customer', { notes: 'a\u0000' }],
  ['a movement and a count at once', 'inventory', { count: { quantity: '1' } }],
  ['an exponent in a quantity', 'inventory', { movement: { delta: '1e3', reason: 'damage' } }],
  ['a quantity as number', 'inventory', { movement: { delta: 1, reason: 'damage' } }],
  [
    'seven decimals in a quantity',
    'inventory',
    { movement: { delta: '0.0000001', reason: 'damage' } },
  ],
  ['a sale as inventory reason', 'inventory', { movement: { delta: '1', reason: 'sale' } }],
  ['one lineId twice', 'order', { lines: [...ticket.lines, ...ticket.lines] }],
  ['another channel', 'order', { channel: 'web' }],
  ['a day that is none', 'order', { businessDate: '2026-02-30' }],
  ['a negative tip', 'order', { tips: [{ amountMinor: -1 }] }],
  ['an order without tenders', 'order', { tenders: undefined }],
  ['an invoice with tenders', 'invoice', { tenders: [] }],
  ['a refund that does not say if it restocks', 'refund', { restock: undefined }],
  ['a negative rest of a refund', 'refund', { unallocatedMinor: -1 }],
  ['a payment of nothing', 'payment', { invoiceId: undefined }],
  ['a payment of an invoice and for an order at once', 'payment', { depositFor: 'o' }],
  ['a payment that names the currency of its invoice', 'payment', { currency: 'USD' }],
  ['a rate of zero', 'order', { exchangeRate: { rate: '0.00', source: 'ECB', day: '2026-11-21' } }],
  ['a rate without a day', 'order', { exchangeRate: { rate: '1.1', source: 'ECB' } }],
  [
    'one deposit twice',
    'order',
    {
      deposits: [
        { paymentId: 'p', amountMinor: 1 },
        { paymentId: 'p', amountMinor: 1 },
      ],
    },
  ],
  [
    'a deposit back without its order',
    'refund',
    { lines: [], deposits: [{ paymentId: 'p', amountMinor: 1 }] },
  ],
  [
    'a deposit back beside lines',
    'refund',
    { orderId: 'o', deposits: [{ paymentId: 'p', amountMinor: 1 }] },
  ],
  [
    'a deposit back in no tender',
    'refund',
    { orderId: 'o', lines: [], tenders: [], deposits: [{ paymentId: 'p', amountMinor: 1 }] },
  ],
  ['no deposit back', 'refund', { orderId: 'o', lines: [], deposits: [] }],
  [
    'a customer in a payout',
    'payout',
    { includes: [{ kind: 'customer', recordId: 'o', amountMinor: 5 }] },
  ],
  ['cash paid out with a sign of its own', 'cash', { type: 'paid_out' }],
  ['cash without a day', 'cash', { businessDate: undefined }],
  [
    'a payout of an unknown kind',
    'payout',
    { includes: [{ kind: 'gift', recordId: 'o', amountMinor: 1 }] },
  ],
];

test.each(wrong)('%s is refused', (_name, kind, change) => {
  expect(changeBodySchemas[kind].safeParse({ ...bodies[kind], ...change }).success).toBe(false);
});

test('what absorbing adds stands in records, and no sender may say it', () => {
  for (const kind of ['order', 'refund', 'invoice'] as const) {
    const booked = { ...bodies[kind], guestCustomerId: 'c-1' };
    expect(parseRecordBody(kind, booked)).toEqual({ kind, body: booked });
    expect(changeBodySchemas[kind].safeParse(booked).success).toBe(false);
  }
  const priceless = Object.fromEntries(
    Object.entries(bodies.product).filter(([key]) => key !== 'priceMinor' && key !== 'currency'),
  );
  expect(parseRecordBody('product', priceless)).toEqual({ kind: 'product', body: priceless });
  expect(changeBodySchemas.product.safeParse(priceless).success).toBe(false);
});
