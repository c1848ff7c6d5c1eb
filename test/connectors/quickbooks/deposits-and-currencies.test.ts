import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { Outgoing } from '../../../connectors/connector';
import { closeConnections } from '../../../connectors/http';
import type { OrderBody, PaymentBody } from '../../../domain/bodies';
import type { KnownSale } from '../../../domain/posting/known-sale';
import { minorToText } from '../../../domain/money';
import { line, orderBody, outgoing, type ReferenceParts } from '../fixtures';
import { Books, there } from './books';

// Lay-away money, cash rounding and other currencies, posted to a company of the sandbox.

const books = new Books();
beforeEach(() => books.begin());
afterEach(() => books.close());
afterAll(() => closeConnections());

const deposit = (changes: Partial<PaymentBody> = {}): PaymentBody => ({ number: 'D-1', depositFor: 'o1', tender: 'cash', amountMinor: 1000, businessDate: '2026-11-01', customerId: 'c1', ...changes }); // prettier-ignore
const paid = (changes: Partial<PaymentBody> = {}): Outgoing =>
  outgoing({ kind: 'payment', body: deposit(changes) }, { deliveryId: 'p1', recordId: 'p1', part: '' }); // prettier-ignore
const order = (changes: Partial<OrderBody> = {}, recordId = 'o1'): Outgoing =>
  outgoing({ kind: 'order', body: orderBody({ number: recordId, ...changes }) }, { deliveryId: recordId, recordId }); // prettier-ignore

describe('lay-away money', () => {
  const mappings = { 'item:@deposit': '36' };
  const uses = { deposits: [{ paymentId: 'p1', amountMinor: 1000 }], tenders: [{ tender: 'card', amountMinor: 1500 }] }; // prettier-ignore
  const own = (body: PaymentBody): Record<string, KnownSale> => ({ 'order/o1': { recordId: 'o1', ticket: { kind: 'order', body: orderBody(uses) }, entries: [{ kind: 'payment', recordId: 'p1', body, isPosted: true, isOpen: false }], hasMore: false } }); // prettier-ignore
  const known = (body = deposit()): ReferenceParts => ({ mappings, documents: { 'payment/p1': there('5', 'SalesReceipt') }, sales: own(body) }); // prettier-ignore

  test('is owed until the order that completes it uses it up; that order is income in full', async () => {
    expect(await books.adds(() => books.post(paid(), { mappings }))).toEqual({ 'Cash drawer': '10.00', 'Gift card liability': '-10.00' }); // prettier-ignore
    expect(await books.adds(() => books.post(order(uses), known()))).toEqual({ 'Card clearing': '15.00', 'Gift card liability': '10.00', 'Sales of Product Income': '-25.00' }); // prettier-ignore
    const { payload } = await books.write(paid({ number: 'D-2' }), { mappings });
    expect(payload).toMatchObject({ TxnDate: '2026-11-01', PrivateNote: 'truth-sync pos deposit p1 for order o1', Line: [{ Description: 'Deposit for o1', SalesItemLineDetail: { TaxCodeRef: { value: 'NON' } } }] }); // prettier-ignore
  });

  test('that pays all of it leaves a form of 0.00', async () => {
    const whole = { deposits: [{ paymentId: 'p1', amountMinor: 2500 }], tenders: [] };
    // It uses up what is owed, so that it is posted whatever is set for sales of 0.00.
    await books.begin({}, { zero: { mode: 'never' } });
    expect(await books.compose(paid({ amountMinor: 0 }), { mappings })).toMatchObject({ type: 'skip', reason: 'nothing_to_post' }); // prettier-ignore
    expect(await books.adds(() => books.post(order(whole), known(deposit({ amountMinor: 2500 }))))).toEqual({ 'Gift card liability': '25.00', 'Sales of Product Income': '-25.00' }); // prettier-ignore
  });

  test.each<[string, ReferenceParts, object]>([
    ['that nobody knows', { mappings }, { type: 'notReady', missing: [{ kind: 'payment', ref: 'p1', isOpen: false }] }],
    ['for another order', known(deposit({ depositFor: 'o2' })), { cause: 'deposit_differs:deposit' }],
    ['of less than is used', known(deposit({ amountMinor: 999 })), { detail: 'Deposit p1 is 9.99, the order uses 10.00 of it' }],
    ['in another currency', known(deposit({ currency: 'EUR' })), { reason: 'deposit_differs' }],
    ['without an item', { ...known(), mappings: {} }, { cause: 'mapping_missing:item:@deposit' }],
  ])('a deposit %s is not used', async (_name, parts, expected) => {
    expect(await books.compose(order(uses), parts)).toMatchObject(expected);
  }); // prettier-ignore
});

test('cash rounding is a line of its own on the rounding item, up and down', async () => {
  const rounded = (roundingMinor: number, recordId: string): Outgoing => {
    const totalMinor = 2500 + roundingMinor;
    return order({ roundingMinor, tenders: [{ tender: 'cash', amountMinor: totalMinor }], totals: { netMinor: 2500, taxMinor: 0, totalMinor } }, recordId); // prettier-ignore
  };
  expect(await books.adds(() => books.post(rounded(-2, 'a')))).toEqual({ 'Cash drawer': '24.98', Rounding: '0.02', 'Sales of Product Income': '-25.00' }); // prettier-ignore
  expect(await books.adds(() => books.post(rounded(3, 'b')))).toEqual({ 'Cash drawer': '25.03', Rounding: '-0.03', 'Sales of Product Income': '-25.00' }); // prettier-ignore
});

describe('other currencies', () => {
  const exchangeRate = { rate: '1.0835', source: 'ECB', day: '2026-11-20' };
  const foreign = (currency: string, totalMinor = 2500, recordId = 'o1'): Outgoing =>
    order({ currency, exchangeRate, lines: [line({ quantity: '1', unitPrice: minorToText(totalMinor, currency), netMinor: totalMinor })], tenders: [{ tender: 'card', amountMinor: totalMinor }], totals: { netMinor: totalMinor, taxMinor: 0, totalMinor } }, recordId); // prettier-ignore

  /** An account and a customer of the currency, as an accountant makes and maps them. */
  async function mapped(currency: string): Promise<ReferenceParts> {
    const CurrencyRef = { value: currency };
    const account = await books.make('Account', { Name: `Card ${currency}`, AccountType: 'Other Current Asset', CurrencyRef }); // prettier-ignore
    const customer = await books.make('Customer', { DisplayName: `Jo Day ${currency}`, CurrencyRef }); // prettier-ignore
    await books.readFacts();
    return { mappings: { [`account:clearing:card:${currency}`]: account, [`account:customer:c1:${currency}`]: customer } }; // prettier-ignore
  }

  test('the document is in its own currency at the stated rate, on an account and a customer of it', async () => {
    await books.begin({ preferences: { multiCurrency: true } });
    const parts = await mapped('EUR');
    const { payload } = await books.write(foreign('EUR'), parts);
    expect(payload).toMatchObject({ CurrencyRef: { value: 'EUR' }, ExchangeRate: 1.0835 });
    // 25.00 EUR in the books' own currency: 27.0875.
    expect(await books.adds(() => books.post(foreign('EUR'), parts))).toEqual({ 'Card EUR': '27.09', 'Sales of Product Income': '-27.09' }); // prettier-ignore
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
    expect(await books.compose(foreign('KWD', 25_125, 'o2'), parts)).toMatchObject({ reason: 'too_many_decimals' }); // prettier-ignore
  });

  test('what is missing is said: multicurrency, the rate, account and customer of the currency', async () => {
    expect(await books.compose(foreign('EUR'))).toMatchObject({ cause: 'foreign_currency:EUR' });
    await books.begin({ preferences: { multiCurrency: true } });
    expect(await books.compose(order({ currency: 'EUR' }))).toMatchObject({ cause: 'exchange_rate_missing:EUR' }); // prettier-ignore
    const parts = await mapped('EUR');
    const without = (key: string): ReferenceParts => ({ mappings: Object.fromEntries(Object.entries(parts.mappings ?? {}).filter(([name]) => name !== key)) }); // prettier-ignore
    expect(await books.compose(foreign('EUR'), without('account:customer:c1:EUR'))).toMatchObject({ cause: 'mapping_missing:account:customer:c1:EUR' }); // prettier-ignore
    expect(await books.compose(foreign('EUR'), without('account:clearing:card:EUR'))).toMatchObject({ cause: 'mapping_missing:account:clearing:card:EUR' }); // prettier-ignore
    const wrong = { mappings: { ...parts.mappings, 'account:clearing:card:EUR': '201' } };
    expect(await books.compose(foreign('EUR'), wrong)).toMatchObject({ cause: 'mapping_invalid:account:clearing:card:EUR' }); // prettier-ignore
  });
});
