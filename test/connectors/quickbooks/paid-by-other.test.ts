import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { Connector, References } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import type { PostingSettings } from '../../../domain/posting/settings';
import type { RecordBody } from '../../../domain/bodies';
import { added, totalsOf } from '../../sandbox/qbo/expected-ledger';
import { at, control, startCompany, textAt, type Company } from '../../sandbox/support';
import { openGate } from '../fixtures';
import { accountingMappings, connected, mapped } from './company';
import { entry, invoiceBody, payment, sold } from './money-records';
import { documentsOf, mugs } from './mugs';
import { PostedPart } from './posted-part';
import { WholeTicket } from './whole-ticket';

// A paid invoice that the till gives to another customer: in QuickBooks a payment is of the
// customer of its invoice.

let company: Company;
let connector: Connector;
let mappings: Record<string, string>;
let before: Record<string, string>;
const receivable = 'Accounts Receivable (A/R)';

beforeEach(() => start());
afterEach(() => company.sandbox.close());
afterAll(() => closeConnections());

async function start(posting: Partial<PostingSettings> = {}): Promise<void> {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' });
  ({ connector } = await connected(company, posting));
  const { body } = await company.query(`SELECT * FROM Account WHERE Name = '${receivable}'`);
  mappings = {
    ...accountingMappings,
    'account:receivable': textAt(body, 'QueryResponse.Account.0.Id'),
  };
  before = await totalsOf(company);
}

const gained = async (): Promise<Record<string, string>> => added(before, await totalsOf(company));
const customers = {
  c1: { remoteId: '301', isOpen: false },
  c2: { remoteId: '302', isOpen: false },
};

/** What customers 301 and 302 owe. */
async function owed(): Promise<number[]> {
  const of = async (id: string): Promise<number> =>
    Number(
      at(
        (await company.query(`SELECT * FROM Customer WHERE Id = '${id}'`)).body,
        'QueryResponse.Customer.0.Balance',
      ),
    );
  return [await of('301'), await of('302')];
}

const invoiceOf = (customerId: string): RecordBody => ({
  kind: 'invoice',
  body: invoiceBody({ customerId }),
});
const paid = (amountMinor: number): RecordBody => payment({ amountMinor }).record;

/** An invoice of 27.22 and payments of it, as the tables would say of each other. */
class Paid {
  readonly invoice: PostedPart;
  readonly payments: PostedPart[];
  readonly amounts: readonly number[];
  private customerId = 'c1';

  constructor(amounts: readonly number[]) {
    this.amounts = amounts;
    this.invoice = new PostedPart(connector, this.known(null, false), 's1', '');
    this.payments = amounts.map(
      (_amount, index) => new PostedPart(connector, this.known(null, false), `p${index + 1}`, ''),
    );
  }

  /** Posts all of it. */
  async begin(): Promise<void> {
    await this.invoice.want(invoiceOf('c1'));
    for (const [index, part] of this.payments.entries()) {
      part.references = this.known(this.invoice.item.remoteId, false);
      await part.want(paid(this.amounts[index] ?? 0));
    }
  }

  /** The till gives it to this customer: the parts go round until none waits for another. */
  async give(customerId: string): Promise<string[]> {
    this.customerId = customerId;
    const parts = [this.invoice, ...this.payments];
    const open = new Set(parts);
    const outcomes: string[] = [];
    for (let round = 0; round < 6 && open.size > 0; round += 1)
      for (const [index, part] of parts.entries()) {
        if (!open.has(part)) continue;
        part.references = this.known(this.invoice.item.remoteId, open.has(this.invoice));
        const record = index === 0 ? invoiceOf(customerId) : paid(this.amounts[index - 1] ?? 0);
        const outcome = round === 0 ? await part.want(record) : await part.drive();
        if (outcome.type !== 'waits') open.delete(part);
        outcomes.push(`${index === 0 ? 'invoice' : `p${index}`} ${outcome.type}`);
      }
    return outcomes;
  }

  private known(remoteId: string | null, isOpen: boolean): References {
    const entries = this.amounts.map((amountMinor, index) =>
      entry('payment', `p${index + 1}`, payment({ amountMinor }).record.body, true),
    );
    const documents = { 'invoice/s1': { remoteId, isOpen, entity: 'Invoice' } };
    return mapped({
      customers,
      documents,
      sales: { 'invoice/s1': sold(entries, { customerId: this.customerId }) },
      mappings,
    });
  }
}

describe('an invoice', () => {
  test.each([[[1000]], [[1000, 1722]], [[2722]]])(
    'of which %j were paid: its payments go first and come again of the new customer',
    async (amounts) => {
      const all = new Paid(amounts);
      await all.begin();
      const outcomes = await all.give('c2');
      expect(outcomes.slice(0, 2)).toEqual(['invoice waits', 'p1 waits']);
      const openMinor = 2722 - amounts.reduce((sum, amount) => sum + amount, 0);
      expect(await owed()).toEqual([0, openMinor / 100]);
      expect(all.invoice.writes).toEqual(['create Invoice', 'update Invoice']);
      for (const part of all.payments)
        expect(part.writes).toEqual(['create Payment', 'void Payment', 'create Payment']);
      const read = await company.get(`invoice/${all.invoice.item.remoteId ?? ''}`);
      expect(at(read.body, 'Invoice.Balance')).toBe(openMinor / 100);
      expect((await gained())['Cash drawer']).toBe(((2722 - openMinor) / 100).toFixed(2));
      // And back again.
      await all.give('c1');
      expect(await owed()).toEqual([openMinor / 100, 0]);
    },
  );

  test(
    'of which a person booked a payment, or one is deposited, is corrected ' + 'beside it',
    async () => {
      const all = new Paid([1000]);
      await all.begin();
      const own = {
        CustomerRef: { value: '301' },
        TxnDate: '2026-11-24',
        TotalAmt: 5,
        Line: [
          { Amount: 5, LinkedTxn: [{ TxnId: all.invoice.item.remoteId, TxnType: 'Invoice' }] },
        ],
      };
      expect((await company.post('payment', own)).status).toBe(200);
      expect((await all.give('c2'))[0]).toBe('invoice delivered');
      expect(await documentsOf(company)).toEqual(
        expect.arrayContaining(['CreditMemo P1-1001-D1 27.22', 'Invoice P1-1001-D2 27.22']),
      );
      expect(await owed()).toEqual([-5, 17.22]);
    },
  );

  test(
    'of a closed period: by setting it is corrected beside it, and so is its ' + 'payment',
    async () => {
      await company.sandbox.close();
      await start({ closed: { mode: 'firstOpenDay' } });
      const all = new Paid([1000]);
      await all.begin();
      await control(company.sandbox, 'act', {
        as: 'accountant',
        realmId: company.realmId,
        do: 'closeBooks',
        date: '2026-11-30',
      });
      await connector.readFacts(openGate());
      await all.give('c2');
      expect(await owed()).toEqual([0, 17.22]);
      expect((await gained())['Cash drawer']).toBe('10.00');
    },
  );
});

test('a ticket of several tenders: the same with its own payments', async () => {
  const tenders = [
    { tender: 'cash', amountMinor: 1000 },
    { tender: 'card', amountMinor: 1700 },
  ];
  const ticket = new WholeTicket(connector, mapped({ customers, mappings }), '1001');
  await ticket.want(mugs(2, { tenders, customerId: 'c1' }));
  const outcomes = await ticket.want(mugs(2, { tenders, customerId: 'c2' }));
  expect(Object.values(outcomes).map(({ type }) => type)).toEqual([
    'delivered',
    'delivered',
    'delivered',
  ]);
  expect(await owed()).toEqual([0, 0]);
  expect(
    [...ticket.parts].map(([part, { writes }]) => `${part} ${writes.join(', ')}`).sort(),
  ).toEqual([
    'payment-1 create Payment, void Payment, create Payment',
    'payment-2 create Payment, void Payment, create Payment',
    'sale create Invoice, update Invoice',
  ]);
  const read = await company.get(`invoice/${ticket.parts.get('sale')?.item.remoteId ?? ''}`);
  expect(at(read.body, 'Invoice.Balance')).toBe(0);
});
