import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { Connector, References } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import type { RecordBody, RefundBody } from '../../../domain/bodies';
import type { PostingSettings } from '../../../domain/posting/settings';
import { added, totalsOf } from '../../sandbox/qbo/expected-ledger';
import { at, control, startCompany, textAt, type Company } from '../../sandbox/support';
import { historiesAsked } from '../../support/env';
import { line, openGate, type ReferenceParts } from '../fixtures';
import { there } from './books';
import { accountingMappings, connected, mapped } from './company';
import { refundBody, sold, soldOrder } from './money-records';
import { documentsOf, sales } from './mugs';
import { WholeTicket } from './whole-ticket';

// Paid back of a sale that is an invoice, as a credit memo (`refund.invoice = creditMemo`, ADR
// 0012).

let company: Company;
let connector: Connector;
let mappings: Record<string, string>;
let before: Record<string, string>;
const receivable = 'Accounts Receivable (A/R)';

beforeEach(() => start());
afterEach(() => company.sandbox.close());
afterAll(() => closeConnections());

async function start(posting: Partial<PostingSettings> = {}, realm: object = {}): Promise<void> {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting', ...realm });
  ({ connector } = await connected(company, posting));
  const idOf = async (name: string): Promise<string> =>
    textAt(
      (await company.query(`SELECT * FROM Account WHERE Name = '${name}'`)).body,
      'QueryResponse.Account.0.Id',
    );
  mappings = {
    ...accountingMappings,
    'account:receivable': await idOf(receivable),
    'account:clearing:exchange': await idOf('Undeposited Funds'),
  };
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

/** What the company says that these customers owe. */
async function owedBy(...ids: string[]): Promise<unknown[]> {
  const balances = ids.map(async (id) =>
    at(
      (await company.query(`SELECT * FROM Customer WHERE Id = '${id}'`)).body,
      'QueryResponse.Customer.0.Balance',
    ),
  );
  return Promise.all(balances);
}

const ofInvoice: ReferenceParts = {
  customers: { c1: { remoteId: '301', isOpen: false }, c2: { remoteId: '302', isOpen: false } },
  documents: { 'invoice/s1': there('9', 'Invoice') },
  sales: {
    'invoice/s1': sold([], { totals: { netMinor: 10_000, taxMinor: 0, totalMinor: 10_000 } }),
  },
};
const things = (parts: ReferenceParts = ofInvoice): References => mapped({ ...parts, mappings });
const ticketOf = (parts?: ReferenceParts, recordId = 'r1'): WholeTicket =>
  new WholeTicket(connector, things(parts), recordId, 'sale', 'refund-credit');

/** So many mugs given back, shared among these tenders. */
function back(
  count: number,
  tenders: readonly string[],
  changes: Partial<RefundBody> = {},
): RecordBody {
  const netMinor = count * 1250;
  const taxMinor = count * 100;
  const totalMinor = netMinor + taxMinor;
  const each = Math.floor(totalMinor / Math.max(1, tenders.length));
  const shares = tenders.map((tender, index) => ({
    tender,
    amountMinor: index === 0 ? totalMinor - each * (tenders.length - 1) : each,
  }));
  const lines = [line({ quantity: String(count), netMinor, taxes: [{ code: 'NY', taxMinor }] })];
  return {
    kind: 'refund',
    body: refundBody({
      lines,
      totals: { netMinor, taxMinor, totalMinor },
      tenders: shares,
      customerId: 'c1',
      ...changes,
    }),
  };
}

const text = (minor: number): string => (minor / 100).toFixed(2);
const given = (count: number, from: Record<string, number>): Record<string, string> => ({
  [sales]: text(count * 1250),
  'Sales tax payable': text(count * 100),
  ...Object.fromEntries(Object.entries(from).map(([account, minor]) => [account, text(-minor)])),
});

async function expectAll(ticket: WholeTicket, record: RecordBody): Promise<void> {
  const outcomes = await ticket.want(record);
  const isAll = Object.values(outcomes).every(
    ({ type }) => type === 'delivered' || type === 'skipped',
  );
  expect(isAll ? [] : outcomes).toEqual([]);
}

describe('of an invoice', () => {
  test('is a credit memo and an entry for each tender, so that its customer owes as much as before', async () => {
    await expectAll(ticketOf(), back(2, ['card', 'cash']));
    expect(await documentsOf(company)).toEqual([
      'CreditMemo R-1 27.00',
      'JournalEntry R-1-B1 13.50',
      'JournalEntry R-1-B2 13.50',
    ]);
    expect(await gained()).toEqual(given(2, { 'Card clearing': 1350, 'Cash drawer': 1350 }));
    expect(await owedBy('301')).toEqual([0]);
  });

  test('a tender that brought money, as where change is given, comes into its account, and is turned by an edit', async () => {
    const mixed = (cash: number, card: number): Partial<RefundBody> => ({
      tenders: [
        { tender: 'cash', amountMinor: cash },
        { tender: 'card', amountMinor: card },
      ],
    });
    const ticket = ticketOf();
    await expectAll(ticket, back(1, [], mixed(1850, -500)));
    expect(await gained()).toEqual(given(1, { 'Cash drawer': 1850, 'Card clearing': -500 }));
    await expectAll(ticket, back(1, [], mixed(-200, 1550)));
    expect(await gained()).toEqual(given(1, { 'Cash drawer': -200, 'Card clearing': 1550 }));
    expect(await owedBy('301')).toEqual([0]);
    await expectAll(ticket, back(1, [], { ...mixed(-200, 1550), voided: true }));
    expect(await gained()).toEqual({});
  });

  test('edited it is written anew in place: its amount, its tenders, its customer; equal money writes nothing', async () => {
    const ticket = ticketOf();
    await expectAll(ticket, back(1, ['card']));
    await expectAll(ticket, back(3, ['card']));
    await expectAll(ticket, back(3, ['card'], { number: 'R-1b' }));
    expect([...ticket.parts.values()].map(({ writes }) => writes)).toEqual([
      ['create CreditMemo', 'update CreditMemo'],
      ['create JournalEntry', 'update JournalEntry'],
    ]);
    await expectAll(ticket, back(3, ['card'], { customerId: 'c2' }));
    expect(await owedBy('301', '302')).toEqual([0, 0]);
    await expectAll(ticket, back(2, ['cash', 'card']));
    expect(await gained()).toEqual(given(2, { 'Card clearing': 1350, 'Cash drawer': 1350 }));
    expect(await owedBy('301', '302')).toEqual([0, 0]);
  });

  test('voided the credit memo is void and its entry taken back, and it may come again', async () => {
    const ticket = ticketOf();
    await expectAll(ticket, back(2, ['card']));
    await expectAll(ticket, back(2, ['card'], { voided: true }));
    expect(await gained()).toEqual({});
    expect(await owedBy('301')).toEqual([0]);
    // B7: the entries are applied to each other.
    expect(await documentsOf(company)).toEqual([
      'CreditMemo R-1 0.00',
      'Payment - 0.00',
      'JournalEntry R-1-B1 27.00',
      'JournalEntry R-1-B1-D1 27.00',
    ]);
    await expectAll(ticket, back(1, ['cash']));
    expect(await gained()).toEqual(given(1, { 'Cash drawer': 1350 }));
    expect(await owedBy('301')).toEqual([0]);
  });

  test('in a closed period held, by setting corrected on the first open day', async () => {
    const parked = ticketOf();
    await expectAll(parked, back(2, ['card']));
    await close('2026-11-30');
    expect(await parked.want(back(1, ['card']))).toMatchObject({
      'refund-credit': { cause: 'closed_period:2026-11-30' },
      'back-1': { cause: 'closed_period:2026-11-30' },
    });
    await restart({ closed: { mode: 'firstOpenDay' } });
    const ticket = ticketOf();
    await expectAll(ticket, back(2, ['card']));
    await close('2026-11-30');
    await expectAll(ticket, back(1, ['card']));
    expect(await gained()).toEqual(given(1, { 'Card clearing': 1350 }));
    await expectAll(ticket, back(1, ['card'], { voided: true }));
    expect(await gained()).toEqual({});
    expect(await owedBy('301')).toEqual([0]);
  });

  test('an entry that a person gave another customer is held', async () => {
    const ticket = ticketOf();
    await expectAll(ticket, back(2, ['card']));
    const id = ticket.parts.get('back-1')?.item.remoteId ?? '';
    const read = await company.query(`SELECT * FROM JournalEntry WHERE Id = '${id}'`);
    const entry = JSON.parse(
      JSON.stringify(read.body).replaceAll('"value":"301"', '"value":"302"'),
    ) as { QueryResponse: { JournalEntry: object[] } };
    expect(
      (await company.post('journalentry', entry.QueryResponse.JournalEntry[0] ?? {})).status,
    ).toBe(200);
    const outcomes = await ticket.want(back(1, ['card']));
    expect(outcomes['back-1']).toMatchObject({ cause: 'changed_in_books:money' });
  });

  test('a credit memo that a person applied, and then less is given back: its difference beside it', async () => {
    const invoice = await company.post('invoice', {
      CustomerRef: { value: '301' },
      TxnDate: '2026-11-21',
      Line: [
        {
          Amount: 50,
          DetailType: 'SalesItemLineDetail',
          SalesItemLineDetail: {
            ItemRef: { value: '11' },
            Qty: 4,
            UnitPrice: 12.5,
            TaxCodeRef: { value: 'NON' },
          },
        },
      ],
    });
    const ticket = ticketOf();
    await expectAll(ticket, back(2, ['card']));
    const memo = ticket.parts.get('refund-credit')?.item.remoteId;
    const applied = await company.post('payment', {
      CustomerRef: { value: '301' },
      TxnDate: '2026-11-24',
      TotalAmt: 0,
      Line: [
        {
          Amount: 27,
          LinkedTxn: [{ TxnId: textAt(invoice.body, 'Invoice.Id'), TxnType: 'Invoice' }],
        },
        { Amount: 27, LinkedTxn: [{ TxnId: memo, TxnType: 'CreditMemo' }] },
      ],
    });
    expect(applied.status).toBe(200);
    before = await totalsOf(company);
    await expectAll(ticket, back(1, ['card']));
    expect(await gained()).toEqual({
      [sales]: '-12.50',
      'Sales tax payable': '-1.00',
      'Card clearing': '13.50',
    });
  });

  test('owed and then paid back, and owed again: never both', async () => {
    const ticket = ticketOf();
    const owed = back(2, []);
    const parts = await ticket.want(owed);
    expect(parts['refund-credit']).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual(given(2, { [receivable]: 2700 }));
    await expectAll(ticket, back(2, ['card']));
    expect(await gained()).toEqual(given(2, { 'Card clearing': 2700 }));
    await ticket.want(owed);
    expect(await gained()).toEqual(given(2, { [receivable]: 2700 }));
  });
});

test('a receipt of a closed period that becomes owed, and then is paid back: its entry follows what it comes to', async () => {
  await restart({ closed: { mode: 'firstOpenDay' } });
  const receipt = {
    ...ofInvoice,
    documents: {},
    orders: { s1: there('9', 'SalesReceipt') },
    sales: { 'order/s1': soldOrder() },
  };
  const ticket = ticketOf(receipt);
  await expectAll(ticket, back(2, ['card']));
  await close('2026-11-30');
  ticket.references = things();
  for (const part of ticket.parts.values()) part.references = ticket.references;
  await ticket.want(back(2, []));
  expect(await gained()).toEqual(given(2, { [receivable]: 2700 }));
  await expectAll(ticket, back(2, ['card']));
  expect(await gained()).toEqual(given(2, { 'Card clearing': 2700 }));
});

test('an entry is taken back from the customer there that it was posted to', async () => {
  const ticket = ticketOf();
  await expectAll(ticket, back(2, ['card']));
  ticket.references = things({
    ...ofInvoice,
    customers: { c1: { remoteId: '302', isOpen: false } },
  });
  await expectAll(ticket, back(2, ['card'], { voided: true }));
  expect(await owedBy('301', '302')).toEqual([0, 0]);
});

test('of an order that is an invoice, and of a guest', async () => {
  const parts: ReferenceParts = {
    ...ofInvoice,
    documents: {},
    orders: { s1: there('9', 'Invoice') },
    sales: { 'order/s1': soldOrder() },
  };
  await expectAll(ticketOf(parts), back(1, ['card'], { customerId: undefined }));
  expect(await documentsOf(company)).toEqual(['CreditMemo R-1 13.50', 'JournalEntry R-1-B1 13.50']);
  expect(await owedBy('302')).toEqual([0]);
});

test('of a receipt it is a refund receipt, with moves where there are several tenders', async () => {
  const parts: ReferenceParts = {
    ...ofInvoice,
    documents: {},
    orders: { s1: there('9', 'SalesReceipt') },
    sales: { 'order/s1': soldOrder() },
  };
  const ticket = ticketOf(parts);
  await expectAll(ticket, back(1, ['card']));
  expect(await documentsOf(company)).toEqual(['RefundReceipt R-1 13.50']);
  await expectAll(ticket, back(1, ['card', 'cash']));
  expect(await gained()).toEqual(given(1, { 'Card clearing': 675, 'Cash drawer': 675 }));
});

test('before its invoice is there both wait, whatever is not mapped; before the start date neither is posted', async () => {
  delete mappings['account:clearing:exchange'];
  expect(await ticketOf({}).want(back(1, ['card', 'cash']))).toMatchObject({
    'refund-credit': { type: 'waits' },
    'back-1': { type: 'waits' },
  });
  const waits = await ticketOf({}).want(back(1, ['card']));
  expect(waits).toMatchObject({
    'refund-credit': { type: 'waits' },
    'back-1': { type: 'waits' },
  });
  await restart({ startDate: '2027-01-01' });
  const skipped = { type: 'skipped', reason: 'before_start_date' };
  expect(await ticketOf().want(back(1, ['card']))).toEqual({
    'refund-credit': skipped,
    'back-1': skipped,
  });
});

test('in another currency both are of its customer and accounts, at its rate', async () => {
  await company.sandbox.close();
  await start({}, { preferences: { multiCurrency: true } });
  const CurrencyRef = { value: 'EUR' };
  const made = async (entity: string, body: object): Promise<string> =>
    textAt((await company.post(entity.toLowerCase(), body)).body, `${entity}.Id`);
  mappings['account:receivable:EUR'] = await made('Account', {
    Name: 'A/R EUR',
    AccountType: 'Accounts Receivable',
    CurrencyRef,
  });
  mappings['account:clearing:card:EUR'] = await made('Account', {
    Name: 'Card EUR',
    AccountType: 'Other Current Asset',
    CurrencyRef,
  });
  mappings['account:customer:c1:EUR'] = await made('Customer', {
    DisplayName: 'Jo Day EUR',
    CurrencyRef,
  });
  await connector.readFacts(openGate());
  const change = {
    currency: 'EUR',
    exchangeRate: { rate: '1.1', source: 'ECB', day: '2026-11-20' },
  };
  const parts = {
    ...ofInvoice,
    sales: {
      'invoice/s1': sold([], {
        currency: 'EUR',
        totals: { netMinor: 10_000, taxMinor: 0, totalMinor: 10_000 },
      }),
    },
  };
  const ticket = ticketOf(parts);
  await expectAll(ticket, back(1, ['card'], change));
  expect((await gained())['Card EUR']).toBe('-14.85');
  expect(await owedBy(mappings['account:customer:c1:EUR'] ?? '')).toEqual([0]);
  delete mappings['account:receivable:EUR'];
  const held = await ticketOf(parts, 'r2').want(back(1, ['card'], change));
  expect(held['back-1']).toMatchObject({ cause: 'mapping_missing:account:receivable:EUR' });
});

test('without a mapped account of receivables the entry is held', async () => {
  delete mappings['account:receivable'];
  const outcomes = await ticketOf().want(back(1, ['card']));
  expect(outcomes['back-1']).toMatchObject({ cause: 'mapping_missing:account:receivable' });
});

test('any history of amounts, tenders, customers, sales, voids and closed months: each account as the last revision says', async () => {
  await restart({ closed: { mode: 'firstOpenDay' } });
  const sale = {
    invoice: ofInvoice,
    receipt: { ...ofInvoice, documents: {}, orders: { s1: there('9', 'SalesReceipt') } },
  };
  const step = fc.record({
    count: fc.integer({ min: 1, max: 3 }),
    tenders: fc.uniqueArray(fc.constantFrom('card', 'cash'), { minLength: 0, maxLength: 2 }),
    customerId: fc.constantFrom('c1', 'c1', 'c2'),
    saleKind: fc.constantFrom('invoice' as const, 'invoice' as const, 'receipt' as const),
    voided: fc.integer({ min: 0, max: 4 }).map((digit) => digit === 0),
    deed: fc.constantFrom('nothing', 'nothing', 'close', 'open'),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
      run += 1;
      await close(null);
      const start = await totalsOf(company);
      const owed = (await owedBy('301', '302')).map(Number);
      const ticket = ticketOf(undefined, `R-${run}`);
      for (const { count, tenders, customerId, saleKind, voided, deed } of steps) {
        if (deed !== 'nothing') await close(deed === 'close' ? '2026-11-30' : null);
        // Given back without money only an invoice can be.
        const isOwed = tenders.length === 0;
        ticket.references = things(sale[isOwed ? 'invoice' : saleKind]);
        for (const part of ticket.parts.values()) part.references = ticket.references;
        const outcomes = await ticket.want(
          back(count, tenders, { number: `R-${run}`, customerId, ...(voided ? { voided } : {}) }),
        );
        // The invoice of these books is none: an owed credit is applied by hand.
        const others = Object.entries(outcomes).filter(([part]) => part !== 'applied');
        const isAll = others.every(([, { type }]) => type === 'delivered' || type === 'skipped');
        expect(isAll ? [] : [steps, outcomes]).toEqual([]);
        const names: Record<string, string> = { card: 'Card clearing', cash: 'Cash drawer' };
        const each = Math.floor((count * 1350) / Math.max(1, tenders.length));
        const from = tenders.map((tender, index): [string, number] => [
          names[tender] ?? '',
          index === 0 ? count * 1350 - each * (tenders.length - 1) : each,
        ]);
        const expected = voided
          ? {}
          : given(count, isOwed ? { [receivable]: count * 1350 } : Object.fromEntries(from));
        const all = added(start, await totalsOf(company));
        const credited = voided || !isOwed ? 0 : count * 13.5;
        const balances = (await owedBy('301', '302')).map(
          (balance, index) => Number(balance) - (owed[index] ?? 0),
        );
        const wanted = customerId === 'c1' ? [0 - credited, 0] : [0, 0 - credited];
        expect({ steps, all, balances: balances.map((one) => one + 0) }).toEqual({
          steps,
          all: expected,
          balances: wanted.map((one) => one + 0),
        });
      }
    }),
    { numRuns: historiesAsked(20).histories, seed: 7 },
  );
});
