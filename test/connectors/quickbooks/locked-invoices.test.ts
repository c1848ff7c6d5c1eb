import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { Connector, References } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import type { OrderBody, RecordBody } from '../../../domain/bodies';
import type { PostingSettings } from '../../../domain/posting/settings';
import { added, totalsOf } from '../../sandbox/qbo/expected-ledger';
import { at, control, startCompany, textAt, type Company } from '../../sandbox/support';
import { historiesAsked } from '../../support/env';
import { line, openGate, orderBody } from '../fixtures';
import { accountingMappings, connected, mapped } from './company';
import { invoiceBody } from './money-records';
import { documentsOf, mugs, sales } from './mugs';
import { PostedPart } from './posted-part';
import { WholeTicket } from './whole-ticket';

// Invoices that may not be touched: paid, with a deposited payment, or of a closed period
// (accounting.md#edits, #closed; ADR 0009).

let company: Company;
let connector: Connector;
let references: References;
let before: Record<string, string>;
const receivable = 'Accounts Receivable (A/R)';

beforeEach(() => start());
afterEach(() => company.sandbox.close());
afterAll(() => closeConnections());

async function start(posting: Partial<PostingSettings> = {}): Promise<void> {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' });
  ({ connector } = await connected(company, posting));
  const idOf = async (name: string): Promise<string> =>
    textAt(
      (await company.query(`SELECT * FROM Account WHERE Name = '${name}'`)).body,
      'QueryResponse.Account.0.Id',
    );
  const undeposited = await idOf('Undeposited Funds');
  references = mapped({
    customers: { c1: { remoteId: '301', isOpen: false }, c2: { remoteId: '302', isOpen: false } },
    mappings: {
      ...accountingMappings,
      'account:receivable': await idOf(receivable),
      'account:clearing:till': undeposited,
      'tender:till': '402',
      'account:clearing:exchange': '203',
    },
  });
  before = await totalsOf(company);
}

async function restart(posting: Partial<PostingSettings>): Promise<void> {
  await company.sandbox.close();
  await start(posting);
}

const gained = async (): Promise<Record<string, string>> => added(before, await totalsOf(company));
const act = (deed: object): Promise<unknown> =>
  control(company.sandbox, 'act', { as: 'accountant', realmId: company.realmId, ...deed });

async function close(date: string | null): Promise<void> {
  await act({ do: 'closeBooks', date });
  await connector.readFacts(openGate());
}

/** So many mugs, of which so much is paid at the till and the rest by card. */
function split(count: number, tillMinor: number, changes: Partial<OrderBody> = {}): RecordBody {
  const tenders = [
    { tender: 'till', amountMinor: tillMinor },
    { tender: 'card', amountMinor: count * 1350 - tillMinor },
  ];
  return mugs(count, { tenders, ...changes });
}

const text = (minor: number): string => (minor / 100).toFixed(2);
const paid = (count: number, tillMinor: number): Record<string, string> => ({
  'Undeposited Funds': text(tillMinor),
  'Card clearing': text(count * 1350 - tillMinor),
  [sales]: text(count * -1250),
  'Sales tax payable': text(count * -100),
});

const allDelivered = (outcomes: object): boolean =>
  Object.values(outcomes).every(
    ({ type }: { type: string }) => type === 'delivered' || type === 'skipped',
  );

async function expectAll(ticket: WholeTicket, record: RecordBody): Promise<void> {
  const outcomes = await ticket.want(record);
  expect(allDelivered(outcomes) ? [] : outcomes).toEqual([]);
}

describe('a ticket of several tenders', () => {
  test('in a closed period: by setting its differences are invoices, credit memos and entries of the first open day', async () => {
    await restart({ closed: { mode: 'firstOpenDay' } });
    const ticket = new WholeTicket(connector, references, '1001');
    await expectAll(ticket, split(2, 1000));
    expect(await gained()).toEqual(paid(2, 1000));
    await close('2026-11-30');
    for (const [count, tillMinor] of [
      [3, 1000],
      [1, 500],
      [1, 700],
      [4, 2000],
    ] as const) {
      await expectAll(ticket, split(count, tillMinor));
      expect(await gained()).toEqual(paid(count, tillMinor));
    }
    await expectAll(ticket, split(4, 2000, { voided: true }));
    expect(await gained()).toEqual({});
    expect(new Set((await documentsOf(company)).map((document) => document.split(' ')[0]))).toEqual(
      new Set(['Invoice', 'Payment', 'CreditMemo', 'JournalEntry']),
    );
  });

  test('in a closed period it is held where nothing else was chosen', async () => {
    const ticket = new WholeTicket(connector, references, '1001');
    await expectAll(ticket, split(2, 1000));
    await close('2026-11-30');
    expect(await ticket.want(split(3, 1000))).toMatchObject({
      sale: { cause: 'closed_period:2026-11-30' },
    });
    expect(await gained()).toEqual(paid(2, 1000));
  });

  test.each([
    [1000, 3, 1500],
    [1000, 1, 700],
    [1000, 1, 1000],
    [2000, 1, 500],
  ])(
    'of which a payment of %i is deposited: edited to %i mugs, %i at the till',
    async (depositMinor, count, tillMinor) => {
      const ticket = new WholeTicket(connector, references, '1001');
      await expectAll(ticket, split(2, depositMinor));
      const answer = await company.post('deposit', {
        DepositToAccountRef: { value: '203' },
        TxnDate: '2026-11-25',
        Line: [
          {
            Amount: depositMinor / 100,
            LinkedTxn: [
              {
                TxnId: ticket.parts.get('payment-1')?.item.remoteId,
                TxnType: 'Payment',
                TxnLineId: '0',
              },
            ],
          },
        ],
      });
      expect(answer.status).toBe(200);
      await expectAll(ticket, split(count, tillMinor));
      const ledger = Object.entries({
        ...paid(count, tillMinor),
        Bank: text(depositMinor),
        'Undeposited Funds': text(tillMinor - depositMinor),
      });
      expect(await gained()).toEqual(
        Object.fromEntries(ledger.filter(([, amount]) => amount !== '0.00')),
      );
      await expectAll(ticket, split(count, tillMinor, { voided: true }));
      expect(await gained()).toEqual({
        Bank: text(depositMinor),
        'Undeposited Funds': text(-depositMinor),
      });
    },
  );

  test('another customer, and a third tender, in a closed period', async () => {
    await restart({ closed: { mode: 'firstOpenDay' } });
    const ticket = new WholeTicket(connector, references, '1001');
    await expectAll(ticket, split(2, 1000));
    await close('2026-11-30');
    const tenders = [
      { tender: 'till', amountMinor: 500 },
      { tender: 'card', amountMinor: 1500 },
      { tender: 'cash', amountMinor: 700 },
    ];
    await expectAll(ticket, mugs(2, { tenders, customerId: 'c2' }));
    expect(await gained()).toEqual({
      'Undeposited Funds': '5.00',
      'Card clearing': '15.00',
      'Cash drawer': '7.00',
      [sales]: '-25.00',
      'Sales tax payable': '-2.00',
    });
    await expectAll(ticket, mugs(2));
    expect(await gained()).toEqual({
      'Card clearing': '27.00',
      [sales]: '-25.00',
      'Sales tax payable': '-2.00',
    });
  });

  test.each(['sale', 'sale-invoice'])(
    'any history of tenders, counts, customers, voids and closed months, the part %s: each account as the last revision says',
    async (salePart) => {
      await restart({ closed: { mode: 'firstOpenDay' } });
      const back = line({ lineId: '2', quantity: '-1', netMinor: -1250 });
      const step = fc.record({
        count: fc.integer({ min: 1, max: 4 }),
        shares: fc.uniqueArray(fc.constantFrom('till', 'card', 'cash'), {
          minLength: 1,
          maxLength: 3,
        }),
        customerId: fc.constantFrom('c1', 'c1', 'c2'),
        isExchange: fc.boolean(),
        voided: fc.integer({ min: 0, max: 4 }).map((digit) => digit === 0),
        before: fc.constantFrom('nothing', 'nothing', 'close', 'open'),
      });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
          run += 1;
          await close(null);
          const ticket = new WholeTicket(connector, references, `T-${run}`, salePart);
          const start = await totalsOf(company);
          let expected: Record<string, string> = {};
          for (const { count, shares, customerId, isExchange, voided, before: deed } of steps) {
            if (deed !== 'nothing') await close(deed === 'close' ? '2026-11-30' : null);
            const net = isExchange ? count * 1250 - 1250 : count * 1250;
            const each = Math.floor(net / shares.length);
            const tenders =
              net === 0
                ? []
                : shares.map((tender, index) => ({
                    tender,
                    amountMinor: index === 0 ? net - each * (shares.length - 1) : each,
                  }));
            const lines = [
              line({ quantity: String(count), netMinor: count * 1250 }),
              ...(isExchange ? [back] : []),
            ];
            const body = orderBody({
              number: `T-${run}`,
              customerId,
              lines,
              tenders,
              totals: { netMinor: net, taxMinor: 0, totalMinor: net },
              ...(voided ? { voided } : {}),
            });
            const outcomes = await ticket.want({ kind: 'order', body });
            expect(allDelivered(outcomes) ? [] : [steps, outcomes]).toEqual([]);
            const names: Record<string, string> = {
              till: 'Undeposited Funds',
              card: 'Card clearing',
              cash: 'Cash drawer',
            };
            expected = voided || net === 0 ? {} : { [sales]: text(-net) };
            for (const { tender, amountMinor } of voided ? [] : tenders)
              expected[names[tender] ?? ''] = text(amountMinor);
          }
          expect(added(start, await totalsOf(company))).toEqual(expected);
        }),
        { numRuns: historiesAsked(15).histories, seed: 5 },
      );
    },
  );
});

test('paid at once and an invoice by setting: its payment is of the same day, both follow the till', async () => {
  const ticket = new WholeTicket(connector, references, '1001', 'sale-invoice');
  await expectAll(ticket, mugs(2));
  expect(await documentsOf(company)).toEqual(['Invoice P1-1001 27.00', 'Payment - 27.00']);
  expect(await gained()).toEqual({
    'Card clearing': '27.00',
    [sales]: '-25.00',
    'Sales tax payable': '-2.00',
  });
  await expectAll(ticket, mugs(1));
  await expectAll(ticket, split(3, 1000));
  expect(await gained()).toEqual(paid(3, 1000));
  await expectAll(ticket, mugs(3, { voided: true }));
  expect(await gained()).toEqual({});
});

describe('an invoice record', () => {
  const owed = (count: number, changes: object = {}): RecordBody => {
    const netMinor = count * 1250;
    return {
      kind: 'invoice',
      body: invoiceBody({
        lines: [line({ quantity: String(count), netMinor })],
        totals: { netMinor, taxMinor: 0, totalMinor: netMinor },
        ...changes,
      }),
    };
  };
  const pay = (id: string | null, amount: number, TxnDate = '2026-11-24'): Promise<unknown> =>
    company.post('payment', {
      CustomerRef: { value: '301' },
      TxnDate,
      TotalAmt: amount,
      Line: [{ Amount: amount, LinkedTxn: [{ TxnId: id, TxnType: 'Invoice' }] }],
    });

  test('paid above its new total gets a credit memo, and an invoice where it rises again', async () => {
    const part = new PostedPart(connector, references, 's1', '');
    await part.want(owed(3));
    await pay(part.item.remoteId, 37.5);
    expect(await part.want(owed(1))).toEqual({ type: 'delivered' });
    expect(await part.want(owed(2))).toEqual({ type: 'delivered' });
    expect(await documentsOf(company)).toEqual(
      expect.arrayContaining(['CreditMemo P1-1001-D1 25.00', 'Invoice P1-1001-D2 12.50']),
    );
    expect(await gained()).toEqual({
      [receivable]: '-12.50',
      'Undeposited Funds': '37.50',
      [sales]: '-25.00',
    });
  });

  test('paid in part it is written anew as long as the rest covers it', async () => {
    const part = new PostedPart(connector, references, 's1', '');
    await part.want(owed(3));
    await pay(part.item.remoteId, 25);
    expect(await part.want(owed(2))).toEqual({ type: 'delivered' });
    expect(part.writes).toEqual(['create Invoice', 'update Invoice']);
  });

  test('in a closed period its due day cannot move', async () => {
    await restart({ closed: { mode: 'firstOpenDay' } });
    const part = new PostedPart(connector, references, 's1', '');
    await part.want(owed(3));
    await close('2026-11-30');
    expect(await part.want(owed(3, { dueDate: '2027-01-31' }))).toMatchObject({
      cause: 'locked:due_date',
    });
    expect(await part.want(owed(2, { dueDate: '2027-01-31' }))).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual({ [receivable]: '25.00', [sales]: '-25.00' });
  });

  const balanceOf = async (entity: string, id: string | null | undefined): Promise<unknown> =>
    at((await company.get(`${entity.toLowerCase()}/${id ?? ''}`)).body, `${entity}.Balance`);

  test('in a closed period what is taken from it is applied to it as far as it is owed, once', async () => {
    await restart({ closed: { mode: 'firstOpenDay' } });
    const part = new PostedPart(connector, references, 's1', '');
    await part.want(owed(4));
    await close('2026-11-30');
    expect(await part.want(owed(3))).toEqual({ type: 'delivered' });
    expect(await balanceOf('Invoice', part.item.remoteId)).toBe(37.5);
    expect(await part.want(owed(3, { number: 'renamed' }))).toEqual({ type: 'delivered' });
    await pay(part.item.remoteId, 30, '2026-12-02');
    expect(await part.want(owed(2))).toEqual({ type: 'delivered' });
    // 7.50 was owed still, 5.00 stay on the credit memo.
    expect(await balanceOf('Invoice', part.item.remoteId)).toBe(0);
    expect(part.writes).toEqual([
      'create Invoice',
      'create CreditMemo',
      'create Payment',
      'create CreditMemo',
      'create Payment',
    ]);
    expect(await gained()).toEqual({
      [receivable]: '-5.00',
      'Undeposited Funds': '30.00',
      [sales]: '-25.00',
    });
    // Then it rises again, and is voided: nothing is applied twice.
    expect(await part.want(owed(3))).toEqual({ type: 'delivered' });
    expect(await part.want(owed(3, { voided: true }))).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual({ [receivable]: '-30.00', 'Undeposited Funds': '30.00' });
  });

  test.each(['resetAfterCommit', 'resetBeforeCommit'])(
    'an answer lost by %s while it is applied is repeated, once in the books',
    async (fault) => {
      await restart({ closed: { mode: 'firstOpenDay' } });
      const part = new PostedPart(connector, references, 's1', '');
      await part.want(owed(4));
      await close('2026-11-30');
      expect(await part.want(owed(3), 'present', { stepsMax: 1 })).toMatchObject({ cause: 'cut' });
      await control(company.sandbox, 'faults', [
        { match: { path: '/batch', write: true }, fault, times: 1 },
      ]);
      expect(await part.drive()).toEqual({ type: 'delivered' });
      expect(await balanceOf('Invoice', part.item.remoteId)).toBe(37.5);
      expect((await documentsOf(company)).filter((one) => one.startsWith('Payment'))).toHaveLength(
        1,
      );
    },
  );

  test('what a person unlinked stays so until the sale changes again', async () => {
    await restart({ closed: { mode: 'firstOpenDay' } });
    const part = new PostedPart(connector, references, 's1', '');
    await part.want(owed(4));
    await close('2026-11-30');
    await part.want(owed(3));
    const read = await company.query('SELECT * FROM Payment');
    await act({
      do: 'delete',
      entity: 'Payment',
      id: textAt(read.body, 'QueryResponse.Payment.0.Id'),
    });
    expect(await part.want(owed(3, { number: 'renamed' }))).toEqual({ type: 'delivered' });
    expect(await balanceOf('Invoice', part.item.remoteId)).toBe(50);
    expect(part.writes).toHaveLength(3);
    expect(await part.want(owed(2))).toEqual({ type: 'delivered' });
    expect(await balanceOf('Invoice', part.item.remoteId)).toBe(25);
    expect(await gained()).toEqual({ [receivable]: '25.00', [sales]: '-25.00' });
  });
});
