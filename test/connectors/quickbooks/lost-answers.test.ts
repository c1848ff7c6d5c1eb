import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { openGate, outgoing, productBody } from '../fixtures';
import { control } from '../sandbox';
import { mapped, order } from './company';
import { FreshCompany } from './fresh-company';

const company = new FreshCompany();
const gate = openGate();
const day = 24 * 3_600_000;

beforeAll(() => company.open());
afterAll(() => company.close());
beforeEach(() => company.start());

describe('a lost answer', () => {
  test.each(['resetAfterCommit', 'resetBeforeCommit', 'hang', 'cutJson', 'emptyBody', 'html503'])(
    'after %s is repeated with the same requestid and settled once',
    async (fault) => {
      const frozen = await company.freeze([order('1001'), order('1002')]);
      await control(company.sandbox, 'faults', [{ match: { write: true }, fault, times: 1 }]);
      expect((await company.connector.send(frozen, gate)).type).toBe('lost');
      const answer = await company.connector.verify(frozen, 1000, openGate());
      expect(answer).toMatchObject({ results: [{ type: 'accepted' }, { type: 'accepted' }] });
      expect(await company.connector.verify(frozen, 2000, openGate())).toEqual(answer);
    },
  );

  test('of a batch that was cut half way is settled for each member', async () => {
    const frozen = await company.freeze([order('1001'), order('1002')]);
    await control(company.sandbox, 'faults', [
      { match: { path: '/batch' }, fault: 'batchCut', after: 1, times: 1 },
    ]);
    expect((await company.connector.send(frozen, gate)).type).toBe('lost');
    expect(await company.connector.verify(frozen, 1000, openGate())).toMatchObject({
      results: [{ type: 'accepted' }, { type: 'accepted' }],
    });
  });

  test('older than the requestid is kept is looked for by the natural key', async () => {
    const item = outgoing(
      { kind: 'product', body: productBody({ sku: 'NEW' }) },
      { deliveryId: 'p' },
    );
    const income = { 'account:income': await company.incomeAccount() };
    const frozen = await company.freeze([order('1001'), item], mapped({ mappings: income }));
    expect(await company.connector.verify(frozen, day, openGate())).toEqual({
      type: 'answered',
      results: [{ type: 'absent' }, { type: 'absent' }],
    });
    await company.connector.send(frozen, gate);
    expect(await company.connector.verify(frozen, day, openGate())).toMatchObject({
      results: [{ type: 'accepted' }, { type: 'accepted' }],
    });
  });

  test('asked about while throttled stays unknown and says when to ask', async () => {
    const frozen = await company.freeze([order('1001')]);
    await control(company.sandbox, 'faults', [
      { match: { path: '/batch' }, fault: 'throttleXml', times: 1 },
    ]);
    expect(await company.connector.verify(frozen, 1000, openGate())).toMatchObject({
      type: 'notExecuted',
      why: 'throttled',
      retryAfterMs: 60_000,
    });
  });
});

test('each send carries its requestid as a query parameter of at most 36 characters', async () => {
  const frozen = await company.freeze([order('1001')]);
  expect(frozen.request.path).not.toContain('requestid');
  await company.connector.send(frozen, gate);
  await company.connector.verify(frozen, 1000, openGate());
  const journal = JSON.stringify(await control(company.sandbox, 'journal'));
  expect(frozen.requestId).toHaveLength(36);
  expect(journal.split(frozen.requestId).length - 1).toBeGreaterThanOrEqual(2);
});
