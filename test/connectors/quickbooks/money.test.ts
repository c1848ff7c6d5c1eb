import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { Outgoing, RecordReference } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import type { SaleEntry } from '../../../domain/posting/source/known-sale';
import { line, orderBody, outgoing, type ReferenceParts } from '../fixtures';
import { Books, there } from './books';
import {
  amountOnly,
  entry,
  invoiceBody,
  payment,
  refund,
  refundBody,
  sold,
  soldOrder,
} from './money-records';

// Payments and refunds, posted to a company of the sandbox: what its ledger shows is what counts.
const books = new Books();
beforeEach(() => books.begin());
afterEach(() => books.close());
afterAll(() => closeConnections());

const post = books.post.bind(books);
const only = books.compose.bind(books);
const write = books.write.bind(books);
const adds = books.adds.bind(books);
const full = { amountMinor: 2722 };

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
    expect(ledger).toEqual({
      'Cash drawer': '10.00',
      'Card clearing': '17.22',
      'Accounts Receivable (A/R)': '-27.22',
    });
    expect(await books.company.get(`invoice/${id}`)).toMatchObject({
      body: { Invoice: { Balance: 0 } },
    });
  });

  test('E11b: the body, but for our marker', async () => {
    const sales = {
      'invoice/s1': sold([], {
        customerId: undefined,
        totals: { netMinor: 1904, taxMinor: 0, totalMinor: 1904 },
      }),
    };
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
  test.each<[string, Outgoing, ReferenceParts, object]>([
    [
      'of an unknown invoice',
      payment(),
      {},
      { type: 'notReady', missing: [{ kind: 'invoice', ref: 's1' }] },
    ],
    [
      'of an invoice on its way',
      payment(),
      {
        documents: { 'invoice/s1': { remoteId: null, isOpen: true } },
        sales: { 'invoice/s1': sold() },
      },
      { type: 'notReady', missing: [{ kind: 'invoice' }] },
    ],
    [
      'above the invoice',
      payment({ amountMinor: 2723 }),
      { documents: posted, sales: { 'invoice/s1': sold() } },
      { cause: 'payment_above_invoice:sale', detail: expect.stringContaining('27.23') },
    ],
    [
      'above what earlier ones left',
      payment(full),
      {
        documents: posted,
        sales: {
          'invoice/s1': sold([entry('payment', 'p0', { invoiceId: 's1', amountMinor: 1 }, true)]),
        },
      },
      { reason: 'payment_above_invoice' },
    ],
    [
      'above what a credit left',
      payment(full),
      {
        documents: posted,
        sales: { 'invoice/s1': sold([entry('refund', 'r0', refundBody({ tenders: [] }), true)]) },
      },
      { reason: 'payment_above_invoice' },
    ],
    [
      'behind one that came earlier and waits',
      payment(full),
      {
        documents: posted,
        sales: {
          'invoice/s1': sold([
            entry('payment', 'p0', { invoiceId: 's1', amountMinor: 1 }),
            entry('payment', 'p1', {}),
          ]),
        },
      },
      { reason: 'payment_above_invoice' },
    ],
    [
      'before one that came later and waits',
      payment(full),
      {
        documents: posted,
        sales: {
          'invoice/s1': sold([
            entry('payment', 'p1', {}),
            entry('payment', 'p2', { invoiceId: 's1', amountMinor: 1 }),
          ]),
        },
      },
      { type: 'write' },
    ],
    [
      'of what is no invoice there',
      payment(),
      { documents: { 'invoice/s1': there('9', 'SalesReceipt') }, sales: { 'invoice/s1': sold() } },
      { type: 'notReady', missing: [{ kind: 'invoice', ref: 's1' }] },
    ],
    [
      'of nothing',
      payment({ amountMinor: 0 }),
      { documents: posted, sales: { 'invoice/s1': sold() } },
      { type: 'skip', reason: 'nothing_to_post' },
    ],
    [
      'of more entries than are added up',
      payment(),
      { documents: posted, sales: { 'invoice/s1': { ...sold(), hasMore: true } } },
      { reason: 'too_many_entries' },
    ],
  ])('a payment %s', async (_name, item, parts, expected) => {
    expect(await only(item, parts)).toMatchObject(expected);
  });

  test('in another currency it needs a rate of its own, and an account of that currency', async () => {
    await books.begin({ preferences: { multiCurrency: true } });
    const parts = { documents: posted, sales: { 'invoice/s1': sold([], { currency: 'EUR' }) } };
    expect(await only(payment(), parts)).toMatchObject({ cause: 'exchange_rate_missing:EUR' });
    const exchangeRate = { rate: '1.09', source: 'ECB', day: '2026-11-24' };
    expect(await only(payment({ exchangeRate }), parts)).toMatchObject({
      cause: 'mapping_missing:account:clearing:cash:EUR',
    });
  });

  test('it is found again by its day and marker', async () => {
    const id = await post(
      outgoing({ kind: 'invoice', body: invoiceBody() }, { recordId: 's1', part: '' }),
    );
    const parts = {
      documents: { 'invoice/s1': there(id, 'Invoice') },
      sales: { 'invoice/s1': sold() },
    };
    const remoteId = await post(payment(), parts);
    expect(await only({ ...payment(), attempts: 1 }, parts)).toMatchObject({
      type: 'adopt',
      remoteId,
    });
    expect(await only({ ...payment({ amountMinor: 1 }), attempts: 1 }, parts)).toMatchObject({
      reason: 'ambiguous_match',
    });
  });
});

describe('refunds', () => {
  test('of an invoice that was paid: money back, invoice and payment stay', async () => {
    const documents = { 'invoice/s1': there('9', 'Invoice') };
    const sales = {
      'invoice/s1': sold([entry('payment', 'p0', { invoiceId: 's1', amountMinor: 2722 }, true)]),
    };
    expect(await adds(() => post(refund(), { documents, sales }))).toEqual({
      'Card clearing': '-27.22',
      'Sales of Product Income': '25.00',
      'Sales tax payable': '2.22',
    });
  });

  test('of an invoice that is owed: a credit memo, applied by a payment of 0.00', async () => {
    const id = await post(
      outgoing({ kind: 'invoice', body: invoiceBody() }, { recordId: 's1', part: '' }),
    );
    const sales = { 'invoice/s1': sold() };
    const owed = { tenders: [] };
    const documents: Record<string, RecordReference> = { 'invoice/s1': there(id, 'Invoice') };
    const ledger = await adds(async () => {
      const memo = await post(refund(owed), { documents, sales });
      documents['refund/r1'] = there(memo, 'CreditMemo');
      await post(refund(owed, 'applied'), { documents, sales });
      expect(await books.company.get(`creditmemo/${memo}`)).toMatchObject({
        body: { CreditMemo: { RemainingCredit: 0 } },
      });
    });
    expect(ledger).toEqual({
      'Accounts Receivable (A/R)': '-27.22',
      'Sales of Product Income': '25.00',
      'Sales tax payable': '2.22',
    });
    expect(await books.company.get(`invoice/${id}`)).toMatchObject({
      body: { Invoice: { Balance: 0 } },
    });
  });

  test('of an invoice of another customer, or one that is paid there: the credit memo is not applied, and held', async () => {
    const other = invoiceBody({ customerId: undefined });
    const id = await post(outgoing({ kind: 'invoice', body: other }, { recordId: 's1', part: '' }));
    const sales = { 'invoice/s1': sold([], { customerId: undefined }) };
    const documents = {
      'invoice/s1': there(id, 'Invoice'),
      'refund/r1': there('9', 'CreditMemo'),
    };
    const own = { tenders: [], customerId: 'c1' };
    expect(await only(refund(own, 'applied'), { documents, sales })).toMatchObject({
      cause: 'credit_not_owed:credit',
    });
    await post(payment(full), { documents, sales });
    expect(
      await only(refund({ tenders: [], customerId: undefined }, 'applied'), { documents, sales }),
    ).toMatchObject({ cause: 'credit_not_owed:credit' });
  });

  test('of an invoice that owes less there than the till says: the credit memo is applied as far as it goes', async () => {
    const id = await post(
      outgoing({ kind: 'invoice', body: invoiceBody() }, { recordId: 's1', part: '' }),
    );
    const documents: Record<string, RecordReference> = { 'invoice/s1': there(id, 'Invoice') };
    await post(payment({ amountMinor: 2000 }), { documents, sales: { 'invoice/s1': sold() } });
    const owed = { tenders: [] };
    const memo = await post(refund(owed), { documents, sales: { 'invoice/s1': sold() } });
    documents['refund/r1'] = there(memo, 'CreditMemo');
    await post(refund(owed, 'applied'), { documents, sales: { 'invoice/s1': sold() } });
    expect(await books.company.get(`creditmemo/${memo}`)).toMatchObject({
      body: { CreditMemo: { RemainingCredit: 20 } },
    });
    expect(await books.company.get(`invoice/${id}`)).toMatchObject({
      body: { Invoice: { Balance: 0 } },
    });
  });

  test('of several tenders: one document, each clearing account loses what it gave', async () => {
    const several = {
      tenders: [
        { tender: 'cash', amountMinor: 1000 },
        { tender: 'card', amountMinor: 1722 },
      ],
    };
    const mappings = { 'account:clearing:exchange': books.accountId('Undeposited Funds') };
    const parts: ReferenceParts = {
      orders: { s1: there('9', 'SalesReceipt') },
      sales: { 'order/s1': soldOrder() },
      mappings,
    };
    expect(await only(refund(several, 'move-1'), parts)).toMatchObject({
      type: 'notReady',
      missing: [{ kind: 'refund', ref: 'r1' }],
    });
    const ledger = await adds(async () => {
      const id = await post(refund(several), parts);
      const documents = { 'refund/r1': there(id, 'RefundReceipt') };
      await post(refund(several, 'move-1'), { ...parts, documents });
      await post(refund(several, 'move-2'), { ...parts, documents });
    });
    expect(ledger).toEqual({
      'Cash drawer': '-10.00',
      'Card clearing': '-17.22',
      'Sales of Product Income': '25.00',
      'Sales tax payable': '2.22',
    });
  });

  const orders = { s1: there('9', 'SalesReceipt') };
  const twenty = entry(
    'refund',
    'r0',
    refundBody({ totals: { netMinor: 2000, taxMinor: 0, totalMinor: 2000 } }),
    true,
  );
  test.each<[string, Outgoing, ReferenceParts, object]>([
    [
      'above its sale',
      refund(),
      { orders, sales: { 'order/s1': soldOrder([twenty]) } },
      {
        cause: 'refund_above_sale:sale',
        detail: 'Of s1 27.22 were sold and 20.00 given back before: 27.22 more are too much',
      },
    ],
    [
      'of its whole sale',
      refund(),
      { orders, sales: { 'order/s1': soldOrder() } },
      { type: 'write' },
    ],
    [
      'before its sale is known',
      refund(),
      {},
      {
        type: 'notReady',
        missing: [
          { kind: 'order', ref: 's1' },
          { kind: 'invoice', ref: 's1' },
        ],
      },
    ],
    [
      'before its invoice is posted',
      refund(),
      {
        documents: { 'invoice/s1': { remoteId: null, isOpen: true } },
        sales: { 'invoice/s1': sold() },
      },
      { type: 'notReady', missing: [{ kind: 'invoice' }] },
    ],
    [
      'in another currency',
      refund({ currency: 'EUR' }),
      { orders, sales: { 'order/s1': soldOrder() } },
      { reason: 'currency_differs' },
    ],
    [
      'without a tender, of a paid order',
      refund({ tenders: [] }),
      { orders, sales: { 'order/s1': soldOrder() } },
      { reason: 'refund_without_tender' },
    ],
    [
      'without a tender, of no sale',
      refund({ tenders: [], orderId: undefined }),
      {},
      { reason: 'refund_without_tender' },
    ],
    [
      'without a tender, of more than is owed',
      refund({ tenders: [] }),
      {
        documents: { 'invoice/s1': there('9', 'Invoice') },
        sales: {
          'invoice/s1': sold([entry('payment', 'p0', { invoiceId: 's1', amountMinor: 1 }, true)]),
        },
      },
      { reason: 'refund_without_tender' },
    ],
  ])('a refund %s', async (_name, item, parts, expected) => {
    expect(await only(item, parts)).toMatchObject(expected);
  });

  const ofSale = (entries: SaleEntry[] = []): ReferenceParts => ({
    orders,
    sales: { 'order/s1': soldOrder(entries) },
  });
  test('B25: of an amount, by the start value: with its share of the tax where the prices of the sale include it', async () => {
    const code = {
      lines: [line({ netMinor: 2083, taxes: [{ code: 'VAT20', taxMinor: 417 }] })],
      currency: 'GBP',
      totals: { netMinor: 2083, taxMinor: 417, totalMinor: 2500 },
    };
    const taxOf = async (pricesIncludeTax: boolean): Promise<string | undefined> => {
      await books.begin({ kind: 'gb' });
      const sale = {
        ...soldOrder(),
        ticket: { kind: 'order' as const, body: orderBody({ ...code, pricesIncludeTax }) },
      };
      const part = refund({ ...amountOnly(1250), currency: 'GBP', pricesIncludeTax });
      return (await adds(() => post(part, { orders, sales: { 'order/s1': sale } })))[
        'Refunds without return'
      ];
    };
    expect([await taxOf(true), await taxOf(false)]).toEqual(['10.42', '12.50']);
  });

  test('of an amount: part of the sale without tax, by setting with its share, the whole rest with what is left', async () => {
    const part = refund(amountOnly(1361));
    expect(await adds(() => post(part, ofSale()))).toEqual({
      'Card clearing': '-13.61',
      'Refunds without return': '13.61',
    });
    await books.begin({}, { refund: { amountOnlyTax: 'prorate', invoice: 'refundReceipt' } });
    expect(await adds(() => post(part, ofSale()))).toEqual({
      'Card clearing': '-13.61',
      'Refunds without return': '12.50',
      'Sales tax payable': '1.11',
    });
    const rest = refund(amountOnly(1361), 'refund', 'r2');
    const before = [entry('refund', 'r1', refundBody(amountOnly(1361)), true)];
    // The lines of the sale come back, and what was given back without one before is taken off.
    expect(await adds(() => post(rest, ofSale(before)))).toEqual({
      'Card clearing': '-13.61',
      'Sales of Product Income': '25.00',
      'Sales tax payable': '1.11',
      'Refunds without return': '-12.50',
    });
  });
});
