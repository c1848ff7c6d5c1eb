import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

import {
  at,
  control,
  journal,
  send,
  startCompany,
  startShop,
  type Company,
  type Shop,
} from '../support';

/** What became of a call: its status, or the system's code of the failure. */
async function outcome(call: Promise<{ status: number }>): Promise<unknown> {
  try {
    return (await call).status;
  } catch (error) {
    return /code: '([A-Z_]+)'/.exec(inspect(error))?.[1];
  }
}

describe('a sandbox that is down for a while', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await startShop();
  });
  afterEach(() => shop.sandbox.close());

  const create = (sku: string): Promise<{ status: number }> =>
    shop.call('POST', '/wc/v3/products', { sku });

  it.each([
    ['downBeforeCommit', '0'],
    ['downAfterCommit', '1'],
  ])('%s cuts every connection, refuses new ones, and comes back', async (fault, total) => {
    await control(shop.sandbox, 'faults', [
      { match: { write: true }, fault, times: 1, delayMs: 150 },
      { match: { path: 'products/9' }, fault: 'hang' },
    ]);
    const beside = outcome(shop.call('GET', '/wc/v3/products/9'));
    expect(await outcome(create('A'))).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    const downMs = Date.now();
    expect(await beside).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    const list = async () => shop.call('GET', '/wc/v3/products');
    while ((await outcome(list())) === 'ECONNREFUSED') await delay(5);
    expect(Date.now() - downMs).toBeGreaterThan(120);
    expect((await list()).headers.get('x-wp-total')).toBe(total);
    const [entry] = (await journal(shop.sandbox)).filter((one) => at(one, 'isWrite') === true);
    expect(entry).toMatchObject({ fault, status: null, committed: total === '1' });
  });

  it('can be closed while it is down', async () => {
    await control(shop.sandbox, 'faults', [{ fault: 'downBeforeCommit', delayMs: 60_000 }]);
    await outcome(create('A'));
    await shop.sandbox.close();
    expect(await outcome(create('A'))).toBe('ECONNREFUSED');
    shop = await startShop();
  });
});

describe('somebody else between our read and our write', () => {
  it('actBefore: a shopper buys in the moment before our stock is written', async () => {
    const shop = await startShop();
    const stocked = { sku: 'A', manage_stock: true, stock_quantity: 10 };
    const { body } = await shop.call('POST', '/wc/v3/products', stocked);
    const act = { as: 'shopper', do: 'sell', store: 'shop', sku: 'A', quantity: 3 };
    await control(shop.sandbox, 'faults', [
      { match: { method: 'PUT' }, fault: 'actBefore', act, times: 1 },
    ]);
    const path = `/wc/v3/products/${String(at(body, 'id'))}`;
    const changed = await shop.call('PUT', path, { stock_quantity: 9 });
    expect([at(changed.body, 'stock_quantity'), at(changed.body, 'total_sales')]).toEqual([9, 3]);
    await shop.sandbox.close();
  });

  it(
    'actBefore: an accountant edits in the moment before our update, so that ' + 'it is stale',
    async () => {
      const company = await startCompany({ country: 'US', fixture: 'accounting' });
      const set = { Notes: 'mine' };
      const act = {
        as: 'accountant',
        do: 'edit',
        realmId: company.realmId,
        entity: 'Customer',
        id: '301',
        set,
      };
      await control(company.sandbox, 'faults', [
        { match: { write: true }, fault: 'actBefore', act, times: 1 },
      ]);
      const update = { Id: '301', SyncToken: '0', sparse: true, Notes: 'ours' };
      const stale = await company.post('customer', update);
      expect(at(stale.body, 'Fault.Error.0.code')).toBe('5010');
      await company.sandbox.close();
    },
  );

  it('actBefore without a deed is refused', async () => {
    const shop = await startShop();
    await expect(control(shop.sandbox, 'faults', [{ fault: 'actBefore' }])).rejects.toThrow(
      'actBefore needs act',
    );
    await shop.sandbox.close();
  });
});

describe('time in answers', () => {
  let company: Company;
  beforeEach(async () => {
    company = await startCompany();
  });
  afterEach(() => company.sandbox.close());

  it('the Date header follows the clock', async () => {
    await control(company.sandbox, 'clock', { now: '2026-03-01T10:00:00Z', rate: 0 });
    const date = async () => (await company.get('preferences')).headers.get('date');
    expect(await date()).toBe('Sun, 01 Mar 2026 10:00:00 GMT');
  });

  it('commitLate waits for the clock: one that stands commits when it is moved', async () => {
    await control(company.sandbox, 'clock', { now: '2026-03-01T10:00:00Z', rate: 0 });
    await control(company.sandbox, 'faults', [
      { match: { write: true }, fault: 'commitLate', times: 1, delayMs: 5_000, holdMs: 0 },
    ]);
    expect(await outcome(company.post('customer', { DisplayName: 'Late' }))).toMatch(
      /ECONNRESET|UND_ERR_SOCKET/,
    );
    await control(company.sandbox, 'clock', { advanceMs: 4_999 });
    expect(at(await journal(company.sandbox), '0.committed')).toBeNull();
    await control(company.sandbox, 'clock', { advanceMs: 60_000 });
    expect(at(await journal(company.sandbox), '0')).toMatchObject({
      committed: true,
      committedAt: '2026-03-01T10:00:05.000Z',
    });
  });
});

it('a vendor is not asked for what only the other one does', async () => {
  const company = await startCompany();
  const answer = await send(`${company.sandbox.url}/_sandbox/faults`, {
    method: 'POST',
    headers: { 'x-sandbox-token': company.sandbox.token },
    body: '[{"fault":"wpDie"}]',
  });
  expect(at(answer.body, 'error')).toBe('this vendor cannot do: wpDie');
  await company.sandbox.close();
});
