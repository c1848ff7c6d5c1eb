import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';

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

test('with lines by article each article is a line with its pieces, amended with them', async () => {
  await books.begin({}, { summary: { lines: 'item', dueAfterMinutes: 0 } });
  const first = await books.write(summary(2), parts());
  expect(first.payload).toMatchObject({ Line: [{ Amount: 50, SalesItemLineDetail: { ItemRef: { value: '11' }, Qty: 4 } }] }); // prettier-ignore
  const known = await posted(summary(2));
  const { payload } = await books.write(summary(3, known), parts());
  expect(payload).toMatchObject({ Line: [{ Amount: 75, SalesItemLineDetail: { Qty: 6 } }] });
});

const dayMs = 86_400_000;
describe.each([1_000, 2 * dayMs])('an answer that never comes, asked for after %i ms', (ageMs) => {
  test('of a summary, of its amendment and of its difference: each is in the books once', async () => {
    const { snapshot } = await books.write(summary(2), parts());
    let remoteId = '';
    expect(await books.adds(async () => { remoteId = await books.postUnheard(summary(2), parts(), ageMs); })).toEqual({ 'Undeposited Funds': '50.00', 'Sales of Product Income': '-50.00' }); // prettier-ignore
    const first = { remoteId, snapshot };
    const amended = await books.write(summary(3, first), parts());
    expect(await books.adds(() => books.postUnheard(summary(3, first), parts(), ageMs))).toEqual({ 'Undeposited Funds': '25.00', 'Sales of Product Income': '-25.00' }); // prettier-ignore
    await books.closeUntil(day);
    const second = { remoteId, snapshot: amended.snapshot };
    expect(await books.adds(() => books.postUnheard(summary(1, second), parts(), ageMs))).toEqual({ 'Undeposited Funds': '-50.00', 'Sales of Product Income': '50.00' }); // prettier-ignore
  });
});

test('a new summary whose send is given up is found again, not written twice', async () => {
  const remoteId = await books.post(summary(2), parts());
  expect(await books.compose(summary(2, { attempts: 1 }), parts())).toMatchObject({ type: 'adopt', remoteId }); // prettier-ignore
});
