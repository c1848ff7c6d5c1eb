import { afterEach, expect, it } from '@jest/globals';

import { at, control, listAt, startCompany, type Company } from '../support';
import { codeOf } from './company';

/** Switches of the sandbox's own, beside those of quickbooks.md#not-confirmed. */
let company: Company;
afterEach(() => company.sandbox.close());

const set = (values: object): Promise<unknown> => control(company.sandbox, 'settings', values);

it('qbo.batchMax: operations in a batch', async () => {
  company = await startCompany();
  const items = ['a', 'b', 'c'].map((bId) => ({
    bId,
    operation: 'create',
    Customer: { DisplayName: bId },
  }));
  await set({ 'qbo.batchMax': 2 });
  expect(codeOf(await company.post('batch', { BatchItemRequest: items }))).toBe('1040');
  await set({ 'qbo.batchMax': 3 });
  expect((await company.post('batch', { BatchItemRequest: items })).status).toBe(200);
});

it('qbo.cdcMax: objects in an answer of change data capture', async () => {
  company = await startCompany({}, { 'qbo.cdcMax': 2 });
  for (const name of ['a', 'b', 'c']) await company.post('customer', { DisplayName: name });
  const since = encodeURIComponent(new Date(Date.now() - 60_000).toISOString());
  const { body } = await company.get(`cdc?entities=Customer&changedSince=${since}`);
  expect(listAt(body, 'CDCResponse.0.QueryResponse.0.Customer')).toHaveLength(2);
});

it('qbo.unknownFields: what is not known is ignored, or refused with 2010', async () => {
  company = await startCompany();
  const ignored = await company.post('customer', { DisplayName: 'a', Nonsense: 1 });
  expect([ignored.status, at(ignored.body, 'Customer.Nonsense')]).toEqual([200, undefined]);
  await set({ 'qbo.unknownFields': 'refuse' });
  expect(codeOf(await company.post('customer', { DisplayName: 'b', Nonsense: 1 }))).toBe('2010');
});
