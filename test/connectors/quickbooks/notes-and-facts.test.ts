import { afterAll, afterEach, expect, test } from '@jest/globals';

import type { Outgoing } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import { control, startCompany, textAt, type Company } from '../../sandbox/support';
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
afterEach(() => company.sandbox.close());
afterAll(() => closeConnections());

const things = references({ products: { MUG: known() }, mappings: accountingMappings });

/** A guest's sale: its note says more than the marker. */
function guestSale(changes: Partial<Outgoing> = {}): Outgoing {
  const body = orderBody({ customerId: undefined, guest: { name: 'Kim Lee' } });
  return outgoing({ kind: 'order', body }, { recordId: '1001', ...changes });
}

test('a document whose note says more than the marker is ours, and held when a person voided it', async () => {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' });
  const { connector } = await connected(company);
  const [sale] = await composed(connector, [guestSale()], things);
  if (sale === undefined) throw new Error('Nothing was composed');
  await connector.send(stored(connector, [writeOf(sale)]), openGate());
  expect(await composed(connector, [guestSale()], things)).toMatchObject([{ type: 'adopt' }]);
  const found = await company.query("SELECT * FROM SalesReceipt WHERE DocNumber = 'P1-1001'");
  const id = textAt(found.body, 'QueryResponse.SalesReceipt.0.Id');
  await control(company.sandbox, 'act', {
    as: 'accountant',
    do: 'void',
    realmId: company.realmId,
    entity: 'SalesReceipt',
    id,
  });
  expect(await composed(connector, [guestSale()], things)).toMatchObject([
    { type: 'hold', reason: 'ambiguous_match' },
  ]);
});

test('nothing is asked about a sale that is not sent', async () => {
  company = await startCompany({
    fixture: 'accounting',
    preferences: { bookCloseDate: '2026-11-21' },
  });
  const { connector } = await connected(company);
  const gate = openGate();
  const compose = await connector.lookUp([guestSale()], things, gate);
  expect(gate.reads).toBe(0);
  expect(compose(guestSale(), things)).toMatchObject({ reason: 'closed_period' });
});

test('the facts say which lines a company takes, and what its tax codes hold', async () => {
  company = await startCompany({
    kind: 'ca',
    fixture: 'accounting',
    preferences: { allowGratuity: false },
  });
  const { facts } = await connected(company);
  expect(facts).toMatchObject({ country: 'CA', allowDiscount: true, allowGratuity: false });
  expect(facts.taxCodes.find(({ id }) => id === '7')?.rates).toEqual([
    { id: '21', percent: '5' },
    { id: '22', percent: '9.975' },
  ]);
  await company.sandbox.close();
  company = await startCompany({ fixture: 'accounting', preferences: { allowDiscount: false } });
  expect((await connected(company)).facts).toMatchObject({
    allowDiscount: false,
    allowGratuity: true,
  });
});
