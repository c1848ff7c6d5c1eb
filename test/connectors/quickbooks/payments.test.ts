import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';

import type { Connector, Outgoing } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import { added, totalsOf } from '../../sandbox/qbo/expected-ledger';
import { at, startCompany, type Company } from '../../sandbox/support';
import {
  composed,
  known,
  openGate,
  orderBody,
  outgoing,
  references,
  stored,
  writeOf,
} from '../fixtures';
import { accountingMappings, connected } from './company';

let company: Company;
let connector: Connector;
const gate = openGate();

beforeEach(async () => {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' });
  ({ connector } = await connected(company));
});
afterEach(() => company.sandbox.close());
afterAll(() => closeConnections());

/** A part of a ticket of 25.00, of which 10.00 are paid in cash. */
function part(name: string, changes: Partial<Outgoing> = {}): Outgoing {
  const tenders = [
    { tender: 'cash', amountMinor: 1000 },
    { tender: 'card', amountMinor: 1500 },
  ];
  const body = orderBody({ tenders });
  return outgoing(
    { kind: 'order', body },
    { deliveryId: name, recordId: '1001', part: name, ...changes },
  );
}

function things(invoiceId: string | null): ReturnType<typeof references> {
  return references({
    products: { MUG: known() },
    customers: { c1: { remoteId: '301', isOpen: false } },
    orders: { '1001': { remoteId: invoiceId, isOpen: false, entity: 'Invoice' } },
    mappings: accountingMappings,
  });
}

test(
  'each clearing account has what its tender brought, and nothing stays ' +
    'receivable; payments are found again',
  async () => {
    const before = await totalsOf(company);
    const [sale] = await composed(connector, [part('sale')], things(null));
    if (sale === undefined) throw new Error('Nothing was composed');
    const sent = await connector.send(stored(connector, [writeOf(sale)]), gate);
    const [result] = sent.type === 'answered' ? sent.results : [];
    const invoiceId = result?.type === 'accepted' ? result.remoteId : '';
    const parts = [part('payment-1'), part('payment-2')];
    const writes = (await composed(connector, parts, things(invoiceId))).map(writeOf);
    const paid = await connector.send(stored(connector, writes), gate);
    expect(paid).toMatchObject({ results: [{ type: 'accepted' }, { type: 'accepted' }] });
    expect(added(before, await totalsOf(company))).toEqual({
      'Cash drawer': '10.00',
      'Card clearing': '15.00',
      'Sales of Product Income': '-25.00',
    });
    expect(at((await company.get(`invoice/${invoiceId}`)).body, 'Invoice.Balance')).toBe(0);
    // Tried before, nothing known of it: the day is searched for the marker.
    const again = parts.map((one) => ({ ...one, attempts: 1 }));
    expect(await composed(connector, again, things(invoiceId))).toMatchObject([
      { type: 'adopt' },
      { type: 'adopt' },
    ]);
  },
);
