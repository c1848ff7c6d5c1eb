import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { Outgoing, RecordReference } from '../../../connectors/connector';
import { closeConnections } from '../../../connectors/http';
import type { CashBody, InvoiceBody, OrderBody, PaymentBody, PayoutBody, RefundBody } from '../../../domain/bodies'; // prettier-ignore
import type { KnownSale, SaleEntry } from '../../../domain/posting/known-sale';
import { line, orderBody, outgoing, type ReferenceParts } from '../fixtures';
import { Books, there } from './books';

// Money beside the sale, posted to a company of the sandbox: what its ledger shows is what counts.

const books = new Books();
beforeEach(() => books.begin());
afterEach(() => books.close());
afterAll(() => closeConnections());

const post = books.post.bind(books);
const only = books.compose.bind(books);
const write = books.write.bind(books);
const adds = books.adds.bind(books);

const taxed = { lines: [line({ taxes: [{ code: 'NY', taxMinor: 222 }] })], totals: { netMinor: 2500, taxMinor: 222, totalMinor: 2722 } }; // prettier-ignore

function invoiceBody(changes: Partial<InvoiceBody> = {}): InvoiceBody {
  const body: InvoiceBody & Partial<OrderBody> = { ...orderBody(), ...taxed, ...changes };
  delete body.tenders;
  return body;
}

function refundBody(changes: Partial<RefundBody> = {}): RefundBody {
  return { ...orderBody({ number: 'R-1', ...taxed }), tenders: [{ tender: 'card', amountMinor: 2722 }], restock: true, orderId: 's1', ...changes }; // prettier-ignore
}

const entry = (kind: 'refund' | 'payment', recordId: string, body: object, isPosted = false): SaleEntry => ({ kind, recordId, body, isPosted, isOpen: !isPosted }) as SaleEntry; // prettier-ignore

function sold(entries: SaleEntry[] = [], changes: Partial<InvoiceBody> = {}): KnownSale {
  const body = invoiceBody(changes);
  return { recordId: 's1', ticket: { kind: 'invoice', body }, entries, hasMore: false };
}

function soldOrder(entries: SaleEntry[] = [], changes: Partial<OrderBody> = {}): KnownSale {
  const body = orderBody({
    ...taxed,
    tenders: [{ tender: 'card', amountMinor: 2722 }],
    ...changes,
  });
  return { recordId: 's1', ticket: { kind: 'order', body }, entries, hasMore: false };
}

const payment = (changes: Partial<PaymentBody> = {}, recordId = 'p1'): Outgoing =>
  outgoing({ kind: 'payment', body: { number: recordId, invoiceId: 's1', tender: 'cash', amountMinor: 1904, businessDate: '2026-11-24', ...changes } }, { deliveryId: recordId, recordId, part: '' }); // prettier-ignore

const refund = (changes: Partial<RefundBody> = {}, part = 'refund', recordId = 'r1'): Outgoing =>
  outgoing({ kind: 'refund', body: refundBody(changes) }, { deliveryId: `${recordId}-${part}`, recordId, part }); // prettier-ignore

describe('payments of an invoice', () => {
  test('part payments reach the invoice on their own days, until nothing is owed', async () => {
    const invoice = outgoing(
      { kind: 'invoice', body: invoiceBody() },
      { recordId: 's1', part: '' },
    );
    const id = await post(invoice);
    const documents = { 'invoice/s1': there(id, 'Invoice') };
    const sales = { 'invoice/s1': sold() };
    const ledger = await adds(async () => {
      await post(payment({ amountMinor: 1000 }), { documents, sales });
      await post(payment({ amountMinor: 1722, tender: 'card' }, 'p2'), { documents, sales });
    });
    expect(ledger).toEqual({ 'Cash drawer': '10.00', 'Card clearing': '17.22', 'Accounts Receivable (A/R)': '-27.22' }); // prettier-ignore
    expect(await books.company.get(`invoice/${id}`)).toMatchObject({
      body: { Invoice: { Balance: 0 } },
    });
  });

  test('E11b: the body, but for our marker', async () => {
    const sales = { 'invoice/s1': sold([], { customerId: undefined, totals: { netMinor: 1904, taxMinor: 0, totalMinor: 1904 } }) }; // prettier-ignore
    const parts = { sales, documents: { 'invoice/s1': there('9', 'Invoice') } };
    expect((await write(payment(), parts)).payload).toEqual({
      CustomerRef: { value: '302' },
      TxnDate: '2026-11-24',
      TotalAmt: 19.04,
      PaymentMethodRef: { value: '402' },
      DepositToAccountRef: { value: '202' },
      PrivateNote: 'truth-sync pos payment p1 of invoice s1',
      Line: [{ Amount: 19.04, LinkedTxn: [{ TxnId: '9', TxnType: 'Invoice' }] }],
    });
  });

  const posted = { 'invoice/s1': there('9', 'Invoice') };
  const full = { amountMinor: 2722 };
  test.each<[string, Outgoing, ReferenceParts, object]>([
    ['of an unknown invoice', payment(), {}, { type: 'notReady', missing: [{ kind: 'invoice', ref: 's1', isOpen: false }] }],
    ['of an invoice on its way', payment(), { documents: { 'invoice/s1': { remoteId: null, isOpen: true } }, sales: { 'invoice/s1': sold() } }, { type: 'notReady', missing: [{ isOpen: true }] }],
    ['above the invoice', payment({ amountMinor: 2723 }), { documents: posted, sales: { 'invoice/s1': sold() } }, { cause: 'payment_above_invoice:sale', detail: expect.stringContaining('27.23') }],
    ['above what earlier ones left', payment(full), { documents: posted, sales: { 'invoice/s1': sold([entry('payment', 'p0', { invoiceId: 's1', amountMinor: 1 }, true)]) } }, { reason: 'payment_above_invoice' }],
    ['above what a credit left', payment(full), { documents: posted, sales: { 'invoice/s1': sold([entry('refund', 'r0', refundBody({ tenders: [] }), true)]) } }, { reason: 'payment_above_invoice' }],
    ['behind one that came earlier and waits', payment(full), { documents: posted, sales: { 'invoice/s1': sold([entry('payment', 'p0', { invoiceId: 's1', amountMinor: 1 }), entry('payment', 'p1', {})]) } }, { reason: 'payment_above_invoice' }],
    ['before one that came later and waits', payment(full), { documents: posted, sales: { 'invoice/s1': sold([entry('payment', 'p1', {}), entry('payment', 'p2', { invoiceId: 's1', amountMinor: 1 })]) } }, { type: 'write' }],
    ['of what is no invoice there', payment(), { documents: { 'invoice/s1': there('9', 'SalesReceipt') }, sales: { 'invoice/s1': sold() } }, { reason: 'no_invoice' }],
    ['without a day', payment({ businessDate: undefined }), { documents: posted, sales: { 'invoice/s1': sold() } }, { reason: 'day_unknown' }],
    ['of nothing', payment({ amountMinor: 0 }), { documents: posted, sales: { 'invoice/s1': sold() } }, { type: 'skip', reason: 'nothing_to_post' }],
    ['of more entries than are added up', payment(), { documents: posted, sales: { 'invoice/s1': { ...sold(), hasMore: true } } }, { reason: 'too_many_entries' }],
  ])('a payment %s', async (_name, item, parts, expected) => {
    expect(await only(item, parts)).toMatchObject(expected);
  }); // prettier-ignore

  test('it is found again by its day and marker', async () => {
    const id = await post(outgoing({ kind: 'invoice', body: invoiceBody() }, { recordId: 's1', part: '' })); // prettier-ignore
    const parts = { documents: { 'invoice/s1': there(id, 'Invoice') }, sales: { 'invoice/s1': sold() } }; // prettier-ignore
    const remoteId = await post(payment(), parts);
    expect(await only({ ...payment(), attempts: 1 }, parts)).toMatchObject({ type: 'adopt', remoteId }); // prettier-ignore
    expect(await only({ ...payment({ amountMinor: 1 }), attempts: 1 }, parts)).toMatchObject({ reason: 'ambiguous_match' }); // prettier-ignore
  });
});

describe('refunds', () => {
  test('of an invoice that was paid: money back, invoice and payment stay', async () => {
    const documents = { 'invoice/s1': there('9', 'Invoice') };
    const sales = { 'invoice/s1': sold([entry('payment', 'p0', { invoiceId: 's1', amountMinor: 2722 }, true)]) }; // prettier-ignore
    expect(await adds(() => post(refund(), { documents, sales }))).toEqual({ 'Card clearing': '-27.22', 'Sales of Product Income': '25.00', 'Sales tax payable': '2.22' }); // prettier-ignore
  });

  test('of an invoice that is owed: a credit memo, applied by a payment of 0.00', async () => {
    const id = await post(outgoing({ kind: 'invoice', body: invoiceBody() }, { recordId: 's1', part: '' })); // prettier-ignore
    const sales = { 'invoice/s1': sold() };
    const owed = { tenders: [] };
    const documents: Record<string, RecordReference> = { 'invoice/s1': there(id, 'Invoice') };
    const ledger = await adds(async () => {
      const memo = await post(refund(owed), { documents, sales });
      documents['refund/r1'] = there(memo, 'CreditMemo');
      await post(refund(owed, 'applied'), { documents, sales });
      expect(await books.company.get(`creditmemo/${memo}`)).toMatchObject({ body: { CreditMemo: { RemainingCredit: 0 } } }); // prettier-ignore
    });
    expect(ledger).toEqual({ 'Accounts Receivable (A/R)': '-27.22', 'Sales of Product Income': '25.00', 'Sales tax payable': '2.22' }); // prettier-ignore
    expect(await books.company.get(`invoice/${id}`)).toMatchObject({
      body: { Invoice: { Balance: 0 } },
    });
  });

  test('of several tenders: one document, each clearing account loses what it gave', async () => {
    const several = { tenders: [{ tender: 'cash', amountMinor: 1000 }, { tender: 'card', amountMinor: 1722 }] }; // prettier-ignore
    const mappings = { 'account:clearing:exchange': books.accountId('Undeposited Funds') };
    const parts: ReferenceParts = { orders: { s1: there('9', 'SalesReceipt') }, sales: { 'order/s1': soldOrder() }, mappings }; // prettier-ignore
    expect(await only(refund(several, 'move-1'), parts)).toMatchObject({ type: 'notReady', missing: [{ kind: 'refund', ref: 'r1' }] }); // prettier-ignore
    const ledger = await adds(async () => {
      const id = await post(refund(several), parts);
      const documents = { 'refund/r1': there(id, 'RefundReceipt') };
      await post(refund(several, 'move-1'), { ...parts, documents });
      await post(refund(several, 'move-2'), { ...parts, documents });
    });
    expect(ledger).toEqual({ 'Cash drawer': '-10.00', 'Card clearing': '-17.22', 'Sales of Product Income': '25.00', 'Sales tax payable': '2.22' }); // prettier-ignore
  });

  const orders = { s1: there('9', 'SalesReceipt') };
  const twenty = entry('refund', 'r0', refundBody({ totals: { netMinor: 2000, taxMinor: 0, totalMinor: 2000 } }), true); // prettier-ignore
  test.each<[string, Outgoing, ReferenceParts, object]>([
    ['above its sale', refund(), { orders, sales: { 'order/s1': soldOrder([twenty]) } }, { cause: 'refund_above_sale:sale', detail: 'Of s1 27.22 were sold and 20.00 given back before: 27.22 more are too much' }],
    ['of its whole sale', refund(), { orders, sales: { 'order/s1': soldOrder() } }, { type: 'write' }],
    ['before its sale is known', refund(), {}, { type: 'notReady', missing: [{ kind: 'order', ref: 's1' }, { kind: 'invoice', ref: 's1' }] }],
    ['before its invoice is posted', refund(), { documents: { 'invoice/s1': { remoteId: null, isOpen: true } }, sales: { 'invoice/s1': sold() } }, { type: 'notReady', missing: [{ kind: 'invoice', isOpen: true }] }],
    ['in another currency', refund({ currency: 'EUR' }), { orders, sales: { 'order/s1': soldOrder() } }, { reason: 'currency_differs' }],
    ['without a tender, of a paid order', refund({ tenders: [] }), { orders, sales: { 'order/s1': soldOrder() } }, { reason: 'refund_without_tender' }],
    ['without a tender, of no sale', refund({ tenders: [], orderId: undefined }), {}, { reason: 'refund_without_tender' }],
    ['without a tender, of more than is owed', refund({ tenders: [] }), { documents: { 'invoice/s1': there('9', 'Invoice') }, sales: { 'invoice/s1': sold([entry('payment', 'p0', { invoiceId: 's1', amountMinor: 1 }, true)]) } }, { reason: 'refund_without_tender' }],
  ])('a refund %s', async (_name, item, parts, expected) => {
    expect(await only(item, parts)).toMatchObject(expected);
  }); // prettier-ignore

  const amount = (minor: number): Partial<RefundBody> => ({ lines: [], unallocatedMinor: minor, tenders: [{ tender: 'card', amountMinor: minor }], totals: { netMinor: minor, taxMinor: 0, totalMinor: minor } }); // prettier-ignore
  const ofSale = (entries: SaleEntry[] = []): ReferenceParts => ({ orders, sales: { 'order/s1': soldOrder(entries) } }); // prettier-ignore
  test('of an amount: part of the sale without tax, by setting with its share, the whole rest with what is left', async () => {
    const part = refund(amount(1361));
    expect(await adds(() => post(part, ofSale()))).toEqual({ 'Card clearing': '-13.61', 'Refunds without return': '13.61' }); // prettier-ignore
    await books.begin({}, { refund: { amountOnlyTax: 'prorate' } });
    expect(await adds(() => post(part, ofSale()))).toEqual({ 'Card clearing': '-13.61', 'Refunds without return': '12.50', 'Sales tax payable': '1.11' }); // prettier-ignore
    const rest = refund(amount(1361), 'refund', 'r2');
    const before = [entry('refund', 'r1', refundBody(amount(1361)), true)];
    // The lines of the sale come back, and what was given back without one before is taken off.
    expect(await adds(() => post(rest, ofSale(before)))).toEqual({ 'Card clearing': '-13.61', 'Sales of Product Income': '25.00', 'Sales tax payable': '1.11', 'Refunds without return': '-12.50' }); // prettier-ignore
  });
});

describe('exchanges', () => {
  const back = line({ lineId: '2', quantity: '-1', netMinor: -1250 });
  const exchange = (tenders: OrderBody['tenders'], lines = [line(), back], netMinor = 1250, recordId = 'x1') => (part: string): Outgoing =>
    outgoing({ kind: 'order', body: orderBody({ number: recordId, lines, tenders, totals: { netMinor, taxMinor: 0, totalMinor: netMinor } }) }, { deliveryId: part, recordId, part }); // prettier-ignore

  test('of several tenders and even ones: each tender has the net, the account between them nothing', async () => {
    const mappings = { 'account:clearing:exchange': books.accountId('Undeposited Funds') };
    const split = exchange([{ tender: 'cash', amountMinor: 2000 }, { tender: 'card', amountMinor: -750 }]); // prettier-ignore
    expect(await adds(async () => {
      const id = await post(split('sale'), { mappings });
      await post(split('refund'), { mappings });
      const orders = { x1: there(id, 'SalesReceipt') };
      for (const part of ['move-1', 'move-2']) await post(split(part), { mappings, orders });
    })).toEqual({ 'Cash drawer': '20.00', 'Card clearing': '-7.50', 'Sales of Product Income': '-12.50' }); // prettier-ignore
    const even = exchange([], [line(), { ...back, quantity: '-2', netMinor: -2500 }], 0, 'x2');
    expect(await adds(async () => {
      await post(even('sale'), { mappings });
      await post(even('refund'), { mappings });
    })).toEqual({}); // prettier-ignore
    expect(await only(exchange([], [line(), { ...back, quantity: '-2', netMinor: -2500 }], 0, 'x3')('sale'))).toMatchObject({ cause: 'mapping_missing:account:clearing:exchange' }); // prettier-ignore
  });

  test('a tender whose account is the one between needs no move', async () => {
    const split = exchange([{ tender: 'cash', amountMinor: 2000 }, { tender: 'card', amountMinor: -750 }]); // prettier-ignore
    const parts = { mappings: { 'account:clearing:exchange': '202' }, orders: { x1: there('9', 'SalesReceipt') } }; // prettier-ignore
    expect(await only(split('move-1'), parts)).toEqual({ type: 'skip', reason: 'same_account' });
    expect(await only(split('move-3'), parts)).toEqual({ type: 'skip', reason: 'part_gone' });
  });
});

const payout = (changes: Partial<PayoutBody> = {}, part = 'payout'): Outgoing => outgoing({ kind: 'payout', body: {
  processor: 'stripe', tender: 'card', businessDate: '2026-11-25', grossMinor: 7076, feesMinor: 234, netMinor: 6842,
  includes: [{ kind: 'order', recordId: 'a', amountMinor: 4898 }, { kind: 'order', recordId: 'b', amountMinor: 3539 }, { kind: 'refund', recordId: 'r', amountMinor: -1361 }],
  ...changes,
} }, { deliveryId: part, recordId: 'po_55', part }); // prettier-ignore

describe('payouts', () => {
  const mappings = { 'account:bank:stripe': '203', 'account:fees:stripe': '204', 'account:adjustments:stripe': '204' }; // prettier-ignore
  const orders = { a: there('1', 'SalesReceipt'), b: there('2', 'SalesReceipt') };
  const documents = { 'refund/r': there('3', 'RefundReceipt') };
  const all: ReferenceParts = { mappings, orders, documents };

  test('E15: one deposit of the net, byte for byte, and its ledger', async () => {
    expect((await write(payout(), all))).toMatchObject({
      entity: 'Deposit',
      payload: {
        DepositToAccountRef: { value: '203' },
        TxnDate: '2026-11-25',
        PrivateNote: 'truth-sync payout po_55',
        Line: [
          { Amount: 70.76, Description: 'payout po_55: sales 84.37, refunds -13.61', DetailType: 'DepositLineDetail', DepositLineDetail: { AccountRef: { value: '201' } } },
          { Amount: -2.34, Description: 'processor fees', DetailType: 'DepositLineDetail', DepositLineDetail: { AccountRef: { value: '204' } } },
        ],
      },
    }); // prettier-ignore
    expect(await adds(() => post(payout(), all))).toEqual({ Bank: '68.42', 'Processor fees': '2.34', 'Card clearing': '-70.76' }); // prettier-ignore
    expect(await only(payout({}, 'fees'), all)).toEqual({ type: 'skip', reason: 'within_deposit' });
  });

  test('a clearing account of type Bank: the net is a transfer, fees go from it', async () => {
    const bank = { ...all, mappings: { ...mappings, 'account:clearing:card': '203', 'account:bank:stripe': books.accountId('Undeposited Funds') } }; // prettier-ignore
    expect(await adds(async () => {
      await post(payout(), bank);
      await post(payout({}, 'fees'), bank);
    })).toEqual({ 'Undeposited Funds': '68.42', 'Processor fees': '2.34', Bank: '-70.76' }); // prettier-ignore
  });

  test('more taken back than sold: the bank pays', async () => {
    const negative = payout({ grossMinor: -1361, netMinor: -1595, includes: [{ kind: 'refund', recordId: 'r', amountMinor: -1361 }] }); // prettier-ignore
    expect(await adds(() => post(negative, all))).toEqual({ Bank: '-15.95', 'Processor fees': '2.34', 'Card clearing': '13.61' }); // prettier-ignore
  });

  test('chargebacks go to their account with the sale they belong to, adjustments to theirs', async () => {
    const disputed = { ...all, mappings: { ...mappings, 'account:chargebacks:stripe': books.accountId('Office expenses') } }; // prettier-ignore
    const item = payout({ grossMinor: 2187, netMinor: 1953, chargebacks: [{ kind: 'order', recordId: 'a', amountMinor: -4898 }], adjustments: [{ name: 'Terminal', amountMinor: 9 }] }); // prettier-ignore
    expect((await write(item, disputed)).payload).toMatchObject({ Line: [{ Amount: 70.76 }, { Amount: -48.98, Description: 'chargeback of order a' }, { Amount: 0.09, Description: 'Terminal' }, { Amount: -2.34 }] }); // prettier-ignore
    expect(await adds(() => post(item, disputed))).toEqual({ Bank: '19.53', 'Office expenses': '48.98', 'Processor fees': '2.25', 'Card clearing': '-70.76' }); // prettier-ignore
    expect(await only(item, all)).toMatchObject({ cause: 'mapping_missing:account:chargebacks:stripe' }); // prettier-ignore
  });

  test.each<[string, Outgoing, ReferenceParts, object]>([
    ['with a sale that is not in the books', payout(), { ...all, orders: {} }, { type: 'notReady', missing: [{ kind: 'order', ref: 'a' }, { kind: 'order', ref: 'b' }] }],
    ['of a processor without a bank', payout({ processor: 'other' }), all, { cause: 'mapping_missing:account:bank:other' }],
    ['of nothing', payout({ grossMinor: 0, feesMinor: 0, netMinor: 0, includes: [] }), all, { type: 'skip', reason: 'nothing_to_post' }],
    ['in a currency that the company lacks', payout({ currency: 'EUR' }), { ...all, mappings: { ...mappings, 'account:clearing:card:EUR': '201' } }, { reason: 'mapping_invalid' }],
  ])('a payout %s', async (_name, item, parts, expected) => {
    expect(await only(item, parts)).toMatchObject(expected);
  }); // prettier-ignore
});

const cash = (changes: Partial<CashBody> = {}): Outgoing => outgoing({ kind: 'cash', body: { businessDate: '2026-11-21', tender: 'cash', type: 'difference', amountMinor: -105, ...changes } }, { deliveryId: 'k', recordId: 'k1', part: '' }); // prettier-ignore

test('cash that is short, over, put in or taken out is an entry between drawer and its account', async () => {
  const office = books.accountId('Office expenses');
  const mappings = { 'account:cash:over-short': office, 'account:cash:postage': office };
  expect(await adds(() => post(cash(), { mappings }))).toEqual({ 'Cash drawer': '-1.05', 'Office expenses': '1.05' }); // prettier-ignore
  expect(await adds(() => post(cash({ amountMinor: 5 }), { mappings }))).toEqual({ 'Cash drawer': '0.05', 'Office expenses': '-0.05' }); // prettier-ignore
  expect(await adds(() => post(cash({ type: 'paid_out', amountMinor: 300, account: 'postage', reason: 'stamps' }), { mappings }))).toEqual({ 'Cash drawer': '-3.00', 'Office expenses': '3.00' }); // prettier-ignore
  expect(await adds(() => post(cash({ type: 'paid_in', amountMinor: 300 }), { mappings }))).toEqual({ 'Cash drawer': '3.00', 'Office expenses': '-3.00' }); // prettier-ignore
  expect(await only(cash())).toMatchObject({ cause: 'mapping_missing:account:cash:over-short' });
  expect(await only(cash({ amountMinor: 0 }))).toMatchObject({ reason: 'nothing_to_post' });
  await books.begin({}, { cash: { mode: 'off' } });
  expect(await only(cash(), { mappings })).toEqual({ type: 'skip', reason: 'cash_off' });
});
