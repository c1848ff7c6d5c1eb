import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { Connector } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import type { SummaryKey } from '../../../domain/bodies';
import type { PostingSettings } from '../../../domain/posting/settings';
import { SummaryFold } from '../../../domain/posting/summary/summary';
import { ticketShares } from '../../../domain/posting/summary/summary-tickets';
import { added, totalsOf } from '../../sandbox/qbo/expected-ledger';
import { at, control, startCompany, textAt, type Company } from '../../sandbox/support';
import { line, openGate, orderBody } from '../fixtures';
import { accountingMappings, connected, mapped } from './company';
import { documentsOf } from './mugs';
import { PostedPart, type Outcome } from './posted-part';

// A posted summary gets other members: what holds for any other document holds for it.

let company: Company;
let connector: Connector;
let part: PostedPart;
let before: Record<string, string>;

beforeEach(() => start());
afterEach(() => company.sandbox.close());
afterAll(() => closeConnections());

const day = '2026-11-20';
const key: SummaryKey = {
  day,
  side: 'sale',
  location: 'default',
  tender: 'card',
  currency: 'USD',
  taxKey: 'none',
  pricesIncludeTax: false,
};
const body = { key, number: 'P-20261120-CARD' };

async function start(posting: Partial<PostingSettings> = {}, sandbox: object = {}): Promise<void> {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' }, sandbox);
  ({ connector } = await connected(company, posting));
  before = await totalsOf(company);
  const mappings = {
    ...accountingMappings,
    'account:daily-customer': '303',
    'item:@daily-sales': '37',
  };
  part = new PostedPart(connector, mapped({ mappings }), day, '');
}

/**
 * The summary of this many tickets of 25.00 each, brought to its end; with tax each has 5.00 for
 * the post as well.
 */
async function want(
  tickets: number,
  taxMinor = 0,
  isAsked: () => boolean = () => false,
): Promise<Outcome> {
  const fold = new SummaryFold();
  for (let n = 1; n <= tickets; n += 1) {
    const isTaxed = taxMinor > 0;
    const netMinor = isTaxed ? 3000 : 2500;
    const totals = {
      netMinor,
      taxMinor: isTaxed ? taxMinor + 40 : 0,
      totalMinor: isTaxed ? netMinor + taxMinor + 40 : netMinor,
    };
    const lines = [line({ taxes: isTaxed ? [{ code: 'NY', taxMinor }] : [] })];
    const shipping = isTaxed
      ? [{ name: 'Post', amountMinor: 500, taxes: [{ code: 'NY', taxMinor: 40 }] }]
      : [];
    const tenders = [{ tender: 'card', amountMinor: totals.totalMinor }];
    const ticket = orderBody({
      number: `T-${n}`,
      businessDate: day,
      lines,
      shipping,
      tenders,
      totals,
    });
    const shared = ticketShares({ kind: 'order', body: ticket }, `T-${n}`);
    if (shared.type !== 'shares') throw new Error(JSON.stringify(shared));
    for (const { share } of shared.shares) fold.add(share.sale, share.label);
  }
  part.item = { ...part.item, combined: fold.sale(key, body.number) };
  return part.want({ kind: 'summary', body }, 'present', { isAsked });
}

const delivered = { type: 'delivered' };
const gain = (total: number): Record<string, string> =>
  total === 0
    ? {}
    : { 'Card clearing': total.toFixed(2), 'Sales of Product Income': (-total).toFixed(2) };
const gained = async (): Promise<Record<string, string>> => added(before, await totalsOf(company));
const books = (): Promise<string[]> => documentsOf(company);
const mainId = (): string => part.item.remoteId ?? '';
const receipt = async (): Promise<unknown> => (await company.get(`salesreceipt/${mainId()}`)).body;
const act = (deed: object): Promise<unknown> =>
  control(company.sandbox, 'act', { as: 'accountant', realmId: company.realmId, ...deed });

async function closeBooks(): Promise<void> {
  await act({ do: 'closeBooks', date: day });
  await connector.readFacts(openGate());
}

/** Puts the document into a deposit, as an accountant does at the bank. */
async function deposit(): Promise<void> {
  const link = { TxnId: mainId(), TxnType: 'SalesReceipt', TxnLineId: '0' };
  const answer = await company.post('deposit', {
    DepositToAccountRef: { value: '203' },
    Line: [{ Amount: at(await receipt(), 'SalesReceipt.TotalAmt'), LinkedTxn: [link] }],
  });
  expect(answer.status).toBe(200);
}

describe('in an open period', () => {
  test('late sales and edits are written into the document, and its words are those of its tickets', async () => {
    for (const tickets of [2, 3, 1]) {
      expect(await want(tickets)).toEqual(delivered);
      expect(await gained()).toEqual(gain(25 * tickets));
    }
    expect(await books()).toEqual(['SalesReceipt P-20261120-CARD 25.00']);
    expect(textAt(await receipt(), 'SalesReceipt.PrivateNote')).toBe(
      'truth-sync daily summary 2026-11-20, 1 order: T-1',
    );
  });

  test('equal members write nothing', async () => {
    await want(2);
    expect(await want(2)).toEqual(delivered);
    expect(part.writes).toEqual(['create SalesReceipt']);
  });

  test('tax that is gone is gone there too', async () => {
    await want(2, 222);
    expect(await want(2)).toEqual(delivered);
    expect(await gained()).toEqual(gain(50));
  });

  test('without members it is voided, and a later sale is posted anew', async () => {
    await want(2);
    expect(await want(0)).toEqual(delivered);
    expect(await gained()).toEqual({});
    expect(await want(1)).toEqual(delivered);
    expect(await books()).toEqual([
      'SalesReceipt P-20261120-CARD 0.00',
      'SalesReceipt P-20261120-CARD-V2 25.00',
    ]);
    expect(await want(2)).toEqual(delivered);
    expect(await gained()).toEqual(gain(50));
  });

  test('memo, class and what a person wrote into the note stay', async () => {
    await want(2);
    const { body: made } = await company.post('class', { Name: 'North' });
    const ClassRef = { value: textAt(made, 'Class.Id') };
    const note = `${textAt(await receipt(), 'SalesReceipt.PrivateNote')}; checked by Ann`;
    await act({
      do: 'edit',
      entity: 'SalesReceipt',
      id: mainId(),
      set: { PrivateNote: note, ClassRef, CustomerMemo: { value: 'Hi' } },
    });
    expect(await want(3)).toEqual(delivered);
    expect(at(await receipt(), 'SalesReceipt')).toMatchObject({
      TotalAmt: 75,
      ClassRef,
      CustomerMemo: { value: 'Hi' },
      PrivateNote: 'truth-sync daily summary 2026-11-20, 3 orders: T-1 T-2 T-3; checked by Ann',
    });
  });

  test('money that a person changed holds the summary', async () => {
    await want(2);
    await act({ do: 'edit', entity: 'SalesReceipt', id: mainId(), set: { TxnDate: '2026-11-19' } });
    expect(await want(3)).toMatchObject({ type: 'held', cause: 'changed_in_books:money' });
    expect(await gained()).toEqual(gain(50));
  });

  /** The company charges tax of its own on shipping where the flag is not honoured. */
  test.each([0, 2])(
    'after %i tickets an answer with another total is voided at once and held',
    async (first) => {
      await company.sandbox.close();
      await start({}, { 'qbo.astShippingFlag': false });
      if (first > 0) await want(first);
      expect(await want(3, 222)).toMatchObject({ type: 'held', cause: 'totals_differ_in_books' });
      expect(part.writes).toEqual([
        ...(first > 0 ? ['create SalesReceipt', 'update SalesReceipt'] : ['create SalesReceipt']),
        'void SalesReceipt',
      ]);
      expect(await gained()).toEqual({});
      expect(await want(3)).toEqual(delivered);
      expect(await books()).toContain('SalesReceipt P-20261120-CARD-V2 75.00');
      expect(await gained()).toEqual(gain(75));
    },
  );
});

describe('locked', () => {
  test('of a deposited one further documents say the differences, numbered on, also when all is taken back', async () => {
    // Only what lies in Undeposited Funds can be deposited.
    const { body: found } = await company.query(
      "SELECT * FROM Account WHERE Name = 'Undeposited Funds'",
    );
    const undeposited = textAt(found, 'QueryResponse.Account.0.Id');
    part.references = mapped({
      mappings: {
        ...accountingMappings,
        'account:daily-customer': '303',
        'item:@daily-sales': '37',
        'account:clearing:card': undeposited,
      },
    });
    await want(2);
    await deposit();
    for (const tickets of [3, 1, 0]) expect(await want(tickets)).toEqual(delivered);
    expect((await books()).sort()).toEqual([
      'Deposit - 50.00',
      'RefundReceipt P-20261120-CARD-3 50.00',
      'RefundReceipt P-20261120-CARD-4 25.00',
      'SalesReceipt P-20261120-CARD 50.00',
      'SalesReceipt P-20261120-CARD-2 25.00',
    ]);
  });

  test('of a closed day the difference is dated the first open day, whatever is said of new sales', async () => {
    await want(2);
    await closeBooks();
    expect(await want(3)).toEqual(delivered);
    expect(await gained()).toEqual(gain(75));
    const { body: found } = await company.query(
      `SELECT * FROM SalesReceipt WHERE DocNumber = 'P-20261120-CARD-2'`,
    );
    expect(at(found, 'QueryResponse.SalesReceipt.0')).toMatchObject({
      TxnDate: '2026-11-21',
      PrivateNote:
        'truth-sync daily difference 1 of rev 2 of summary 2026-11-20, 3 orders: T-1 T-2 ' +
        'T-3; added to P-20261120-CARD; sale of 2026-11-20',
    });
  });

  test('a new summary of a closed day is held', async () => {
    await closeBooks();
    expect(await want(2)).toMatchObject({ type: 'held', cause: `closed_period:${day}` });
  });
});

test('with lines by article each article is a line with its pieces, amended with them', async () => {
  await company.sandbox.close();
  await start({ summary: { lines: 'item', dueAfterMinutes: 0 } });
  await want(2);
  expect(await want(3)).toEqual(delivered);
  expect(at(await receipt(), 'SalesReceipt.Line.0')).toMatchObject({
    Amount: 75,
    SalesItemLineDetail: { ItemRef: { value: '11' }, Qty: 6 },
  });
  await closeBooks();
  expect(await want(1)).toEqual(delivered);
  const { body: found } = await company.query('SELECT * FROM RefundReceipt');
  expect(at(found, 'QueryResponse.RefundReceipt.0.Line.0')).toMatchObject({
    Amount: 50,
    SalesItemLineDetail: { ItemRef: { value: '11' }, Qty: 4 },
  });
});

test('answers that never come: of a summary, of its amendment and of its difference each is in the books once', async () => {
  expect(await want(2, 0, () => true)).toEqual(delivered);
  expect(await want(3, 0, () => true)).toEqual(delivered);
  await closeBooks();
  expect(await want(1, 0, () => true)).toEqual(delivered);
  expect(await gained()).toEqual(gain(25));
});
