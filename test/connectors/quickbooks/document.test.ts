import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import type { Composed, Outgoing } from '../../../connectors/contract';
import { compose, type Finding } from '../../../connectors/quickbooks/compose';
import type { QboFacts } from '../../../connectors/quickbooks/company/facts';
import type { OrderBody } from '../../../domain/bodies';
import { initialPostingSettings } from '../../../domain/posting/settings';
import { extendMinor, textToMinor } from '../../../domain/money';
import { companyFacts } from '../../support/company-facts';
import {
  known,
  line,
  orderBody,
  outgoing,
  productBody,
  refundBody,
  references,
  writeOf,
  type ReferenceParts,
} from '../fixtures';

const everything = {
  'account:guest-customer': '302',
  'account:clearing:card': '201',
  'account:income': '79',
  'tender:card': '401',
  'item:@fee': '31',
  'item:@discount': '31',
  'item:@unallocated': '34',
};

function composeWith(
  item: Outgoing,
  parts: ReferenceParts = {},
  changes: Partial<QboFacts> = {},
  finding?: Finding,
): Composed {
  const known2 = references({
    products: { MUG: known(), TEE: known({ remoteId: '12', code: 'TEE' }) },
    customers: { c1: { remoteId: '301', isOpen: false } },
    mappings: everything,
    ...parts,
  });
  const facts = { ...companyFacts, ...changes };
  const company = { references: known2, facts, settings: initialPostingSettings };
  return compose(item, company, finding);
}

function sale(changes: Partial<OrderBody> = {}, more: Partial<Outgoing> = {}): Outgoing {
  return outgoing({ kind: 'order', body: orderBody(changes) }, { recordId: '1001', ...more });
}

const payloadSchema = z.object({
  Line: z.array(
    z.object({
      Amount: z.number(),
      SalesItemLineDetail: z.object({
        ItemRef: z.object({ value: z.string() }),
        Qty: z.number().optional(),
        UnitPrice: z.number().optional(),
        TaxCodeRef: z.object({ value: z.string() }).optional(),
      }),
    }),
  ),
});

describe('a sale (accounting.md#examples, without tax)', () => {
  test('E1: items of a customer, paid by card', () => {
    const lines = [
      line(),
      line({ lineId: '2', sku: 'TEE', name: 'Tee', quantity: '1', netMinor: 1999 }),
    ];
    const item = sale({
      lines,
      tenders: [{ tender: 'card', amountMinor: 4499, reference: 'ch_1' }],
      totals: { netMinor: 4499, taxMinor: 0, totalMinor: 4499 },
    });
    const write = writeOf(composeWith(item));
    expect(write.entity).toBe('SalesReceipt');
    expect(write.payload).toEqual({
      CustomerRef: { value: '301' },
      TxnDate: '2026-11-21',
      DocNumber: 'P1-1001',
      PrivateNote: 'truth-sync pos order 1001',
      PaymentMethodRef: { value: '401' },
      PaymentRefNum: 'ch_1',
      DepositToAccountRef: { value: '201' },
      Line: [
        {
          DetailType: 'SalesItemLineDetail',
          Amount: 25,
          Description: 'Mug',
          SalesItemLineDetail: {
            ItemRef: { value: '11' },
            Qty: 2,
            UnitPrice: 12.5,
            TaxCodeRef: { value: 'NON' },
          },
        },
        {
          DetailType: 'SalesItemLineDetail',
          Amount: 19.99,
          Description: 'Tee',
          SalesItemLineDetail: {
            ItemRef: { value: '12' },
            Qty: 1,
            UnitPrice: 19.99,
            TaxCodeRef: { value: 'NON' },
          },
        },
      ],
    });
  });

  test('E4, E5, E6: shipping is one line, fees have their own, a discount is negative', () => {
    const item = sale({
      fees: [
        { name: 'Gift wrap', amountMinor: 300 },
        { name: 'Card', amountMinor: -500 },
      ],
      shipping: [
        { name: 'Post', amountMinor: 499 },
        { name: 'Express', amountMinor: 251 },
      ],
      tenders: [{ tender: 'card', amountMinor: 3050 }],
      totals: { netMinor: 3050, taxMinor: 0, totalMinor: 3050 },
    });
    const { Line } = payloadSchema.parse(writeOf(composeWith(item)).payload);
    expect(
      Line.map(({ Amount, SalesItemLineDetail }) => [SalesItemLineDetail.ItemRef.value, Amount]),
    ).toEqual([
      ['11', 25],
      ['31', 3],
      ['31', -5],
      ['SHIPPING_ITEM_ID', 7.5],
    ]);
  });

  test('E7, E8: a refund with an amount that belongs to no line', () => {
    const body = refundBody({
      orderId: '1001',
      unallocatedMinor: 200,
      tenders: [{ tender: 'card', amountMinor: 2700 }],
      totals: { netMinor: 2700, taxMinor: 0, totalMinor: 2700 },
    });
    const item = outgoing({ kind: 'refund', body }, { recordId: '560' });
    const parts = { orders: { '1001': { remoteId: '9', isOpen: false } } };
    const write = writeOf(composeWith(item, parts));
    expect(write).toMatchObject({ entity: 'RefundReceipt', natural: { totalMinor: 2700 } });
    expect(write.payload['PrivateNote']).toBe('truth-sync pos refund 560 of order 1001');
  });

  test('E9: a guest goes to the bucket customer, by name in the note', () => {
    const item = sale({
      customerId: undefined,
      guest: { name: 'Kim Lee', email: 'guest@example.test' },
    });
    expect(writeOf(composeWith(item)).payload).toMatchObject({
      CustomerRef: { value: '302' },
      PrivateNote: 'truth-sync pos order 1001; guest Kim Lee <guest@example.test>',
      BillEmail: { Address: 'guest@example.test' },
    });
  });

  test('E2: outside the US each line has a mapped code', () => {
    const item = sale({ currency: 'GBP' });
    const british = { country: 'GB', homeCurrency: 'GBP' };
    const mappings = { ...everything, 'taxCode:none': '10' };
    expect(writeOf(composeWith(item, { mappings }, british)).payload).toMatchObject({
      GlobalTaxCalculation: 'TaxExcluded',
      Line: [{ SalesItemLineDetail: { TaxCodeRef: { value: '10' } } }],
    });
    expect(composeWith(item, {}, british)).toMatchObject({ cause: 'mapping_missing:taxCode:none' });
  });

  test('E13: a company without sales tax gets no codes', () => {
    const { Line } = payloadSchema.parse(
      writeOf(composeWith(sale(), {}, { usingSalesTax: false })).payload,
    );
    expect(Line[0]?.SalesItemLineDetail.TaxCodeRef).toBeUndefined();
  });

  test('of 0.00 with goods has no tender and no account', () => {
    const item = sale({
      lines: [line({ netMinor: 0 })],
      tenders: [],
      totals: { netMinor: 0, taxMinor: 0, totalMinor: 0 },
    });
    const { payload } = writeOf(composeWith(item));
    expect(payload).not.toHaveProperty('PaymentMethodRef');
    expect(payload).not.toHaveProperty('DepositToAccountRef');
  });
});

const twoTenders = {
  tenders: [
    { tender: 'cash', amountMinor: 1000 },
    { tender: 'card', amountMinor: 1500, reference: 'ch_1' },
  ],
};

test('a sale of two tenders is an invoice and a payment of each', () => {
  const invoice = writeOf(composeWith(sale(twoTenders)));
  expect(invoice).toMatchObject({ entity: 'Invoice', snapshot: { entity: 'Invoice' } });
  expect(invoice.payload).not.toHaveProperty('DepositToAccountRef');
  const orders = { '1001': { remoteId: '9', isOpen: false, entity: 'Invoice' } };
  const payment = writeOf(composeWith(sale(twoTenders, { part: 'payment-2' }), { orders }));
  expect(payment).toMatchObject({
    entity: 'Payment',
    natural: { totalMinor: 1500, docNumber: null },
  });
  expect(payment.payload).toEqual({
    CustomerRef: { value: '301' },
    TxnDate: '2026-11-21',
    TotalAmt: 15,
    PaymentMethodRef: { value: '401' },
    PaymentRefNum: 'ch_1',
    DepositToAccountRef: { value: '201' },
    PrivateNote: 'truth-sync pos payment 2 of order 1001',
    Line: [{ Amount: 15, LinkedTxn: [{ TxnId: '9', TxnType: 'Invoice' }] }],
  });
});

test('a tip has its mapped item, else the one the company has for it', () => {
  const tipped = sale({
    tips: [{ amountMinor: 100 }],
    totals: { netMinor: 2500, taxMinor: 0, totalMinor: 2600 },
  });
  const itemOf = (mappings: Record<string, string>): string | undefined => {
    const { payload } = writeOf(composeWith(tipped, { mappings }, { allowGratuity: true }));
    return payloadSchema.parse(payload).Line[1]?.SalesItemLineDetail.ItemRef.value;
  };
  expect(itemOf(everything)).toBe('GRATUITY_ITEM_ID');
  expect(itemOf({ ...everything, 'item:@tip': '32' })).toBe('32');
});

test('outside the US a code that is out of use is as none, and a second line of shipping needs an item', () => {
  const british = { country: 'GB', homeCurrency: 'GBP' };
  const mappings = { ...everything, 'taxCode:none': '10', 'taxCode:ZERO': '10' };
  const inactive = companyFacts.taxCodes.map((code) => ({ ...code, isActive: false }));
  expect(
    composeWith(sale({ currency: 'GBP' }), { mappings }, { ...british, taxCodes: inactive }),
  ).toMatchObject({ cause: 'mapping_missing:taxCode:none' });
  const shipping = [
    { name: 'Post', amountMinor: 100 },
    { name: 'Express', amountMinor: 100, taxes: [{ code: 'ZERO', taxMinor: 0 }] },
  ];
  const shipped = sale({
    currency: 'GBP',
    shipping,
    totals: { netMinor: 2700, taxMinor: 0, totalMinor: 2700 },
  });
  expect(composeWith(shipped, { mappings }, british)).toMatchObject({
    cause: 'mapping_missing:item:@shipping',
  });
});

describe('a document is not posted', () => {
  const dearer = sale({
    fees: [{ name: 'x', amountMinor: 1 }],
    totals: { netMinor: 2501, taxMinor: 0, totalMinor: 2501 },
  });
  const zero = { netMinor: 0, taxMinor: 0, totalMinor: 0 };
  const service = outgoing({ kind: 'product', body: productBody() });
  const inactive = { mappings: { ...everything, 'account:clearing:card': '80' } };
  const without = (key: string): ReferenceParts => ({
    mappings: Object.fromEntries(Object.entries(everything).filter(([name]) => name !== key)),
  });
  const held: [string, Outgoing, ReferenceParts, Partial<QboFacts>, object][] = [
    [
      'with money given back in another tender',
      sale({
        tenders: [
          { tender: 'card', amountMinor: 2600 },
          { tender: 'cash', amountMinor: -100 },
        ],
      }),
      {},
      {},
      { cause: 'mapping_missing:account:clearing:exchange' },
    ],
    [
      'as a payment of what was posted as a receipt',
      sale(twoTenders, { part: 'payment-1' }),
      { orders: { '1001': { remoteId: '9', isOpen: false, entity: 'SalesReceipt' } } },
      {},
      { type: 'notReady', missing: [{ kind: 'order', ref: '1001' }] },
    ],
    [
      'as a payment before its invoice',
      sale(twoTenders, { part: 'payment-1' }),
      {},
      {},
      { type: 'notReady', missing: [{ kind: 'order', ref: '1001' }] },
    ],
    [
      'as a payment that is none any more',
      sale({}, { part: 'payment-2' }),
      {},
      {},
      { type: 'skip', reason: 'part_gone' },
    ],
    [
      'with a total that its parts do not make',
      sale({ totals: { netMinor: 2500, taxMinor: 0, totalMinor: 2600 } }),
      {},
      {},
      { cause: 'totals_differ:sale' },
    ],
    [
      'with tips without item',
      sale({
        tips: [{ amountMinor: 1 }],
        totals: { netMinor: 2500, taxMinor: 0, totalMinor: 2501 },
      }),
      {},
      {},
      { cause: 'mapping_missing:item:@tip' },
    ],
    [
      'with gift cards without item',
      sale({
        giftCards: { used: [{ code: 'a', amountMinor: 1 }] },
        totals: { netMinor: 2500, taxMinor: 0, totalMinor: 2499 },
      }),
      {},
      {},
      { cause: 'mapping_missing:item:@giftCard' },
    ],
    ['in a foreign currency', sale({ currency: 'EUR' }), {}, {}, { cause: 'foreign_currency:EUR' }],
    ['without a tender', sale({ tenders: [] }), {}, {}, { cause: 'no_tender:sale' }],
    [
      'below zero',
      sale({
        giftCards: { used: [{ code: 'g', amountMinor: 3000 }] },
        totals: { netMinor: 2500, taxMinor: 0, totalMinor: -500 },
      }),
      {},
      {},
      { reason: 'negative_total' },
    ],
    [
      'in a closed period',
      sale(),
      {},
      { bookCloseDate: '2026-11-21' },
      { cause: 'closed_period:2026-11-21' },
    ],
    [
      'without a mapped tender',
      sale(),
      without('tender:card'),
      {},
      { cause: 'mapping_missing:tender:card' },
    ],
    [
      'without a mapped account',
      sale(),
      without('account:clearing:card'),
      {},
      { cause: 'mapping_missing:account:clearing:card' },
    ],
    [
      'with an inactive account',
      sale(),
      inactive,
      {},
      { cause: 'mapping_invalid:account:clearing:card' },
    ],
    [
      'of a guest without bucket',
      sale({ customerId: undefined }),
      without('account:guest-customer'),
      {},
      { cause: 'mapping_missing:account:guest-customer' },
    ],
    [
      'with a fee without item',
      sale({ fees: [{ name: 'x', amountMinor: 1 }] }),
      without('item:@fee'),
      {},
      { cause: 'mapping_missing:item:@fee' },
    ],
    [
      'when it was deleted in the books and edited',
      sale({}, { remoteId: '9', snapshot: writeOf(composeWith(dearer)).snapshot }),
      {},
      {},
      { cause: 'gone_in_system:document' },
    ],
    [
      'when it was taken away before',
      sale({}, { op: 'absent' }),
      {},
      {},
      { type: 'skip', reason: 'part_gone' },
    ],
    [
      'of 0.00 without goods',
      sale({ lines: [], tenders: [], totals: zero }),
      {},
      {},
      { type: 'skip', reason: 'nothing_to_post' },
    ],
    [
      'as an item of a missing account',
      service,
      without('account:income'),
      {},
      { cause: 'mapping_missing:account:income' },
    ],
    [
      'with all its missing mappings named at once',
      sale({ tenders: [{ tender: 'voucher', amountMinor: 2500 }], tips: [{ amountMinor: 0 }] }),
      {},
      {},
      {
        cause: 'mapping_missing:tender:voucher',
        detail:
          'Map tender:voucher, account:clearing:voucher, item:@tip to their ids in QuickBooks',
      },
    ],
    [
      'on a payment method that the company does not have',
      sale(),
      { mappings: { ...everything, 'tender:card': '499' } },
      {},
      {
        cause: 'mapping_invalid:tender:card',
        detail: expect.stringMatching(/Payment method 499 was not .*Map tender:card to another/),
      },
    ],
    [
      'at a department that is inactive',
      sale({ location: 'north' }),
      { mappings: { ...everything, 'location:north': '9' } },
      { trackDepartments: true, departments: [{ id: '9', name: 'North', isActive: false }] },
      {
        cause: 'mapping_invalid:location:north',
        detail: expect.stringContaining('Department 9 is inactive'),
      },
    ],
    [
      'as an item priced in another currency',
      { ...service, record: { kind: 'product', body: productBody({ currency: 'EUR' }) } },
      {},
      {},
      { cause: 'currency_differs:EUR', detail: expect.stringContaining('send it in USD') },
    ],
    [
      'as an item priced in a currency, where the books name none',
      service,
      {},
      { homeCurrency: null },
      { cause: 'currency_unknown:price' },
    ],
  ];
  test.each(held)('%s', (_name, item, parts, changes, expected) => {
    const version = { version: null, isGone: false };
    const none: Finding = { type: 'item', bySku: [], byName: [], ...version };
    const isItem = item.record.kind === 'product';
    const finding = isItem ? none : undefined;
    expect(composeWith(item, parts, changes, finding)).toMatchObject(expected);
  });

  test('before what it refers to is there, and says what', () => {
    const products = { MUG: known({ remoteId: null, isOpen: true }) };
    expect(composeWith(sale({ customerId: 'c2' }), { products })).toEqual({
      type: 'notReady',
      missing: [
        { kind: 'customer', ref: 'c2' },
        { kind: 'sku', ref: 'MUG' },
      ],
    });
  });
});

test('a posted document that a new revision leaves as it is needs nothing', () => {
  const write = writeOf(composeWith(sale()));
  const again = sale({}, { remoteId: '9', remoteVersion: '0', snapshot: write.snapshot });
  expect(composeWith(again)).toMatchObject({ type: 'adopt', remoteId: '9' });
});

test('for any lines the amounts add up to the total, and quantity times price gives each amount', () => {
  const anyLine = fc.record({
    quantity: fc.oneof(
      fc.integer({ min: 1, max: 5000 }).map(String),
      fc.integer({ min: 1, max: 99_999 }).map((milli) => (milli / 1000).toFixed(3)),
    ),
    netMinor: fc.integer({ min: 0, max: 100_000_000 }),
    name: fc.string({ unit: 'binary', maxLength: 100 }),
  });
  fc.assert(
    fc.property(fc.array(anyLine, { minLength: 1, maxLength: 20 }), (parts) => {
      const lines = parts.map((part, index) => line({ ...part, lineId: String(index) }));
      const total = lines.reduce((sum, { netMinor }) => sum + netMinor, 0);
      const item = sale({
        lines,
        tenders: [{ tender: 'card', amountMinor: total }],
        totals: { netMinor: total, taxMinor: 0, totalMinor: total },
      });
      const write = writeOf(composeWith(item));
      const sent = payloadSchema.parse(JSON.parse(JSON.stringify(write.payload))).Line;
      const amounts = sent.map(({ Amount }) => textToMinor(Amount, 'USD') ?? Number.NaN);
      expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(total);
      const products = sent.map(({ SalesItemLineDetail: { Qty, UnitPrice } }, index) =>
        Qty === undefined || UnitPrice === undefined
          ? amounts[index]
          : extendMinor(String(Qty), String(UnitPrice), 'USD'),
      );
      expect(products).toEqual(amounts);
    }),
  );
});
