import { expect, test } from '@jest/globals';

import { initialDirection, type DirectionPolicy } from '../../domain/delivery/direction';
import type { RecordBody, RefundBody } from '../../domain/bodies';
import { initialPostingSettings } from '../../domain/posting/settings';
import {
  documentNamesOf,
  gateFor,
  wantedDeliveries,
  type DocumentNames,
} from '../../domain/delivery/wanted-deliveries';
import { orderBody } from '../support/samples';

const open = { kind: 'open' };
const byDirection = { kind: 'held', reason: 'direction' };
const notBuilt = { kind: 'held', reason: 'not_built' };
const pushAll: DirectionPolicy = {
  systems: { woo: { default: 'push', kinds: {} }, qbo: { default: 'push', kinds: {} } },
};

test('a product goes to both systems, stock to the shop, an order to the books', () => {
  expect(
    wantedDeliveries({ kind: 'product', op: 'present', content: null }, initialDirection),
  ).toEqual([
    { system: 'woo', part: '', gate: open },
    { system: 'qbo', part: '', gate: open },
  ]);
  expect(wantedDeliveries({ kind: 'inventory', op: 'present', content: null }, pushAll)).toEqual([
    { system: 'woo', part: '', gate: open },
  ]);
  const content = { kind: 'order' as const, body: orderBody('1', [['a', 1]], null) };
  expect(wantedDeliveries({ kind: 'order', op: 'present', content }, pushAll)).toEqual([
    { system: 'qbo', part: 'sale', gate: open },
  ]);
});

test('a ticket with lines of both signs becomes a sale and a refund, one of negative lines a refund', () => {
  const parts = (lines: [string, number][]): string[] =>
    wantedDeliveries(
      {
        kind: 'order',
        op: 'present',
        content: { kind: 'order', body: orderBody('1', lines, null) },
      },
      pushAll,
    ).map(({ part }) => part);
  expect(
    parts([
      ['a', 1],
      ['b', -1],
    ]),
  ).toEqual(['sale', 'refund']);
  expect(parts([['b', -1]])).toEqual(['refund']);
  expect(parts([])).toEqual(['sale']);
});

test('a refund is one refund', () => {
  const body = { ...orderBody('1', [['a', 1]], null), restock: true };
  expect(
    wantedDeliveries({ kind: 'refund', op: 'present', content: { kind: 'refund', body } }, pushAll),
  ).toMatchObject([{ system: 'qbo', part: 'refund' }]);
});

test('a refund of several tenders has a move of each, one that is owed is applied, a payout may have its fees apart', () => {
  const parts = (content: RecordBody): string[] =>
    wantedDeliveries({ kind: content.kind, op: 'present', content }, pushAll).map(
      ({ part }) => part,
    );
  const body = { ...orderBody('1', [['a', 1]], null), restock: true };
  const tenders = [
    { tender: 'cash', amountMinor: 1_000 },
    { tender: 'card', amountMinor: 250 },
  ];
  expect(parts({ kind: 'refund', body: { ...body, tenders } })).toEqual([
    'refund',
    'move-1',
    'move-2',
  ]);
  expect(parts({ kind: 'refund', body: { ...body, tenders: [] } })).toEqual(['refund', 'applied']);
  const payout = {
    ...{ processor: 'p', businessDate: '2026-11-20', includes: [] },
    ...{ grossMinor: 0, feesMinor: 0, netMinor: 0 },
  };
  expect(parts({ kind: 'payout', body: payout })).toEqual(['payout', 'fees']);
});

test('what direction keeps back is held by it, what is not built is held and never simplified', () => {
  expect(
    wantedDeliveries({ kind: 'customer', op: 'present', content: null }, initialDirection),
  ).toEqual([
    { system: 'woo', part: '', gate: byDirection },
    { system: 'qbo', part: '', gate: open },
  ]);
  expect(gateFor(pushAll, 'woo', 'customer', 'present')).toEqual(notBuilt);
});

test('a deletion stays local by the first delete policy, whatever the direction', () => {
  const skipped = { kind: 'skipped', reason: 'policy' };
  expect(gateFor(pushAll, 'qbo', 'order', 'absent')).toEqual(skipped);
  expect(gateFor(initialDirection, 'woo', 'customer', 'absent')).toEqual(skipped);
});

test.each<[string[], 'salesReceipt' | 'invoicePayment', string]>([
  [[], 'salesReceipt', 'sale'],
  [[], 'invoicePayment', 'sale-invoice'],
  [['sale', 'refund'], 'invoicePayment', 'sale'],
  [['payment-1', 'sale-invoice'], 'salesReceipt', 'sale-invoice'],
])('with the parts %j and %s the sale of an order is the part %s', (parts, as, salePart) => {
  expect(documentNamesOf(null, parts, { ...initialPostingSettings, paid: { as } }).sale).toBe(
    salePart,
  );
});

const ofSale = { ...orderBody('1', [['a', 1]], null), restock: true, orderId: 'i-1' };
const deposits = [{ paymentId: 'd', amountMinor: 1_250 }];

test.each<[string, object, string[], 'refundReceipt' | 'creditMemo', string]>([
  ['new', ofSale, [], 'refundReceipt', 'refund'],
  ['new', ofSale, [], 'creditMemo', 'refund-credit'],
  ['known', ofSale, ['refund'], 'creditMemo', 'refund'],
  ['known', ofSale, ['back-1', 'refund-credit'], 'refundReceipt', 'refund-credit'],
  ['without a sale', { ...ofSale, orderId: undefined }, [], 'creditMemo', 'refund'],
  ['of a deposit', { ...ofSale, deposits }, [], 'creditMemo', 'refund'],
])(
  'the document of a %s refund %j with the parts %j and %s is the part %s',
  (_how, change, parts, invoice, part) => {
    const content: RecordBody = { kind: 'refund', body: { ...ofSale, ...change } };
    const settings = {
      ...initialPostingSettings,
      refund: { ...initialPostingSettings.refund, invoice },
    };
    expect(documentNamesOf(content, parts, settings).refund).toBe(part);
  },
);

test('a refund that may be a credit memo has an entry for each tender, also the only one', () => {
  const partsOf = (change: Partial<RefundBody>, names: DocumentNames): string[] =>
    wantedDeliveries(
      {
        kind: 'refund',
        op: 'present',
        content: { kind: 'refund', body: { ...ofSale, ...change } },
      },
      pushAll,
      names,
    ).map(({ part }) => part);
  const credited = { sale: 'sale', refund: 'refund-credit' };
  expect(partsOf({}, credited)).toEqual(['refund-credit', 'back-1']);
  const tenders = [
    { tender: 'cash', amountMinor: 1_000 },
    { tender: 'card', amountMinor: 250 },
  ];
  expect(partsOf({ tenders }, credited)).toEqual(['refund-credit', 'back-1', 'back-2']);
  expect(partsOf({ tenders: [] }, credited)).toEqual(['refund-credit', 'applied']);
});
