import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { Outgoing } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import type { RecordBody } from '../../../domain/bodies';
import type { ReferenceParts } from '../fixtures';
import { Books, there } from './books';
import { cash, payout } from './money-records';

// Cash and payouts that the till sent by mistake and voids (accounting.md#edits, #clearing).
// QuickBooks voids none of them (quickbooks.md#voids): each is taken back by one of its own kind.

const books = new Books();
beforeEach(() => books.begin());
afterEach(() => books.close());
afterAll(() => closeConnections());

/** With `isBank` the clearing account is one of type Bank, and the payout goes to another. */
const parts = async (isBank: boolean): Promise<ReferenceParts> => ({
  orders: { a: there('1', 'SalesReceipt'), b: there('2', 'SalesReceipt') },
  documents: { 'refund/r': there('3', 'RefundReceipt') },
  mappings: {
    'account:bank:stripe': isBank ? await books.savings() : '203',
    'account:fees:stripe': '204',
    'account:cash:over-short': books.accountId('Office expenses'),
    ...(isBank ? { 'account:clearing:card': '203' } : {}),
  },
});
const voided = (record: RecordBody): RecordBody =>
  ({ ...record, body: { ...record.body, voided: true } }) as RecordBody;

type Case = [name: string, item: Outgoing, isBank: boolean, writes: string[], ledger: object];
const cases: Case[] = [
  [
    'what was short',
    cash(),
    false,
    ['create JournalEntry', 'create JournalEntry'],
    { 'Cash drawer': '-1.05', 'Office expenses': '1.05' },
  ],
  [
    'what was paid in',
    cash({ type: 'paid_in', amountMinor: 500 }),
    false,
    ['create JournalEntry', 'create JournalEntry'],
    { 'Cash drawer': '5.00', 'Office expenses': '-5.00' },
  ],
  [
    'what was paid out',
    cash({ type: 'paid_out', amountMinor: 500 }),
    false,
    ['create JournalEntry', 'create JournalEntry'],
    { 'Cash drawer': '-5.00', 'Office expenses': '5.00' },
  ],
  [
    'a payout',
    payout(),
    false,
    ['create Deposit', 'create Purchase'],
    { Bank: '68.42', 'Processor fees': '2.34', 'Card clearing': '-70.76' },
  ],
  [
    'the net of a payout of a bank account',
    payout(),
    true,
    ['create Transfer', 'create Transfer'],
    { Savings: '68.42', Bank: '-68.42' },
  ],
  [
    'the fees of a payout of a bank account',
    payout({}, 'fees'),
    true,
    ['create Purchase', 'create Deposit'],
    { 'Processor fees': '2.34', Bank: '-2.34' },
  ],
];

describe.each(cases)('%s', (_name, item, isBank, writes, ledger) => {
  const { recordId, part, record } = item;

  test(
    'voided at the till is taken back to the cent, once, and comes again where ' +
      'it is sent again',
    async () => {
      const own = books.part(recordId, part, await parts(isBank));
      const posted = await books.adds(() => own.want(record));
      expect(posted).toEqual(ledger);
      const turned = Object.fromEntries(
        Object.entries(posted).map(([account, amount]) => [
          account,
          (0 - Number(amount)).toFixed(2),
        ]),
      );
      expect(
        await books.adds(async () => {
          expect(await own.want(voided(record))).toEqual({ type: 'delivered' });
        }),
      ).toEqual(turned);
      expect(await books.adds(() => own.want(voided(record)))).toEqual({});
      expect(own.writes).toEqual(writes);
      expect(await books.adds(() => own.want(record))).toEqual(ledger);
    },
  );

  test('voided before it was posted it never is', async () => {
    const own = books.part(recordId, part, await parts(isBank));
    expect(await own.want(voided(record))).toEqual({ type: 'skipped', reason: 'voided' });
  });

  test('of a closed period it is held, by setting taken back on the first open day', async () => {
    const parked = books.part(recordId, part, await parts(isBank));
    await parked.want(record);
    await books.closeUntil('2026-11-30');
    expect(await parked.want(voided(record))).toMatchObject({ cause: 'closed_period:2026-11-30' });
    await books.begin({}, { closed: { mode: 'firstOpenDay' } });
    const own = books.part(recordId, part, await parts(isBank));
    await own.want(record);
    await books.closeUntil('2026-11-30');
    const turned = await books.adds(() => own.want(voided(record)));
    expect(Object.keys(turned).sort()).toEqual(Object.keys(ledger).sort());
    expect(own.writes).toEqual(writes);
  });
});
