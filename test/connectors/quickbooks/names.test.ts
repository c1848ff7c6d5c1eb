import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { Outgoing } from '../../../connectors/contract';
import { recordMark } from '../../../connectors/quickbooks/shape/mapping';
import { composed, openGate, outgoing, productBody, writeOf } from '../fixtures';
import { control } from '../sandbox';
import { mapped } from './company';
import { FreshCompany } from './fresh-company';

const company = new FreshCompany();
const gate = openGate();

beforeAll(() => company.open());
afterAll(() => company.close());
beforeEach(() => company.start());

describe('names', () => {
  const customer = (recordId: string, name: string): Outgoing =>
    outgoing({ kind: 'customer', body: { name } }, { deliveryId: recordId, recordId });

  test.each(["O'Brien", 'A\\B', '50 % "off"', 'Zoë 🦊'])(
    '%s is created once, and found taken afterwards',
    async (name) => {
      const answer = await company.connector.send(
        await company.freeze([customer('c9', name)]),
        gate,
      );
      expect(answer).toMatchObject({ results: [{ type: 'accepted' }] });
      const [other] = await composed(company.connector, [customer('c10', name)], mapped());
      expect(other && writeOf(other).payload['DisplayName']).toBe(`${name} (${recordMark('c10')})`);
    },
  );

  test('taken by another customer get the record id', async () => {
    const frozen = await company.freeze([customer('c9', 'jo day')]);
    expect(frozen.members[0]?.payload['DisplayName']).toBe(`jo day (${recordMark('c9')})`);
    expect(await company.connector.send(frozen, gate)).toMatchObject({
      results: [{ type: 'accepted' }],
    });
    expect(await composed(company.connector, [customer('c9', 'jo day')], mapped())).toMatchObject([
      { type: 'adopt', isLinked: false },
    ]);
  });

  test('are changed sparsely, with the version read after a conflict', async () => {
    const answer = await company.connector.send(
      await company.freeze([customer('c9', 'Ann')]),
      gate,
    );
    const [result] = answer.type === 'answered' ? answer.results : [];
    if (result?.type !== 'accepted') throw new Error('Ann was not created');
    const { remoteId, remoteVersion, snapshot } = result;
    await control(company.sandbox, 'act', {
      as: 'accountant',
      do: 'edit',
      realmId: '4620816365',
      entity: 'Customer',
      id: remoteId,
      set: { Notes: 'VIP' },
    });
    const body = { name: 'Ann', phone: '1' };
    const item = outgoing(
      { kind: 'customer', body },
      { recordId: 'c9', remoteId, remoteVersion, snapshot },
    );
    expect(await company.connector.send(await company.freeze([item]), gate)).toMatchObject({
      results: [{ type: 'refused', failureClass: 'STALE' }],
    });
    const retried = await company.freeze([{ ...item, lastClass: 'STALE' }]);
    expect(retried.members[0]?.payload).toMatchObject({
      sparse: true,
      PrimaryPhone: { FreeFormNumber: '1' },
    });
    expect(retried.members[0]?.payload).not.toHaveProperty('Notes');
    expect(await company.connector.send(retried, gate)).toMatchObject({
      results: [{ type: 'accepted' }],
    });
  });

  test('of items are matched by SKU, then by name', async () => {
    const parts = mapped({ mappings: { 'account:income': await company.incomeAccount() } });
    const item = (sku: string): Outgoing =>
      outgoing({ kind: 'product', body: productBody({ sku }) }, { deliveryId: sku });
    const [byName] = await composed(company.connector, [item('CUP')], parts);
    expect(byName).toMatchObject({ type: 'write', write: { operation: 'update', isLinked: true } });
    expect(await composed(company.connector, [item('cup')], parts)).toMatchObject([
      { type: 'hold', reason: 'ambiguous_match' },
    ]);
    const frozen = await company.freeze([item('A:1')], parts);
    expect(frozen.members[0]?.payload).toMatchObject({ Name: 'A-1', Sku: 'A:1' });
    expect(await company.connector.send(frozen, gate)).toMatchObject({
      results: [{ type: 'accepted' }],
    });
    expect(await composed(company.connector, [item('A:1')], parts)).toMatchObject([
      { type: 'adopt' },
    ]);
  });

  test('are not looked for when the look-up fails: nothing is created', async () => {
    await control(company.sandbox, 'faults', [{ match: { path: '/query' }, fault: 'status:503' }]);
    const asked = company.connector.lookUp([customer('c9', 'Ann')], mapped(), openGate());
    await expect(asked).rejects.toMatchObject({ name: 'ConnectorError', kind: 'upstream' });
  });
});
