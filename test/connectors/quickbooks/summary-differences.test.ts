import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';

import type { Outgoing } from '../../../connectors/connector';
import { closeConnections } from '../../../connectors/http';
import type { SummaryKey } from '../../../domain/bodies';
import { SummaryFold } from '../../../domain/posting/summary';
import { ticketShares } from '../../../domain/posting/summary-tickets';
import { orderBody, outgoing, type ReferenceParts } from '../fixtures';
import { Books } from './books';

// A posted summary gets other members: its document is amended while it may be, else a second one says the difference.

const books = new Books();
beforeEach(() => books.begin());
afterEach(() => books.close());
afterAll(() => closeConnections());

const day = '2026-11-20';
const key: SummaryKey = { day, side: 'sale', location: 'default', tender: 'card', currency: 'USD', taxKey: 'none', pricesIncludeTax: false }; // prettier-ignore

/** A summary of this many tickets of 25.00 each. */
function summary(tickets: number, changes: Partial<Outgoing> = {}): Outgoing {
  const fold = new SummaryFold();
  for (let n = 1; n <= tickets; n += 1) {
    const body = orderBody({ number: `T-${n}`, businessDate: day });
    const shared = ticketShares({ kind: 'order', body }, `T-${n}`);
    if (shared.type === 'hold') throw new Error(shared.detail);
    for (const { share } of shared.shares) fold.add(share.sale, share.label);
  }
  const body = { key, number: 'P-20261120-CARD' };
  return outgoing({ kind: 'summary', body }, { deliveryId: 's1', recordId: 's1', part: '', combined: fold.sale(key, body.number), ...changes }); // prettier-ignore
}

function parts(): ReferenceParts {
  const mappings = { 'account:daily-customer': '303', 'item:@daily-sales': '37', 'account:clearing:card': books.accountId('Undeposited Funds') }; // prettier-ignore
  return { mappings };
}

/** Posts it and answers what is known of it from then on. */
async function posted(item: Outgoing): Promise<Pick<Outgoing, 'remoteId' | 'snapshot'>> {
  const { snapshot } = await books.write(item, parts());
  return { remoteId: await books.post(item, parts()), snapshot };
}

test('an open document is amended by a late sale', async () => {
  const first = await posted(summary(2));
  const write = await books.write(summary(3, first), parts());
  expect(write).toMatchObject({ operation: 'update', entity: 'SalesReceipt' });
  expect(await books.adds(() => books.post(summary(3, first), parts()))).toEqual({ 'Undeposited Funds': '25.00', 'Sales of Product Income': '-25.00' }); // prettier-ignore
});

test('of a deposited one a second document says the difference, on its side, and stays amendable', async () => {
  const first = await posted(summary(2));
  const link = { TxnId: first.remoteId, TxnType: 'SalesReceipt', TxnLineId: '0' };
  const deposit = await books.make('Deposit', { DepositToAccountRef: { value: books.accountId('Bank') }, Line: [{ Amount: 50, LinkedTxn: [link] }] }); // prettier-ignore
  expect(deposit).not.toBe('');
  const more = await books.write(summary(3, first), parts());
  expect(more).toMatchObject({ operation: 'create', entity: 'SalesReceipt', payload: { DocNumber: 'P-20261120-CARD-2', TxnDate: day } }); // prettier-ignore
  const less = await books.write(summary(1, first), parts());
  expect(less).toMatchObject({ operation: 'create', entity: 'RefundReceipt', payload: { DocNumber: 'P-20261120-CARD-2' } }); // prettier-ignore
  let second: Pick<Outgoing, 'remoteId' | 'snapshot'> = first;
  expect(await books.adds(async () => { second = await posted(summary(1, first)); })).toEqual({ 'Undeposited Funds': '-25.00', 'Sales of Product Income': '25.00' }); // prettier-ignore
  // All of the day is taken back: the difference, still open, grows.
  expect(await books.write(summary(0, second), parts())).toMatchObject({ operation: 'update', entity: 'RefundReceipt' }); // prettier-ignore
  expect(await books.adds(() => books.post(summary(0, second), parts()))).toEqual({ 'Undeposited Funds': '-25.00', 'Sales of Product Income': '25.00' }); // prettier-ignore
});

test('of a closed day the difference is dated the first open day', async () => {
  const first = await posted(summary(2));
  await books.closeUntil(day);
  const write = await books.write(summary(3, first), parts());
  expect(write).toMatchObject({ operation: 'create', payload: { DocNumber: 'P-20261120-CARD-2', TxnDate: '2026-11-21' } }); // prettier-ignore
  expect(await books.adds(() => books.post(summary(3, first), parts()))).toEqual({ 'Undeposited Funds': '25.00', 'Sales of Product Income': '-25.00' }); // prettier-ignore
});
