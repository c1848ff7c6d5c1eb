import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';

import type { Connector, Outgoing, References } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import type { RecordBody } from '../../../domain/bodies';
import type { PostingSettings } from '../../../domain/posting/settings';
import { added, totalsOf } from '../../sandbox/qbo/expected-ledger';
import { control, startCompany, textAt, type Company } from '../../sandbox/support';
import { line, openGate, orderBody, type ReferenceParts } from '../fixtures';
import { there } from './books';
import { accountingMappings, connected, mapped } from './company';
import { invoiceBody, payment, payout, cash, refundBody, sold } from './money-records';
import { documentsOf } from './mugs';
import { PostedPart } from './posted-part';

// What the till changes of money that is posted, against the books of the sandbox
// (accounting.md#edits, #closed; ADR 0009).

let company: Company;
let connector: Connector;
let before: Record<string, string>;
let mappings: Record<string, string>;

beforeEach(() => start());
afterEach(() => company.sandbox.close());
afterAll(() => closeConnections());

async function accountNamed(name: string): Promise<string> {
  const { body } = await company.query(`SELECT * FROM Account WHERE Name = '${name}'`);
  return textAt(body, 'QueryResponse.Account.0.Id');
}

async function start(posting: Partial<PostingSettings> = {}): Promise<void> {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' });
  ({ connector } = await connected(company, posting));
  const undeposited = await accountNamed('Undeposited Funds');
  mappings = {
    ...accountingMappings,
    'account:clearing:exchange': undeposited,
    'account:clearing:till': undeposited,
    'tender:till': '402',
    'account:bank:stripe': '203',
    'account:fees:stripe': '204',
    'account:cash:over-short': await accountNamed('Office expenses'),
    'account:receivable': await accountNamed('Accounts Receivable (A/R)'),
  };
  before = await totalsOf(company);
}

async function restart(posting: Partial<PostingSettings>): Promise<void> {
  await company.sandbox.close();
  await start(posting);
}

const gained = async (): Promise<Record<string, string>> => added(before, await totalsOf(company));

async function act(deed: object): Promise<void> {
  await control(company.sandbox, 'act', { as: 'accountant', realmId: company.realmId, ...deed });
}

async function close(date: string | null): Promise<void> {
  await act({ do: 'closeBooks', date });
  await connector.readFacts(openGate());
}

const things = (parts: ReferenceParts = {}): References =>
  mapped({
    orders: {
      x1: there('9', 'SalesReceipt'),
      a: there('1', 'SalesReceipt'),
      b: there('2', 'SalesReceipt'),
    },
    ...parts,
    documents: { 'refund/r': there('3', 'RefundReceipt'), ...parts.documents },
    mappings,
  });
const partOf = ({ recordId, part }: Outgoing, parts: ReferenceParts = {}): PostedPart =>
  new PostedPart(connector, things(parts), recordId, part);

/** An exchange of which so much is paid in cash, the rest by card. */
function exchange(cashMinor: number): RecordBody {
  const back = line({ lineId: '2', quantity: '-1', netMinor: -1250 });
  const tenders = [
    { tender: 'cash', amountMinor: cashMinor },
    { tender: 'card', amountMinor: 1250 - cashMinor },
  ];
  return {
    kind: 'order',
    body: orderBody({
      lines: [line(), back],
      tenders,
      totals: { netMinor: 1250, taxMinor: 0, totalMinor: 1250 },
    }),
  };
}
const moveItem = { ...payment(), recordId: 'x1', part: 'move-1' };
const ofCash = (amountMinor: number): RecordBody => cash({ amountMinor }).record;
/** Sales of 84.37 less a refund of 13.61, less these fees. */
const paidOut = (feesMinor: number): RecordBody =>
  payout({ feesMinor, netMinor: 7076 - feesMinor }).record;

type Case = [name: string, Outgoing, (minor: number) => RecordBody, (minor: number) => object];
const cases: Case[] = [
  [
    'a move of an exchange',
    moveItem,
    exchange,
    (minor) => ({ 'Cash drawer': text(minor), 'Undeposited Funds': text(-minor) }),
  ],
  [
    'cash that is over',
    cash(),
    ofCash,
    (minor) => ({ 'Cash drawer': text(minor), 'Office expenses': text(-minor) }),
  ],
  [
    'a payout',
    payout(),
    paidOut,
    (minor) => ({
      Bank: text(7076 - minor),
      'Processor fees': text(minor),
      'Card clearing': '-70.76',
    }),
  ],
];
const journals = z.object({
  QueryResponse: z.object({
    JournalEntry: z.array(
      z.looseObject({
        Line: z.array(z.looseObject({ JournalEntryLineDetail: z.looseObject({}) })),
      }),
    ),
  }),
});
const text = (minor: number): string => (minor / 100).toFixed(2);

describe.each(cases)('%s', (_name, item, record, ledger) => {
  test('is written anew in place, three times over; equal money writes nothing', async () => {
    const part = partOf(item);
    for (const minor of [500, 700, 200, 200]) {
      expect(await part.want(record(minor))).toEqual({ type: 'delivered' });
      expect(await gained()).toEqual(ledger(minor));
    }
    expect(part.writes.map((write) => write.split(' ')[0])).toEqual(['create', 'update', 'update']);
    expect(await documentsOf(company)).toHaveLength(1);
  });

  test('taken away it is taken back by a document of its own, since it cannot be voided there', async () => {
    const part = partOf(item);
    await part.want(record(500));
    expect(await part.want(record(500), 'absent')).toEqual({ type: 'delivered' });
    expect(await part.want(record(500), 'absent')).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual({});
    expect(await part.want(record(300))).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual(ledger(300));
    expect(part.writes).toHaveLength(3);
  });

  test('in a closed period held, by setting its difference is of the first open day', async () => {
    const part = partOf(item);
    await part.want(record(500));
    await close('2026-11-30');
    expect(await part.want(record(700))).toMatchObject({ cause: 'closed_period:2026-11-30' });
    expect(await part.want(record(500), 'absent')).toMatchObject({
      cause: 'closed_period:2026-11-30',
    });
    expect(await part.want(record(500))).toEqual({ type: 'delivered' });
    await restart({ closed: { mode: 'firstOpenDay' } });
    const open = partOf(item);
    await open.want(record(500));
    await close('2026-11-30');
    for (const minor of [700, 200, 400]) {
      expect(await open.want(record(minor))).toEqual({ type: 'delivered' });
      expect(await gained()).toEqual(ledger(minor));
    }
    expect(await open.want(record(400), 'absent')).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual({});
    expect(open.writes).toHaveLength(5);
  });

  test('that a person changed or deleted is held', async () => {
    const part = partOf(item);
    await part.want(record(500));
    const [entity = ''] = part.writes[0]?.split(' ').slice(1) ?? [];
    const id = part.item.remoteId;
    await act({ do: 'edit', entity, id, set: { TxnDate: '2026-11-29' } });
    const outcome = await part.want(record(700));
    expect(outcome).toMatchObject({ cause: 'changed_in_books:money' });
    expect(outcome.type === 'held' ? outcome.detail : '').toContain('date: we wrote');
    await act({ do: 'delete', entity, id });
    expect(await part.want(record(700))).toMatchObject({ cause: 'gone_in_system:document' });
    // B10: a redrive that names it posts it anew.
    part.item = { ...part.item, isPostedAnew: true };
    expect(await part.drive()).toEqual({ type: 'delivered' });
    expect(part.writes.at(-1)).toMatch(/^create /);
    expect(await part.want(record(700), 'absent')).toEqual({ type: 'delivered' });
    expect(await part.want(record(300))).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual(ledger(300));
  });

  test.each(['resetAfterCommit', 'resetBeforeCommit', 'cutJson'])(
    'an answer lost by %s is repeated, once in the books',
    async (fault) => {
      const part = partOf(item);
      await part.want(record(500));
      const lost = { match: { path: '/batch', write: true }, fault, times: 1 };
      await control(company.sandbox, 'faults', [lost]);
      expect(await part.want(record(300))).toEqual({ type: 'delivered' });
      await control(company.sandbox, 'faults', [lost]);
      expect(await part.want(record(300), 'absent')).toEqual({ type: 'delivered' });
      expect(await gained()).toEqual({});
    },
  );
});

test('a payout that becomes one of another sign is corrected by a document of that sign', async () => {
  const part = partOf(payout());
  await part.want(paidOut(234));
  const back = payout({ includes: [], grossMinor: 0, netMinor: -234 }).record;
  expect(await part.want(back)).toEqual({ type: 'delivered' });
  expect(await gained()).toEqual({ Bank: '-2.34', 'Processor fees': '2.34' });
  expect(part.writes).toEqual(['create Deposit', 'create Purchase']);
});

test('memo and department of a person survive an update, and what was mapped then is taken back from there', async () => {
  const part = partOf(cash());
  await part.want(ofCash(500));
  const id = part.item.remoteId;
  await act({
    do: 'edit',
    entity: 'JournalEntry',
    id,
    set: { PrivateNote: 'truth-sync pos cash k1; difference\ncounted twice' },
  });
  await part.want(ofCash(600));
  const { body } = await company.get(`journalentry/${id ?? ''}`);
  expect(textAt(body, 'JournalEntry.PrivateNote')).toBe(
    'truth-sync pos cash k1; difference\ncounted twice',
  );
  mappings['account:clearing:cash'] = '201';
  part.references = things();
  expect(await part.want(ofCash(600), 'absent')).toEqual({ type: 'delivered' });
  expect(await gained()).toEqual({});
});

test('an entry that a person put on a customer is held', async () => {
  const part = partOf(cash());
  await part.want(ofCash(500));
  const id = part.item.remoteId;
  const { body } = await company.query(`SELECT * FROM JournalEntry WHERE Id = '${id}'`);
  const [entry] = journals.parse(body).QueryResponse.JournalEntry;
  const Entity = { Type: 'Customer', EntityRef: { value: '301' } };
  const Line = entry?.Line.map(({ JournalEntryLineDetail: detail, ...line }) => ({
    ...line,
    JournalEntryLineDetail: { ...detail, Entity },
  }));
  await act({ do: 'edit', entity: 'JournalEntry', id, set: { Line } });
  expect(await part.want(ofCash(700))).toMatchObject({ cause: 'changed_in_books:money' });
});

describe('a payment of an invoice', () => {
  const paid = (amountMinor: number, tender = 'till'): RecordBody =>
    payment({ amountMinor, tender }).record;
  let part: PostedPart;
  const receivable = 'Accounts Receivable (A/R)';

  async function begin(): Promise<void> {
    const invoice = new PostedPart(connector, things(), 's1', '');
    await invoice.want({ kind: 'invoice', body: invoiceBody() });
    before = await totalsOf(company);
    part = partOf(payment(), {
      documents: { 'invoice/s1': there(invoice.item.remoteId ?? '', 'Invoice') },
      sales: { 'invoice/s1': sold() },
    });
    await part.want(paid(1000));
  }

  async function deposit(): Promise<void> {
    const answer = await company.post('deposit', {
      DepositToAccountRef: { value: '203' },
      TxnDate: '2026-11-25',
      Line: [
        {
          Amount: 10,
          LinkedTxn: [{ TxnId: part.item.remoteId, TxnType: 'Payment', TxnLineId: '0' }],
        },
      ],
    });
    expect(answer.status).toBe(200);
    before = await totalsOf(company);
  }

  test('is voided and posted anew; voided at the till it is void', async () => {
    await begin();
    expect(await part.want(paid(1500, 'cash'))).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual({ 'Cash drawer': '15.00', [receivable]: '-15.00' });
    const voided: RecordBody = {
      kind: 'payment',
      body: {
        number: 'p1',
        invoiceId: 's1',
        tender: 'cash',
        amountMinor: 1500,
        businessDate: '2026-11-24',
        voided: true,
      },
    };
    expect(await part.want(voided)).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual({});
    expect(part.writes).toEqual([
      'create Payment',
      'void Payment',
      'create Payment',
      'void Payment',
    ]);
  });

  test('deposited, it is corrected between receivables and its tender', async () => {
    await begin();
    await deposit();
    const steps: [RecordBody, 'present' | 'absent', object][] = [
      [paid(1200), 'present', { 'Undeposited Funds': '2.00', [receivable]: '-2.00' }],
      [paid(700), 'present', { 'Undeposited Funds': '-3.00', [receivable]: '3.00' }],
      [
        paid(700, 'cash'),
        'present',
        { 'Undeposited Funds': '-10.00', 'Cash drawer': '7.00', [receivable]: '3.00' },
      ],
      [paid(700, 'cash'), 'absent', { 'Undeposited Funds': '-10.00', [receivable]: '10.00' }],
      [paid(1000), 'present', {}],
    ];
    for (const [record, op, ledger] of steps) {
      expect(await part.want(record, op)).toEqual({ type: 'delivered' });
      expect(await gained()).toEqual(ledger);
    }
    expect(new Set(part.writes)).toEqual(new Set(['create Payment', 'create JournalEntry']));
  });

  test('without an account of receivables it is held', async () => {
    await begin();
    await deposit();
    delete mappings['account:receivable'];
    part.references = things({
      documents: { 'invoice/s1': there('1', 'Invoice') },
      sales: { 'invoice/s1': sold() },
    });
    expect(await part.want(paid(700))).toMatchObject({
      cause: 'mapping_missing:account:receivable',
    });
  });

  test('in a closed period it is held, by setting corrected on the first open day', async () => {
    await begin();
    await close('2026-11-30');
    expect(await part.want(paid(700))).toMatchObject({ cause: 'closed_period:2026-11-30' });
    expect(await part.want(paid(1000))).toEqual({ type: 'delivered' });
    await restart({ closed: { mode: 'firstOpenDay' } });
    await begin();
    await close('2026-11-30');
    expect(await part.want(paid(1000))).toEqual({ type: 'delivered' });
    expect(await part.want(paid(1000), 'absent')).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual({});
    const { body } = await company.query('SELECT * FROM JournalEntry');
    expect(body).toMatchObject({
      QueryResponse: {
        JournalEntry: [
          {
            TxnDate: '2026-12-01',
            PrivateNote:
              'truth-sync pos difference 1 of rev 3 of payment p1; taken back; payment of ' +
              '2026-11-24',
          },
        ],
      },
    });
  });

  test('whose day moves into a closed period stays on the day that this makes of it', async () => {
    await restart({ closed: { mode: 'firstOpenDay' } });
    await begin();
    const on = (businessDate: string): RecordBody =>
      payment({ amountMinor: 1000, tender: 'till', businessDate }).record;
    expect(await part.want(on('2026-12-01'))).toEqual({ type: 'delivered' });
    await close('2026-11-30');
    expect(await part.want(on('2026-11-24'))).toEqual({ type: 'delivered' });
    expect(part.writes).toEqual(['create Payment', 'void Payment', 'create Payment']);
  });

  test('that a person changed is held', async () => {
    await begin();
    await act({
      do: 'edit',
      entity: 'Payment',
      id: part.item.remoteId,
      set: { TxnDate: '2026-11-29' },
    });
    expect(await part.want(paid(700))).toMatchObject({ cause: 'changed_in_books:money' });
  });
});

test('what applies a credit memo is written anew before that goes below it, and voided with it', async () => {
  const invoice = new PostedPart(connector, things(), 's1', '');
  await invoice.want({ kind: 'invoice', body: invoiceBody() });
  const sales = { 'invoice/s1': sold() };
  const owed = { kind: 'refund', body: refundBody({ tenders: [] }) } as const;
  const documents = { 'invoice/s1': there(invoice.item.remoteId ?? '', 'Invoice') };
  const memo = new PostedPart(connector, things({ documents, sales }), 'r1', 'refund');
  expect(await memo.want(owed)).toEqual({ type: 'delivered' });
  const applied = new PostedPart(
    connector,
    things({
      documents: { ...documents, 'refund/r1': there(memo.item.remoteId ?? '', 'CreditMemo') },
      sales,
    }),
    'r1',
    'applied',
  );
  expect(await applied.want(owed)).toEqual({ type: 'delivered' });
  const lines = owed.body.lines
    .slice(0, 1)
    .map((line) => ({ ...line, quantity: '1', netMinor: 1250, taxes: [] }));
  const less = {
    ...owed,
    body: { ...owed.body, lines, totals: { netMinor: 1250, taxMinor: 0, totalMinor: 1250 } },
  };
  expect(await memo.want(less)).toMatchObject({ type: 'waits' });
  expect(await applied.want(less)).toEqual({ type: 'delivered' });
  expect(await memo.want(less)).toEqual({ type: 'delivered' });
  expect(await company.get(`invoice/${invoice.item.remoteId ?? ''}`)).toMatchObject({
    body: { Invoice: { Balance: 14.72 } },
  });
  expect(await applied.want({ ...owed, body: { ...owed.body, voided: true } })).toEqual({
    type: 'delivered',
  });
  expect(applied.writes).toEqual([
    'create Payment',
    'void Payment',
    'create Payment',
    'void Payment',
  ]);
  expect(await memo.want({ ...owed, body: { ...owed.body, voided: true } })).toEqual({
    type: 'delivered',
  });
  expect(await company.get(`invoice/${invoice.item.remoteId ?? ''}`)).toMatchObject({
    body: { Invoice: { Balance: 27.22 } },
  });
});
