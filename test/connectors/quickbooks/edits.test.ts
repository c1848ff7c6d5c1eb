import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { Connector } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import type { RecordBody } from '../../../domain/bodies';
import type { PostingSettings } from '../../../domain/posting/settings';
import { added, totalsOf } from '../../sandbox/qbo/expected-ledger';
import { at, control, startCompany, textAt, type Company } from '../../sandbox/support';
import { line, openGate, refundBody } from '../fixtures';
import { accountingMappings, connected, mapped } from './company';
import { documentsOf, gain, mugs, sales } from './mugs';
import { PostedPart } from './posted-part';

// What the till changes after posting, against the books of the sandbox (accounting.md#edits,
// #closed).

let company: Company;
let connector: Connector;
let part: PostedPart;
let before: Record<string, string>;

const closed = 'firstOpenDay';

beforeEach(() => start());
afterEach(() => company.sandbox.close());
afterAll(() => closeConnections());

async function start(posting: Partial<PostingSettings> = {}, sandbox: object = {}): Promise<void> {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' }, sandbox);
  ({ connector } = await connected(company, posting));
  before = await totalsOf(company);
  part = new PostedPart(connector, mapped({ mappings: accountingMappings }), '1001', 'sale');
}

async function restart(...how: Parameters<typeof start>): Promise<void> {
  await company.sandbox.close();
  await start(...how);
}

async function gained(): Promise<Record<string, string>> {
  return added(before, await totalsOf(company));
}

async function act(deed: object): Promise<void> {
  await control(company.sandbox, 'act', { as: 'accountant', realmId: company.realmId, ...deed });
}

const mainId = (): string => part.item.remoteId ?? '';
const receipt = async (): Promise<unknown> => (await company.get(`salesreceipt/${mainId()}`)).body;

async function edit(set: object, entity = 'SalesReceipt'): Promise<void> {
  await act({ do: 'edit', entity, id: mainId(), set });
}

/** Puts the document into a deposit, as an accountant does at the bank. */
async function deposit(): Promise<void> {
  // Only what lies in Undeposited Funds can be deposited: mapped so in these tests.
  const answer = await company.post('deposit', {
    DepositToAccountRef: { value: '203' },
    TxnDate: '2026-11-25',
    Line: [
      {
        Amount: at(await receipt(), 'SalesReceipt.TotalAmt'),
        LinkedTxn: [{ TxnId: mainId(), TxnType: 'SalesReceipt', TxnLineId: '0' }],
      },
    ],
  });
  expect(answer.status).toBe(200);
}

async function numbered(entity: string, docNumber: string): Promise<unknown> {
  const { body } = await company.query(`SELECT * FROM ${entity} WHERE DocNumber = '${docNumber}'`);
  return at(body, `QueryResponse.${entity}.0`);
}

const books = (): Promise<string[]> => documentsOf(company);

describe('in an open period', () => {
  test('a further document keeps its own marker when it is edited', async () => {
    for (const ticket of [mugs(1), mugs(1, { voided: true }), mugs(2), mugs(3)])
      expect(await part.want(ticket)).toEqual({ type: 'delivered' });
    expect(textAt(await receipt(), 'SalesReceipt.PrivateNote')).toBe(
      'truth-sync pos posting 2 of order 1001',
    );
  });

  test('an edit is written into the document, three times over', async () => {
    for (const count of [2, 3, 1, 4]) {
      expect(await part.want(mugs(count))).toEqual({ type: 'delivered' });
      expect(await gained()).toEqual(gain(count));
    }
    expect(await books()).toEqual(['SalesReceipt P1-1001 54.00']);
    expect(part.writes.slice(1)).toEqual(Array<string>(3).fill('update SalesReceipt'));
  });

  test('an equal revision, and one of labels alone, writes nothing', async () => {
    await part.want(mugs(2));
    const renamed = mugs(2, { guest: { name: 'Kim' }, number: 'P1-1001b' });
    expect(await part.want(mugs(2))).toEqual({ type: 'delivered' });
    expect(await part.want(renamed)).toEqual({ type: 'delivered' });
    expect(part.writes).toEqual(['create SalesReceipt']);
  });

  test('memo, class and department of a person survive', async () => {
    await part.want(mugs(2));
    const made = await company.post('class', { Name: 'North' });
    const department = await company.post('department', { Name: 'Shop' });
    const ClassRef = { value: textAt(made.body, 'Class.Id') };
    const DepartmentRef = { value: textAt(department.body, 'Department.Id') };
    await edit({
      PrivateNote: 'truth-sync pos order 1001\nchecked by Ann',
      ClassRef,
      DepartmentRef,
      EmailStatus: 'EmailSent',
    });
    expect(await part.want(mugs(3))).toEqual({ type: 'delivered' });
    expect(at(await receipt(), 'SalesReceipt')).toMatchObject({
      TotalAmt: 40.5,
      PrivateNote: 'truth-sync pos order 1001\nchecked by Ann',
      ClassRef,
      DepartmentRef,
      EmailStatus: 'EmailSent',
    });
  });

  test('a marker that a person took out comes back before what they wrote', async () => {
    await part.want(mugs(2));
    await edit({ PrivateNote: 'mine' });
    await part.want(mugs(3));
    expect(at(await receipt(), 'SalesReceipt.PrivateNote')).toBe('truth-sync pos order 1001\nmine');
  });

  test.each<[string, object]>([
    [
      'an amount',
      {
        Line: [
          {
            DetailType: 'SalesItemLineDetail',
            Amount: 24,
            SalesItemLineDetail: { ItemRef: { value: '11' }, TaxCodeRef: { value: 'TAX' } },
          },
        ],
      },
    ],
    ['the day', { TxnDate: '2026-11-22' }],
    ['the customer', { CustomerRef: { value: '302' } }],
    ['the account', { DepositToAccountRef: { value: '202' } }],
  ])('%s that a person changed is held with what was, is and should be', async (_name, set) => {
    await part.want(mugs(2));
    await edit(set);
    const outcome = await part.want(mugs(3));
    expect(outcome).toMatchObject({ type: 'held', cause: 'changed_in_books:money' });
    expect(outcome.type === 'held' ? outcome.detail : '').toMatch(
      /we wrote .* the books hold .* the till says/,
    );
    expect(await part.want(mugs(3, { voided: true }))).toMatchObject({
      cause: 'changed_in_books:money',
    });
  });

  test('what a person wrote just as the till has it now is taken over', async () => {
    await part.want(mugs(2));
    const Line = [
      {
        DetailType: 'SalesItemLineDetail',
        Amount: 37.5,
        SalesItemLineDetail: {
          ItemRef: { value: '11' },
          Qty: 3,
          UnitPrice: 12.5,
          TaxCodeRef: { value: 'TAX' },
        },
      },
    ];
    await edit({ Line, TxnTaxDetail: { TotalTax: 3 } });
    expect(await part.want(mugs(3))).toEqual({ type: 'delivered' });
    expect(part.writes).toEqual(['create SalesReceipt']);
    expect(await part.want(mugs(4))).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual(gain(4));
  });

  test('an edit meanwhile is read again after the refusal', async () => {
    await part.want(mugs(2));
    const edited = { ...part.item, record: mugs(3), rev: 2 };
    const compose = await connector.lookUp([edited], part.references, openGate());
    await edit({ PrivateNote: 'truth-sync pos order 1001\nnow' });
    expect(compose(edited, part.references)).toMatchObject({ write: { operation: 'update' } });
    expect(await part.want(mugs(3))).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual(gain(3));
  });

  test('a void leaves the number, and what is sold after all is a new document', async () => {
    await part.want(mugs(2));
    for (const number of ['P1-1001-V2', 'P1-1001-V3']) {
      expect(await part.want(mugs(2, { voided: true }))).toEqual({ type: 'delivered' });
      expect(await part.want(mugs(2, { voided: true }))).toEqual({ type: 'delivered' });
      expect(await gained()).toEqual({});
      expect(await part.want(mugs(2))).toEqual({ type: 'delivered' });
      expect(await gained()).toEqual(gain(2));
      expect(await books()).toContain(`SalesReceipt ${number} 27.00`);
    }
  });

  test('a ticket voided before it was posted is not posted', async () => {
    expect(await part.want(mugs(2, { voided: true }))).toEqual({
      type: 'skipped',
      reason: 'voided',
    });
    expect(await part.want(mugs(2), 'absent')).toEqual({ type: 'skipped', reason: 'part_gone' });
    expect(await books()).toEqual([]);
  });

  test('a part that a revision no longer has is voided; what a person voided or deleted is as wanted', async () => {
    await part.want(mugs(2));
    expect(await part.want(mugs(2), 'absent')).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual({});
    expect(await part.want(mugs(2))).toEqual({ type: 'delivered' });
    await act({ do: 'void', entity: 'SalesReceipt', id: mainId() });
    expect(await part.want(mugs(3))).toMatchObject({ cause: 'changed_in_books:voided' });
    // B10: a redrive that names it posts it anew, as a new document.
    part.item = { ...part.item, isPostedAnew: true };
    expect(await part.drive()).toEqual({ type: 'delivered' });
    expect(part.writes.at(-1)).toBe('create SalesReceipt');
    part.item = { ...part.item, isPostedAnew: false };
    expect(await part.want(mugs(2), 'absent')).toEqual({ type: 'delivered' });
    await part.want(mugs(2));
    await act({ do: 'delete', entity: 'SalesReceipt', id: mainId() });
    expect(await part.want(mugs(3))).toMatchObject({ cause: 'gone_in_system:document' });
    expect(await part.want(mugs(2, { voided: true }))).toEqual({ type: 'delivered' });
  });

  test('another kind of document takes the place of the voided one', async () => {
    await part.want(mugs(2));
    const tenders = [
      { tender: 'cash', amountMinor: 1000 },
      { tender: 'card', amountMinor: 1700 },
    ];
    expect(await part.want(mugs(2, { tenders }))).toEqual({ type: 'delivered' });
    expect(part.writes).toEqual(['create SalesReceipt', 'void SalesReceipt', 'create Invoice']);
    expect(await gained()).toMatchObject({ 'Accounts Receivable (A/R)': '27.00' });
    expect(await part.want(mugs(2))).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual(gain(2));
  });

  test.each(['resetAfterCommit', 'resetBeforeCommit', 'cutJson'])(
    'an answer to an update or void lost by %s is repeated, once in the books',
    async (fault) => {
      await part.want(mugs(2));
      const lost = { match: { path: '/batch', write: true }, fault, times: 1 };
      await control(company.sandbox, 'faults', [lost]);
      expect(await part.want(mugs(3))).toEqual({ type: 'delivered' });
      expect(await gained()).toEqual(gain(3));
      await control(company.sandbox, 'faults', [lost]);
      expect(await part.want(mugs(3, { voided: true }))).toEqual({ type: 'delivered' });
      expect(await gained()).toEqual({});
      expect(await books()).toHaveLength(1);
    },
  );

  test('a refund that is edited and voided', async () => {
    const refund = (changes: object): RecordBody => ({
      kind: 'refund',
      body: refundBody({ number: 'P1-1001-R1', ...changes }),
    });
    const back = new PostedPart(connector, part.references, '560', 'refund');
    await back.want(refund({}));
    const one = {
      lines: [line({ quantity: '1', netMinor: 1250 })],
      tenders: [{ tender: 'card', amountMinor: 1250 }],
      totals: { netMinor: 1250, taxMinor: 0, totalMinor: 1250 },
    };
    expect(await back.want(refund(one))).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual({ 'Card clearing': '-12.50', [sales]: '12.50' });
    expect(await back.want(refund({ ...one, voided: true }))).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual({});
  });
});

describe('in a closed period', () => {
  const close = (): Promise<void> => act({ do: 'closeBooks', date: '2026-11-30' });

  test('by the setting it is held', async () => {
    await part.want(mugs(2));
    await close();
    await connector.readFacts(openGate());
    for (const next of [mugs(3), mugs(2, { voided: true })])
      expect(await part.want(next)).toMatchObject({
        type: 'held',
        cause: 'closed_period:2026-11-30',
      });
    expect(await part.want(mugs(2))).toEqual({ type: 'delivered' });
  });

  test('facts that are old are read anew after the refusal, and the setting is applied once', async () => {
    await restart({ closed: { mode: closed } });
    await part.want(mugs(2));
    await close();
    expect(await part.want(mugs(3))).toEqual({ type: 'delivered' });
    expect(await books()).toEqual(['SalesReceipt P1-1001 27.00', 'SalesReceipt P1-1001-D1 13.50']);
  });

  test('differences are documents of the first open day, each against the sum of those before', async () => {
    await restart({ closed: { mode: closed } });
    await part.want(mugs(2));
    await close();
    const seen: string[] = ['SalesReceipt P1-1001 27.00'];
    const steps: [RecordBody, number, string[]][] = [
      [mugs(3), 3, ['SalesReceipt P1-1001-D1 13.50']],
      [mugs(1), 1, ['RefundReceipt P1-1001-D2 27.00']],
      [mugs(1, { voided: true }), 0, ['RefundReceipt P1-1001-D3 13.50']],
      [mugs(1, { voided: true }), 0, []],
      [mugs(2), 2, ['SalesReceipt P1-1001-D4 27.00']],
    ];
    for (const [next, count, documents] of steps) {
      expect(await part.want(next)).toEqual({ type: 'delivered' });
      seen.push(...documents);
      expect((await books()).sort()).toEqual([...seen].sort());
      expect(await gained()).toEqual(gain(count));
    }
    expect(await numbered('SalesReceipt', 'P1-1001-D4')).toMatchObject({
      TxnDate: '2026-12-01',
      PrivateNote:
        'truth-sync pos difference 4 of rev 6 of order 1001; added to P1-1001; sale of ' +
        '2026-11-21',
    });
  });

  test('another tender moves the whole from one account to the other', async () => {
    await restart({ closed: { mode: closed } });
    await part.want(mugs(2));
    await close();
    const cash = mugs(3, { tenders: [{ tender: 'cash', amountMinor: 4050 }] });
    expect(await part.want(cash)).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual({
      'Cash drawer': '40.50',
      [sales]: '-37.50',
      'Sales tax payable': '-3.00',
    });
    expect(part.writes.slice(1)).toEqual(['create RefundReceipt', 'create SalesReceipt']);
  });

  test('killed between two differences, the rest follows', async () => {
    await restart({ closed: { mode: closed } });
    await part.want(mugs(2));
    await close();
    const cash = mugs(3, { tenders: [{ tender: 'cash', amountMinor: 4050 }] });
    // One look that finds the period closed, one that takes away.
    await part.want(cash, 'present', { stepsMax: 2 });
    expect(await part.drive()).toEqual({ type: 'delivered' });
    expect((await books()).filter((text) => text.includes('-D'))).toHaveLength(2);
  });

  test('its day cannot move; another kind takes the place of the whole', async () => {
    await restart({ closed: { mode: closed } });
    await part.want(mugs(2));
    await close();
    expect(await part.want(mugs(2, { businessDate: '2026-11-20' }))).toMatchObject({
      cause: 'locked:date',
    });
    const tenders = [
      { tender: 'cash', amountMinor: 1000 },
      { tender: 'card', amountMinor: 1700 },
    ];
    expect(await part.want(mugs(2, { tenders }))).toEqual({ type: 'delivered' });
    expect(part.writes.slice(1)).toEqual(['create RefundReceipt', 'create Invoice']);
    expect(await gained()).toEqual({
      'Accounts Receivable (A/R)': '27.00',
      [sales]: '-25.00',
      'Sales tax payable': '-2.00',
    });
  });
});

describe('deposited', () => {
  beforeEach(async () => {
    const { body } = await company.query("SELECT * FROM Account WHERE Name = 'Undeposited Funds'");
    const undeposited = textAt(body, 'QueryResponse.Account.0.Id');
    await connector.readFacts(openGate());
    part.references = mapped({
      mappings: { ...accountingMappings, 'account:clearing:card': undeposited },
    });
    await part.want(mugs(2));
    await deposit();
  });

  test('an edit is a difference, a void a counter-document, on the day of the sale', async () => {
    const first = mainId();
    expect(await part.want(mugs(3))).toEqual({ type: 'delivered' });
    expect(await part.want(mugs(3, { voided: true }))).toEqual({ type: 'delivered' });
    expect(await books()).toEqual(
      expect.arrayContaining([
        'SalesReceipt P1-1001 27.00',
        'SalesReceipt P1-1001-D1 13.50',
        'RefundReceipt P1-1001-D2 40.50',
      ]),
    );
    expect(await gained()).toEqual({ Bank: '27.00', 'Undeposited Funds': '-27.00' });
    expect(await numbered('RefundReceipt', 'P1-1001-D2')).toMatchObject({ TxnDate: '2026-11-21' });
    expect(mainId()).toBe(first);
  });
});
