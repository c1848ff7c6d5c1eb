import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';

import { closeConnections } from '../../../connectors/http';
import { Books } from './books';
import { cash, payout } from './money-records';
import { documentsOf } from './mugs';

// Numbers of journal entries and expenses: by them a bookkeeper finds the record at the POS.
const books = new Books();
const mappings = (): Record<string, string> => ({
  'account:cash:over-short': books.accountId('Office expenses'),
  'account:bank:stripe': '203',
  'account:fees:stripe': '204',
});
beforeEach(() => books.begin());
afterEach(() => books.close());
afterAll(() => closeConnections());

test(
  'B24: journal entries of cash and expenses of payouts have the number of ' + 'their record',
  async () => {
    await books.post(cash(), { mappings: mappings() });
    await books.post(payout({ includes: [], grossMinor: 0, netMinor: -234 }), {
      mappings: mappings(),
    });
    expect(await documentsOf(books.company)).toEqual([
      'JournalEntry k1 1.05',
      'Purchase po_55 2.34',
    ]);
  },
);

test('B24: differences are numbered by themselves, and an edit keeps the number', async () => {
  const part = books.part('k1', '', { mappings: mappings() });
  const short = (amountMinor: number): typeof part.item.record => ({
    kind: 'cash',
    body: { businessDate: '2026-11-21', tender: 'cash', type: 'difference', amountMinor },
  });
  expect(await part.want(short(-105))).toEqual({ type: 'delivered' });
  expect(await part.want(short(-205))).toEqual({ type: 'delivered' });
  expect(await documentsOf(books.company)).toEqual(['JournalEntry k1 2.05']);
  await books.closeUntil('2026-11-22');
  const settled = books.part('k1', '', { mappings: mappings() });
  settled.item = part.item;
  expect(await settled.want(short(-305))).toMatchObject({ type: 'held' });
});

test('B24: where somebody has that number already, ours says whose it is too', async () => {
  const line = (PostingType: string, value: string): object => ({
    Amount: 1,
    DetailType: 'JournalEntryLineDetail',
    JournalEntryLineDetail: { PostingType, AccountRef: { value } },
  });
  await books.make('JournalEntry', {
    DocNumber: 'k1',
    Line: [line('Debit', '203'), line('Credit', '204')],
  });
  const part = books.part('k1', '', { mappings: mappings() });
  expect(await part.want(cash().record)).toEqual({ type: 'delivered' });
  expect(await documentsOf(books.company)).toEqual([
    'JournalEntry k1 1.00',
    expect.stringMatching(/^JournalEntry k1-[0-9a-z]{4} 1\.05$/),
  ]);
});

test('B24: a company that numbers by itself gets none of ours', async () => {
  await books.begin({ preferences: { customTxnNumbers: false } });
  const { payload } = await books.write(cash(), { mappings: mappings() });
  expect(payload).not.toHaveProperty('DocNumber');
});
