import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';

import type { Connector } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import { postedIn } from '../../../connectors/quickbooks/books/posted';
import type { RecordBody } from '../../../domain/bodies';
import { startCompany, textAt, type Company } from '../../sandbox/support';
import { line, type ReferenceParts } from '../fixtures';
import { there } from './books';
import { accountingMappings, connected, mapped } from './company';
import { refundBody, sold } from './money-records';
import { documentsOf } from './mugs';
import { PostedPart } from './posted-part';

// Two deliveries of one refund that settle the same documents on its customer's account (ADR 0018),
// a step of each in turn.

let company: Company;
let connector: Connector;
let mappings: Record<string, string>;

beforeEach(async () => {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' });
  ({ connector } = await connected(company, {}));
  const query = `SELECT * FROM Account WHERE Name = 'Accounts Receivable (A/R)'`;
  const id = textAt((await company.query(query)).body, 'QueryResponse.Account.0.Id');
  mappings = { ...accountingMappings, 'account:receivable': id };
});
afterEach(() => company.sandbox.close());
afterAll(() => closeConnections());

const ofInvoice: ReferenceParts = {
  customers: { c1: { remoteId: '301', isOpen: false } },
  documents: { 'invoice/s1': there('9', 'Invoice') },
  sales: {
    'invoice/s1': sold([], { totals: { netMinor: 10_000, taxMinor: 0, totalMinor: 10_000 } }),
  },
};

/** So many pieces of 10.00 given back in cash. */
function back(count: number): RecordBody {
  const netMinor = count * 1_000;
  const body = refundBody({
    lines: [line({ quantity: String(count), netMinor, taxes: [] })],
    totals: { netMinor, taxMinor: 0, totalMinor: netMinor },
    tenders: [{ tender: 'cash', amountMinor: netMinor }],
    customerId: 'c1',
  });
  return { kind: 'refund', body };
}

type Part = 'refund-credit' | 'back-1';

/** The credit memo and the entry of one refund, each of which sees what the other has posted. */
class TwoParts {
  private readonly parts = (['refund-credit', 'back-1'] as const).map((name) => ({
    name,
    part: new PostedPart(connector, mapped(ofInvoice), 'r1', name),
    isDelivered: false,
  }));

  want(record: RecordBody, ...names: Part[]): void {
    for (const one of this.parts) {
      if (!names.includes(one.name)) continue;
      const { item } = one.part;
      one.part.item = { ...item, record, rev: item.rev + 1, attempts: 0, lastClass: null };
      one.isDelivered = false;
    }
  }

  /** One step of each in this order that is not delivered. */
  async step(...names: Part[]): Promise<void> {
    for (const name of names) {
      const one = this.parts.find((each) => each.name === name);
      if (one === undefined || one.isDelivered) continue;
      one.part.references = this.references();
      const outcome = await one.part.drive(1);
      if (outcome.type === 'held' && outcome.cause !== 'cut') throw new Error(outcome.detail);
      one.isDelivered = outcome.type === 'delivered';
    }
  }

  async deliver(...names: Part[]): Promise<void> {
    for (let turn = 0; turn < 12; turn += 1) {
      await this.step(...names);
      if (this.parts.every(({ isDelivered }) => isDelivered)) return;
    }
    throw new Error('Not delivered after 12 steps of each');
  }

  /** Each of these has written what it wants, and has yet to look at what is open. */
  async written(...names: Part[]): Promise<void> {
    for (const { name, part } of this.parts)
      for (let turn = 0; names.includes(name) && turn < 4 && settlesRev(part) === null; turn += 1)
        await this.step(name);
    const late = this.parts.find(
      ({ name, part }) => names.includes(name) && settlesRev(part) !== part.item.rev,
    );
    if (late !== undefined) throw new Error(`${late.name} did not write after 4 steps`);
  }

  private references(): PostedPart['references'] {
    const circle = this.parts.flatMap(({ part, isDelivered }) => {
      const { recordId, snapshot, rev } = part.item;
      if (snapshot === null) return [];
      const isChanging = !isDelivered && settlesRev(part) !== rev;
      return [{ kind: 'refund' as const, recordId, snapshot, isApart: true, isChanging }];
    });
    const remoteId = this.parts[0]?.part.item.remoteId ?? '';
    const documents = { ...ofInvoice.documents, 'refund/r1': there(remoteId, 'CreditMemo') };
    return mapped({ ...ofInvoice, documents, circles: { s1: circle }, mappings });
  }
}

/** The revision whose documents are still to be applied. */
function settlesRev({ item: { snapshot } }: PostedPart): number | null {
  const { rev = null, isLast = false } = postedIn(snapshot ?? {})?.unapplied ?? {};
  return isLast ? rev : null;
}

const both = ['refund-credit', 'back-1'] as const;

async function begin(): Promise<TwoParts> {
  const parts = new TwoParts();
  parts.want(back(4), ...both);
  await parts.deliver(...both);
  expect(await documentsOf(company)).toEqual([
    'CreditMemo R-1 40.00',
    'Payment - 0.00',
    'JournalEntry R-1-B1 40.00',
  ]);
  return parts;
}

const documents = async (): Promise<string[]> =>
  (await documentsOf(company)).filter((one) => !one.startsWith('Payment'));

test('B7: what both have to write is written before either applies what is open', async () => {
  const parts = await begin();
  parts.want(back(3), ...both);
  await parts.written(...both);
  parts.want(back(2), ...both);
  await parts.deliver(...both);
  expect(await documents()).toEqual(['CreditMemo R-1 20.00', 'JournalEntry R-1-B1 20.00']);
});

test('B7: what the other one needs free for its change is not applied again before it', async () => {
  const parts = await begin();
  parts.want(back(3), 'back-1');
  await parts.written('back-1');
  parts.want(back(2), 'refund-credit');
  await parts.deliver('back-1', 'refund-credit');
  expect(await documents()).toEqual(['CreditMemo R-1 20.00', 'JournalEntry R-1-B1 30.00']);
});
