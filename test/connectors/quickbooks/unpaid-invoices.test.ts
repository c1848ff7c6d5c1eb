import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';

import { closeConnections } from '../../../connectors/http';
import type { InvoiceBody } from '../../../domain/bodies';
import type { SaleEntry } from '../../../domain/posting/source/known-sale';
import { outgoing, type ReferenceParts } from '../fixtures';
import { Books } from './books';
import { entry, invoiceBody, payment, sold } from './money-records';

// Invoices that wait for money, posted to a company of the sandbox.

const unpaid = { as: 'wait' as const };
const books = new Books();
beforeEach(() => books.begin({}, { unpaid }));
afterEach(() => books.close());
afterAll(() => closeConnections());

const invoice = (changes: Partial<InvoiceBody> = {}): ReturnType<typeof outgoing> =>
  outgoing({ kind: 'invoice', body: invoiceBody(changes) }, { recordId: 's1', part: '' });
const of = (entries: SaleEntry[], changes: Partial<InvoiceBody> = {}): ReferenceParts => ({
  sales: { 'invoice/s1': sold(entries, changes) },
});
const paid = entry('payment', 'p1', payment({ amountMinor: 1000 }).record.body);
const owed = { 'Accounts Receivable (A/R)': '27.22', 'Sales of Product Income': '-25.00' };

test(
  'is not in the books before money was received, and is whole with the first ' + 'part of it',
  async () => {
    expect(await books.compose(invoice(), of([]))).toMatchObject({
      type: 'hold',
      cause: 'unpaid:invoice',
    });
    expect(await books.adds(() => books.post(invoice(), of([paid])))).toMatchObject(owed);
  },
);

test('what is not to be posted anyway is not held for money', async () => {
  expect(await books.compose(invoice({ voided: true }), of([]))).toMatchObject({
    type: 'skip',
    reason: 'voided',
  });
  await books.begin({}, { unpaid, startDate: '2027-01-01' });
  expect(await books.compose(invoice(), of([]))).toMatchObject({ reason: 'before_start_date' });
});

test(
  'once posted it stays and is edited, whatever becomes of its payment; a void ' + 'takes it away',
  async () => {
    const part = books.part('s1', '', of([paid]));
    expect(await part.want({ kind: 'invoice', body: invoiceBody() })).toEqual({
      type: 'delivered',
    });
    part.references = books.part('s1', '', of([])).references;
    const dearer = {
      fees: [{ name: 'Box', amountMinor: 100 }],
      totals: { netMinor: 2600, taxMinor: 222, totalMinor: 2822 },
    };
    const edited = { kind: 'invoice' as const, body: invoiceBody(dearer) };
    const ledger = await books.adds(async () => {
      expect(await part.want(edited)).toEqual({ type: 'delivered' });
    });
    expect(ledger).toMatchObject({ 'Accounts Receivable (A/R)': '1.00' });
    expect(
      await part.want({ kind: 'invoice', body: invoiceBody({ ...dearer, voided: true }) }),
    ).toEqual({ type: 'delivered' });
    // Posted anew it is like a new one.
    expect(await part.want(edited)).toMatchObject({ type: 'held', cause: 'unpaid:invoice' });
  },
);
