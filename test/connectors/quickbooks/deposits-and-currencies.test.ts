import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { Outgoing } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import type { OrderBody, PaymentBody, RefundBody } from '../../../domain/bodies';
import type { LayAway } from '../../../domain/posting/source/deposit';
import type { SaleEntry } from '../../../domain/posting/source/known-sale';
import { minorToText } from '../../../domain/money';
import { line, orderBody, outgoing, type ReferenceParts } from '../fixtures';
import { Books, there } from './books';
import { entry } from './money-records';

// Lay-away money, cash rounding and other currencies, posted to a company of the sandbox.

const books = new Books();
beforeEach(() => books.begin());
afterEach(() => books.close());
afterAll(() => closeConnections());

const deposit = (changes: Partial<PaymentBody> = {}): PaymentBody => ({
  number: 'D-1',
  depositFor: 'o1',
  tender: 'cash',
  amountMinor: 1000,
  businessDate: '2026-11-01',
  customerId: 'c1',
  ...changes,
});
const paid = (changes: Partial<PaymentBody> = {}): Outgoing =>
  outgoing(
    { kind: 'payment', body: deposit(changes) },
    { deliveryId: 'p1', recordId: 'p1', part: '' },
  );
const order = (changes: Partial<OrderBody> = {}, recordId = 'o1'): Outgoing =>
  outgoing(
    { kind: 'order', body: orderBody({ number: recordId, ...changes }) },
    { deliveryId: recordId, recordId },
  );

describe('lay-away money', () => {
  const mappings = { 'item:@deposit': '36' };
  const uses = {
    deposits: [{ paymentId: 'p1', amountMinor: 1000 }],
    tenders: [{ tender: 'card', amountMinor: 1500 }],
  };
  const own = (
    body: PaymentBody,
    order: OrderBody | null,
    given: SaleEntry[],
  ): Record<string, LayAway> => ({
    o1: {
      orderId: 'o1',
      isOrderPosted: true,
      order,
      entries: [entry('payment', 'p1', body, true), ...given],
      hasMore: false,
    },
  });
  const known = (
    body = deposit(),
    order: OrderBody | null = orderBody(uses),
    given: SaleEntry[] = [],
  ): ReferenceParts => ({
    mappings,
    documents: { 'payment/p1': there('5', 'SalesReceipt') },
    layAways: own(body, order, given),
  });
  const backBody = (minor: number, change: Partial<RefundBody> = {}): RefundBody => ({
    ...orderBody({ number: 'D-1-R' }),
    businessDate: '2026-11-24',
    lines: [],
    restock: false,
    orderId: 'o1',
    deposits: [{ paymentId: 'p1', amountMinor: minor }],
    tenders: [{ tender: 'cash', amountMinor: minor }],
    totals: { netMinor: 0, taxMinor: 0, totalMinor: minor },
    ...change,
  });
  const back = (minor: number, change: Partial<RefundBody> = {}): Outgoing =>
    outgoing(
      { kind: 'refund', body: backBody(minor, change) },
      { deliveryId: 'r1', recordId: 'r1' },
    );

  test('is owed until the order that completes it uses it up; that order is income in full', async () => {
    expect(await books.adds(() => books.post(paid(), { mappings }))).toEqual({
      'Cash drawer': '10.00',
      'Gift card liability': '-10.00',
    });
    expect(await books.adds(() => books.post(order(uses), known()))).toEqual({
      'Card clearing': '15.00',
      'Gift card liability': '10.00',
      'Sales of Product Income': '-25.00',
    });
    const { payload } = await books.write(paid({ number: 'D-2' }), { mappings });
    expect(payload).toMatchObject({
      TxnDate: '2026-11-01',
      PrivateNote: 'truth-sync pos deposit p1 for order o1',
      Line: [
        { Description: 'Deposit for o1', SalesItemLineDetail: { TaxCodeRef: { value: 'NON' } } },
      ],
    });
  });

  test('that pays all of it leaves a form of 0.00', async () => {
    const whole = { deposits: [{ paymentId: 'p1', amountMinor: 2500 }], tenders: [] };
    // It uses up what is owed, so that it is posted whatever is set for sales of 0.00.
    await books.begin({}, { zero: { mode: 'never' } });
    expect(await books.compose(paid({ amountMinor: 0 }), { mappings })).toMatchObject({
      type: 'skip',
      reason: 'nothing_to_post',
    });
    expect(
      await books.adds(() => books.post(order(whole), known(deposit({ amountMinor: 2500 })))),
    ).toEqual({ 'Gift card liability': '25.00', 'Sales of Product Income': '-25.00' });
  });

  test.each<[string, ReferenceParts, object]>([
    [
      'that nobody knows',
      { mappings },
      { type: 'notReady', missing: [{ kind: 'payment', ref: 'p1' }] },
    ],
    [
      'for another order',
      known(deposit({ depositFor: 'o2' })),
      { cause: 'deposit_differs:deposit' },
    ],
    [
      'of less than is used',
      known(deposit({ amountMinor: 999 })),
      { detail: 'Deposit p1 is 9.99, the order uses 10.00 of it' },
    ],
    ['in another currency', known(deposit({ currency: 'EUR' })), { reason: 'deposit_differs' }],
    ['that was voided', known(deposit({ voided: true })), { reason: 'deposit_differs' }],
    [
      'that was given back',
      known(deposit(), null, [entry('refund', 'r1', backBody(1), true)]),
      { detail: 'Deposit p1 is 10.00 and 0.01 of it were given back, the order uses 10.00 of it' },
    ],
    ['without an item', { ...known(), mappings: {} }, { cause: 'mapping_missing:item:@deposit' }],
  ])('a deposit %s is not used', async (_name, parts, expected) => {
    expect(await books.compose(order(uses), parts)).toMatchObject(expected);
  });

  test('that is given back is owed no more, and the money is out of its own clearing account', async () => {
    await books.post(paid(), { mappings });
    const given = known(deposit(), null);
    const { entity, payload } = await books.write(
      back(400, { tenders: [{ tender: 'card', amountMinor: 400 }] }),
      given,
    );
    expect(entity).toBe('RefundReceipt');
    expect(payload).toMatchObject({
      TxnDate: '2026-11-24',
      PrivateNote: 'truth-sync pos refund r1 of order o1',
      DepositToAccountRef: { value: '201' },
      Line: [{ Description: 'Deposit given back: p1', Amount: 4 }],
    });
    expect(await books.adds(() => books.post(back(600), given))).toEqual({
      'Cash drawer': '-6.00',
      'Gift card liability': '6.00',
    });
  });

  test('a deposit that is given back in two tenders goes through the account between them', async () => {
    const several = back(1000, {
      tenders: [
        { tender: 'cash', amountMinor: 700 },
        { tender: 'card', amountMinor: 300 },
      ],
    });
    const parts = known(deposit(), null);
    const exchange = {
      ...parts,
      mappings: {
        ...mappings,
        'account:clearing:exchange': books.accountId('Undeposited Funds'),
      },
    };
    expect(await books.adds(() => books.post(several, exchange))).toEqual({
      'Gift card liability': '10.00',
      'Undeposited Funds': '-10.00',
    });
  });

  test.each<[string, ReferenceParts, object]>([
    [
      'that nobody knows',
      { mappings },
      { type: 'notReady', missing: [{ kind: 'payment', ref: 'p1' }] },
    ],
    [
      'for another order',
      known(deposit({ depositFor: 'o2' }), null),
      { detail: 'Payment p1 is no deposit for order o1' },
    ],
    ['of less', known(deposit({ amountMinor: 999 }), null), { reason: 'deposit_differs' }],
    [
      'that the order uses',
      known(deposit()),
      {
        detail:
          'Of deposit p1 over 10.00 the order uses 10.00 and 0.00 were given back before: ' +
          '10.00 more are too much',
      },
    ],
    [
      'of which some was given back',
      known(deposit(), null, [entry('refund', 'r0', backBody(1), true)]),
      {
        detail:
          'Of deposit p1 over 10.00 the order uses 0.00 and 0.01 were given back before: ' +
          '10.00 more are too much',
      },
    ],
    [
      'in another currency',
      known(deposit({ currency: 'EUR' }), null),
      { reason: 'deposit_differs' },
    ],
    [
      'with more entries than are added up',
      {
        ...known(),
        layAways: {
          o1: { orderId: 'o1', isOrderPosted: true, order: null, entries: [], hasMore: true },
        },
      },
      { reason: 'too_many_entries' },
    ],
  ])('a deposit %s is not given back', async (_name, parts, expected) => {
    expect(await books.compose(back(1000), parts)).toMatchObject(expected);
  });

  test('what a voided order used may be given back, and what comes later waits for what is open', async () => {
    const voided = known(deposit(), orderBody({ ...uses, voided: true }));
    expect((await books.compose(back(1000), voided)).type).toBe('write');
    const later = known(deposit(), null, [
      entry('refund', 'r0', backBody(1)),
      entry('refund', 'r1', backBody(1000)),
    ]);
    expect((await books.compose(back(1000), later)).type).toBe('hold');
  });

  test('an edit and a void of what was given back do in the books what the till says', async () => {
    await books.post(paid(), { mappings });
    const part = books.part('r1', 'refund', known(deposit(), null));
    const adds = (body: RefundBody): Promise<object> =>
      books.adds(async () => {
        expect(await part.want({ kind: 'refund', body })).toEqual({ type: 'delivered' });
      });
    expect(await adds(backBody(600))).toEqual({
      'Cash drawer': '-6.00',
      'Gift card liability': '6.00',
    });
    expect(await adds(backBody(900))).toEqual({
      'Cash drawer': '-3.00',
      'Gift card liability': '3.00',
    });
    await books.closeUntil('2026-11-30');
    expect(
      await part.want({ kind: 'refund', body: backBody(900, { voided: true }) }),
    ).toMatchObject({ type: 'held', cause: 'closed_period:2026-11-30' });
  });
});

test('cash rounding is a line of its own on the rounding item, up and down', async () => {
  const rounded = (roundingMinor: number, recordId: string): Outgoing => {
    const totalMinor = 2500 + roundingMinor;
    return order(
      {
        roundingMinor,
        tenders: [{ tender: 'cash', amountMinor: totalMinor }],
        totals: { netMinor: 2500, taxMinor: 0, totalMinor },
      },
      recordId,
    );
  };
  expect(await books.adds(() => books.post(rounded(-2, 'a')))).toEqual({
    'Cash drawer': '24.98',
    Rounding: '0.02',
    'Sales of Product Income': '-25.00',
  });
  expect(await books.adds(() => books.post(rounded(3, 'b')))).toEqual({
    'Cash drawer': '25.03',
    Rounding: '-0.03',
    'Sales of Product Income': '-25.00',
  });
});

describe('other currencies', () => {
  const exchangeRate = { rate: '1.0835', source: 'ECB', day: '2026-11-20' };
  const foreign = (currency: string, totalMinor = 2500, recordId = 'o1'): Outgoing =>
    order(
      {
        currency,
        exchangeRate,
        lines: [
          line({
            quantity: '1',
            unitPrice: minorToText(totalMinor, currency),
            netMinor: totalMinor,
          }),
        ],
        tenders: [{ tender: 'card', amountMinor: totalMinor }],
        totals: { netMinor: totalMinor, taxMinor: 0, totalMinor },
      },
      recordId,
    );

  /** An account and a customer of the currency, as an accountant makes and maps them. */
  async function mapped(currency: string): Promise<ReferenceParts> {
    const CurrencyRef = { value: currency };
    const account = await books.make('Account', {
      Name: `Card ${currency}`,
      AccountType: 'Other Current Asset',
      CurrencyRef,
    });
    const customer = await books.make('Customer', {
      DisplayName: `Jo Day ${currency}`,
      CurrencyRef,
    });
    await books.readFacts();
    return {
      mappings: {
        [`account:clearing:card:${currency}`]: account,
        [`account:customer:c1:${currency}`]: customer,
      },
    };
  }

  test('the document is in its own currency at the stated rate, on an account and a customer of it', async () => {
    await books.begin({ preferences: { multiCurrency: true } });
    const parts = await mapped('EUR');
    const { payload } = await books.write(foreign('EUR'), parts);
    expect(payload).toMatchObject({ CurrencyRef: { value: 'EUR' }, ExchangeRate: 1.0835 });
    // 25.00 EUR in the books' own currency: 27.0875.
    expect(await books.adds(() => books.post(foreign('EUR'), parts))).toEqual({
      'Card EUR': '27.09',
      'Sales of Product Income': '-27.09',
    });
  });

  test('a currency without decimals keeps its units', async () => {
    await books.begin({ preferences: { multiCurrency: true } });
    const parts = await mapped('JPY');
    const { payload } = await books.write(foreign('JPY', 2500), parts);
    expect(payload).toMatchObject({ Line: [{ Amount: 2500 }] });
    await books.post(foreign('JPY', 2500), parts);
  });

  test('of a currency with three decimals only what the books can hold is posted', async () => {
    await books.begin({ preferences: { multiCurrency: true } });
    const parts = await mapped('KWD');
    await books.post(foreign('KWD', 25_120), parts);
    expect(await books.compose(foreign('KWD', 25_125, 'o2'), parts)).toMatchObject({
      reason: 'too_many_decimals',
    });
  });

  test('what is missing is said: multicurrency, the rate, account and customer of the currency', async () => {
    expect(await books.compose(foreign('EUR'))).toMatchObject({ cause: 'foreign_currency:EUR' });
    await books.begin({ preferences: { multiCurrency: true } });
    expect(await books.compose(order({ currency: 'EUR' }))).toMatchObject({
      cause: 'exchange_rate_missing:EUR',
    });
    const parts = await mapped('EUR');
    const without = (key: string): ReferenceParts => ({
      mappings: Object.fromEntries(
        Object.entries(parts.mappings ?? {}).filter(([name]) => name !== key),
      ),
    });
    expect(await books.compose(foreign('EUR'), without('account:customer:c1:EUR'))).toMatchObject({
      cause: 'mapping_missing:account:customer:c1:EUR',
    });
    expect(await books.compose(foreign('EUR'), without('account:clearing:card:EUR'))).toMatchObject(
      { cause: 'mapping_missing:account:clearing:card:EUR' },
    );
    const wrong = { mappings: { ...parts.mappings, 'account:clearing:card:EUR': '201' } };
    expect(await books.compose(foreign('EUR'), wrong)).toMatchObject({
      cause: 'mapping_invalid:account:clearing:card:EUR',
    });
  });
});
