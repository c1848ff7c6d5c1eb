import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

import { initialPostingSettings } from '../../../domain/posting/settings';
import type { Outgoing } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import type { OrderBody } from '../../../domain/bodies';
import { canonicalJson } from '../../../domain/canonical';
import { line, orderBody, outgoing, type ReferenceParts } from '../fixtures';
import { Books, there } from './books';
import { amountOnly, cash, payment, payout, refund, sold, soldOrder } from './money-records';

// Payouts, exchanges and cash, posted to a company of the sandbox: what its ledger shows is what
// counts.
const books = new Books();
beforeEach(() => books.begin());
afterEach(() => books.close());
afterAll(() => closeConnections());

const post = books.post.bind(books);
const only = books.compose.bind(books);
const write = books.write.bind(books);
const adds = books.adds.bind(books);

test('outside the US: payments, moves, payouts and cash have no tax of their own', async () => {
  await books.begin(
    { kind: 'gb' },
    { deposit: { ...initialPostingSettings.deposit, tax: 'atSale' } },
  );
  const mappings = {
    'account:clearing:exchange': books.accountId('Undeposited Funds'),
    'account:bank:stripe': '203',
    'account:fees:stripe': '204',
    'account:cash:over-short': books.accountId('Office expenses'),
    'item:@deposit': '36',
  };
  const currency = 'GBP';
  const gross = {
    lines: [line({ netMinor: 2083, taxes: [{ code: 'VAT20', taxMinor: 417 }] })],
    pricesIncludeTax: true,
    currency,
    totals: { netMinor: 2083, taxMinor: 417, totalMinor: 2500 },
  };
  const owner = {
    'order/s1': { ...soldOrder(), ticket: { kind: 'order' as const, body: orderBody(gross) } },
  };
  const parts: ReferenceParts = {
    mappings,
    orders: { s1: there('9', 'SalesReceipt') },
    sales: owner,
  };
  const several = {
    ...gross,
    tenders: [
      { tender: 'cash', amountMinor: 1000 },
      { tender: 'card', amountMinor: 1500 },
    ],
  };
  expect(
    await adds(async () => {
      const id = await post(refund(several), parts);
      const documents = { 'refund/r1': there(id, 'RefundReceipt') };
      for (const part of ['move-1', 'move-2'])
        await post(refund(several, part), { ...parts, documents });
    }),
  ).toMatchObject({
    'Cash drawer': '-10.00',
    'Card clearing': '-15.00',
    'Sales of Product Income': '20.83',
  });
  const back = payout({ includes: [], grossMinor: 0, netMinor: -234 });
  expect(await adds(() => post(back, parts))).toEqual({ Bank: '-2.34', 'Processor fees': '2.34' });
  expect(await adds(() => post(cash(), parts))).toEqual({
    'Cash drawer': '-1.05',
    'Office expenses': '1.05',
  });
  expect(
    await adds(() => post(payment({ invoiceId: undefined, depositFor: 'o' }), parts)),
  ).toMatchObject({ 'Cash drawer': '19.04', 'Gift card liability': '-19.04' });
  await books.begin(
    { kind: 'gb' },
    { refund: { amountOnlyTax: 'prorate', invoice: 'refundReceipt' } },
  );
  // 2.09 by the rule, 2.08 by the code: within the variance.
  const half = refund({ ...amountOnly(1250), currency, pricesIncludeTax: true });
  expect(await adds(() => post(half, parts))).toMatchObject({
    'Card clearing': '-12.50',
    'Refunds without return': '10.42',
  });
});

describe('exchanges', () => {
  const back = line({ lineId: '2', quantity: '-1', netMinor: -1250 });
  const exchange =
    (tenders: OrderBody['tenders'], lines = [line(), back], netMinor = 1250, recordId = 'x1') =>
    (part: string): Outgoing =>
      outgoing(
        {
          kind: 'order',
          body: orderBody({
            number: recordId,
            lines,
            tenders,
            totals: { netMinor, taxMinor: 0, totalMinor: netMinor },
          }),
        },
        { deliveryId: part, recordId, part },
      );

  test('of several tenders and even ones: each tender has the net, the account between them nothing', async () => {
    const mappings = { 'account:clearing:exchange': books.accountId('Undeposited Funds') };
    const split = exchange([
      { tender: 'cash', amountMinor: 2000 },
      { tender: 'card', amountMinor: -750 },
    ]);
    expect(
      await adds(async () => {
        const id = await post(split('sale'), { mappings });
        await post(split('refund'), { mappings });
        const orders = { x1: there(id, 'SalesReceipt') };
        for (const part of ['move-1', 'move-2']) await post(split(part), { mappings, orders });
      }),
    ).toEqual({
      'Cash drawer': '20.00',
      'Card clearing': '-7.50',
      'Sales of Product Income': '-12.50',
    });
    const even = exchange([], [line(), { ...back, quantity: '-2', netMinor: -2500 }], 0, 'x2');
    expect(
      await adds(async () => {
        await post(even('sale'), { mappings });
        await post(even('refund'), { mappings });
      }),
    ).toEqual({});
    expect(
      await only(
        exchange([], [line(), { ...back, quantity: '-2', netMinor: -2500 }], 0, 'x3')('sale'),
      ),
    ).toMatchObject({ cause: 'mapping_missing:account:clearing:exchange' });
  });

  test('a move is found again by its day and marker, and an edit that leaves its money alone leaves it', async () => {
    const parts = {
      mappings: { 'account:clearing:exchange': books.accountId('Undeposited Funds') },
      orders: { x1: there('9', 'SalesReceipt') },
    };
    const split = exchange([
      { tender: 'cash', amountMinor: 2000 },
      { tender: 'card', amountMinor: -750 },
    ]);
    const { snapshot } = await write(split('move-1'), parts);
    const remoteId = await post(split('move-1'), parts);
    expect(await only({ ...split('move-1'), attempts: 1 }, parts)).toMatchObject({
      type: 'adopt',
      remoteId,
    });
    const posted = { remoteId, remoteVersion: '0', snapshot };
    const renamed = split('move-1');
    if (renamed.record.kind === 'order') renamed.record.body.number = 'another';
    expect(await only({ ...renamed, ...posted }, parts)).toMatchObject({
      type: 'adopt',
      remoteId,
    });
  });

  test('a tender whose account is the one between needs no move', async () => {
    const split = exchange([
      { tender: 'cash', amountMinor: 2000 },
      { tender: 'card', amountMinor: -750 },
    ]);
    const parts = {
      mappings: { 'account:clearing:exchange': '202' },
      orders: { x1: there('9', 'SalesReceipt') },
    };
    expect(await only(split('move-1'), parts)).toEqual({ type: 'skip', reason: 'same_account' });
    expect(await only(split('move-3'), parts)).toEqual({ type: 'skip', reason: 'part_gone' });
  });
});

describe('payouts', () => {
  const mappings = {
    'account:bank:stripe': '203',
    'account:fees:stripe': '204',
    'account:adjustments:stripe': '204',
  };
  const orders = { a: there('1', 'SalesReceipt'), b: there('2', 'SalesReceipt') };
  const documents = { 'refund/r': there('3', 'RefundReceipt') };
  const all: ReferenceParts = { mappings, orders, documents };

  test('E15: one deposit of the net, byte for byte, and its ledger', async () => {
    const examples = z.array(z.object({ example: z.string(), body: z.unknown() }));
    const file = path.join(__dirname, '../../sandbox/qbo/fixtures/accounting.json');
    const e15 = examples
      .parse(JSON.parse(readFileSync(file, 'utf8')))
      .find(({ example }) => example === 'E15');
    const { entity, payload } = await write(payout(), all);
    expect([entity, canonicalJson(payload)]).toEqual(['Deposit', canonicalJson(e15?.body)]);
    expect(await adds(() => post(payout(), all))).toEqual({
      Bank: '68.42',
      'Processor fees': '2.34',
      'Card clearing': '-70.76',
    });
    expect(await only(payout({}, 'fees'), all)).toEqual({ type: 'skip', reason: 'within_deposit' });
  });

  test('a clearing account of type Bank: the net is a transfer, fees go from it', async () => {
    const bank = {
      ...all,
      mappings: {
        ...mappings,
        'account:clearing:card': '203',
        'account:bank:stripe': await books.savings(),
      },
    };
    expect(
      await adds(async () => {
        await post(payout(), bank);
        await post(payout({}, 'fees'), bank);
      }),
    ).toEqual({ Savings: '68.42', 'Processor fees': '2.34', Bank: '-70.76' });
  });

  test('more taken back than sold: the bank pays', async () => {
    const negative = payout({
      grossMinor: -1361,
      netMinor: -1595,
      includes: [{ kind: 'refund', recordId: 'r', amountMinor: -1361 }],
    });
    expect(await adds(() => post(negative, all))).toEqual({
      Bank: '-15.95',
      'Processor fees': '2.34',
      'Card clearing': '13.61',
    });
  });

  test('chargebacks go to their account with the sale they belong to, adjustments to theirs', async () => {
    const disputed = {
      ...all,
      mappings: { ...mappings, 'account:chargebacks:stripe': books.accountId('Office expenses') },
    };
    const item = payout({
      grossMinor: 2187,
      netMinor: 1953,
      chargebacks: [{ kind: 'order', recordId: 'a', amountMinor: -4898 }],
      adjustments: [{ name: 'Terminal', amountMinor: 9 }],
    });
    expect((await write(item, disputed)).payload).toMatchObject({
      PrivateNote: 'truth-sync payout po_55; chargeback of order a',
      Line: [
        { Amount: 70.76 },
        { Amount: -48.98, Description: 'chargeback of order a' },
        { Amount: 0.09, Description: 'Terminal' },
        { Amount: -2.34 },
      ],
    });
    expect(await adds(() => post(item, disputed))).toEqual({
      Bank: '19.53',
      'Office expenses': '48.98',
      'Processor fees': '2.25',
      'Card clearing': '-70.76',
    });
    expect(await only(item, all)).toMatchObject({
      cause: 'mapping_missing:account:chargebacks:stripe',
    });
  });

  test.each<[string, Outgoing, ReferenceParts, object]>([
    [
      'with a sale that is not in the books',
      payout(),
      { ...all, orders: {} },
      {
        type: 'notReady',
        missing: [
          { kind: 'order', ref: 'a' },
          { kind: 'order', ref: 'b' },
        ],
      },
    ],
    [
      'of a processor without a bank',
      payout({ processor: 'other' }),
      all,
      { cause: 'mapping_missing:account:bank:other' },
    ],
    [
      'of nothing',
      payout({ grossMinor: 0, feesMinor: 0, netMinor: 0, includes: [] }),
      all,
      { type: 'skip', reason: 'nothing_to_post' },
    ],
    [
      'in a currency that the company lacks',
      payout({ currency: 'EUR' }),
      { ...all, mappings: { ...mappings, 'account:clearing:card:EUR': '201' } },
      { reason: 'mapping_invalid' },
    ],
  ])('a payout %s', async (_name, item, parts, expected) => {
    expect(await only(item, parts)).toMatchObject(expected);
  });
});

test('in a closed period money is held, by setting it is dated the first open day; before the start nothing is posted', async () => {
  const mappings = { 'account:cash:over-short': books.accountId('Office expenses') };
  const closed = { preferences: { bookCloseDate: '2026-11-30' } };
  await books.begin(closed);
  expect(await only(cash(), { mappings })).toMatchObject({ cause: 'closed_period:2026-11-30' });
  const documents = { 'invoice/s1': there('9', 'Invoice') };
  expect(await only(payment(), { documents, sales: { 'invoice/s1': sold() } })).toMatchObject({
    cause: 'closed_period:2026-11-30',
  });
  await books.begin(closed, { closed: { mode: 'firstOpenDay' } });
  expect((await write(cash(), { mappings })).payload).toMatchObject({
    TxnDate: '2026-12-01',
    PrivateNote: 'truth-sync pos cash k1; difference; cash of 2026-11-21',
  });
  await books.begin({}, { startDate: '2026-11-22' });
  expect(await only(cash(), { mappings })).toEqual({ type: 'skip', reason: 'before_start_date' });
});

test('cash that is short, over, put in or taken out is an entry between drawer and its account', async () => {
  const office = books.accountId('Office expenses');
  const mappings = { 'account:cash:over-short': office, 'account:cash:postage': office };
  expect(await adds(() => post(cash(), { mappings }))).toEqual({
    'Cash drawer': '-1.05',
    'Office expenses': '1.05',
  });
  expect(
    await adds(() => post({ ...cash({ amountMinor: 5 }), recordId: 'k2' }, { mappings })),
  ).toEqual({ 'Cash drawer': '0.05', 'Office expenses': '-0.05' });
  expect(
    await adds(() =>
      post(
        {
          ...cash({ type: 'paid_out', amountMinor: 300, account: 'postage', reason: 'stamps' }),
          recordId: 'k3',
        },
        { mappings },
      ),
    ),
  ).toEqual({ 'Cash drawer': '-3.00', 'Office expenses': '3.00' });
  expect(
    await adds(() =>
      post({ ...cash({ type: 'paid_in', amountMinor: 300 }), recordId: 'k4' }, { mappings }),
    ),
  ).toEqual({ 'Cash drawer': '3.00', 'Office expenses': '-3.00' });
  expect(await only(cash())).toMatchObject({ cause: 'mapping_missing:account:cash:over-short' });
  expect(await only(cash({ amountMinor: 0 }))).toMatchObject({ reason: 'nothing_to_post' });
  await books.begin({}, { cash: { mode: 'off' } });
  expect(await only(cash(), { mappings })).toEqual({ type: 'skip', reason: 'cash_off' });
});
