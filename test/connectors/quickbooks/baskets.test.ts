import { afterAll, afterEach, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { Outgoing, Write } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import { partsOfOrder, type Ticket } from '../../../domain/posting/source/ticket';
import { basket } from '../../domain/posting/baskets';
import { companyKinds } from '../../domain/posting/company';
import { totalsOf } from '../../sandbox/qbo/expected-ledger';
import { basketsTimes } from '../../support/env';
import { startCompany, type Company } from '../../sandbox/support';
import { known, openGate, outgoing, references, stored } from '../fixtures';
import { accountingMappings, connected } from './company';

// Random tickets posted for real: the connector itself refuses an answer whose total or tax is
// another.

const documentsEach = 90 * basketsTimes();
const batchSize = 30;
const currencies = { usAutomated: 'USD', usManual: 'USD', usNoTax: 'USD', gb: 'GBP', ca: 'CAD' };
const cases = companyKinds.flatMap((kind) =>
  [false, true].map((pricesIncludeTax) => ({ kind, pricesIncludeTax, currency: currencies[kind] })),
);

const item = (remoteId: string): ReturnType<typeof known> => known({ remoteId });
const products = { MUG: item('11'), TEE: item('12'), CUP: item('14') };

let company: Company | undefined;
afterEach(async () => {
  await company?.sandbox.close();
  company = undefined;
});
afterAll(() => closeConnections());

it.each(cases)(
  '$kind, tax in the price: $pricesIncludeTax: the books have the total and the tax of every ticket',
  async (options) => {
    company = await startCompany({ kind: options.kind, fixture: 'accounting' });
    const { connector } = await connected(company);
    // Shipping of two tax codes is two lines, for which the one shipping field is not enough.
    const shipping = options.currency === 'USD' ? {} : { 'item:@shipping': '31' };
    const things = references({ products, mappings: { ...accountingMappings, ...shipping } });
    // Nothing is there yet, so nothing is asked.
    const compose = await connector.lookUp([], things, openGate());
    const tickets = fc.sample(basket(options), { seed: 41, numRuns: documentsEach });
    const writes: Write[] = [];
    const left: string[] = [];
    let clearingMinor = 0;
    let receivableMinor = 0;
    for (const [index, ticket] of tickets.entries()) {
      const parts = ticket.kind === 'order' ? partsOfOrder(ticket.body) : ['sale'];
      const all = parts.map((part) => compose({ ...outgoingOf(ticket, index), part }, things));
      const own = all.flatMap((composed) => (composed.type === 'write' ? [composed.write] : []));
      if (own.length < all.length) {
        left.push(
          ...all.flatMap((one) =>
            one.type === 'write' ? [] : one.type === 'hold' ? one.reason : one.type,
          ),
        );
        continue;
      }
      const { totalMinor } = ticket.body.totals;
      writes.push(...own);
      if (ticket.kind === 'invoice') receivableMinor += totalMinor;
      else clearingMinor += ticket.kind === 'refund' ? -totalMinor : totalMinor;
    }
    const reasons = ['negative_total', 'negative_tax', 'skip'];
    expect(left.filter((reason) => !reasons.includes(reason))).toEqual([]);
    expect(writes.length).toBeGreaterThan(documentsEach * 0.9);
    const gate = openGate();
    for (let at = 0; at < writes.length; at += batchSize) {
      const send = stored(connector, writes.slice(at, at + batchSize));
      const answer = await connector.send(send, gate);
      const results = answer.type === 'answered' ? answer.results : [];
      expect(results.filter(({ type }) => type !== 'accepted')).toEqual([]);
      expect(results).toHaveLength(send.members.length);
    }
    const totals = await totalsOf(company);
    const minorOf = (account: string): number => Math.round(Number(totals[account] ?? 0) * 100);
    expect(minorOf('Card clearing')).toBe(clearingMinor);
    expect(minorOf('Accounts Receivable (A/R)')).toBe(receivableMinor);
    const all = Object.keys(totals).reduce((sum, account) => sum + minorOf(account), 0);
    expect(all).toBe(0);
  },
);

function outgoingOf(ticket: Ticket, index: number): Outgoing {
  const recordId = `B-${index}`;
  const changes = { deliveryId: `d${index}`, recordId };
  switch (ticket.kind) {
    case 'order':
      return outgoing({ kind: 'order', body: { ...ticket.body, number: recordId } }, changes);
    case 'refund':
      return outgoing({ kind: 'refund', body: { ...ticket.body, number: recordId } }, changes);
    case 'invoice':
      return outgoing({ kind: 'invoice', body: { ...ticket.body, number: recordId } }, changes);
  }
}
