import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';

import {
  at,
  control,
  journal,
  listAt,
  send,
  startCompany,
  startShop,
  type Company,
  type Shop,
} from '../support';

const plan = (on: Company | Shop, fault: object): Promise<unknown> =>
  control(on.sandbox, 'faults', [fault]);

/** How a call that got no whole answer ended. */
const failure = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'answered';
  } catch {
    return 'failed';
  }
};

async function lastEntry(on: Company | Shop): Promise<unknown> {
  return (await journal(on.sandbox)).at(-1);
}

describe('faults of a QuickBooks call', () => {
  let company: Company;
  beforeEach(async () => {
    company = await startCompany({ country: 'US', fixture: 'accounting' });
  });
  afterEach(() => company.sandbox.close());

  const customers = async (): Promise<unknown> =>
    at((await company.query('select count(*) from Customer')).body, 'QueryResponse.totalCount');
  const create = (requestId: string, name = 'Jane', init?: RequestInit) =>
    company.post(`customer?requestid=${requestId}`, { DisplayName: name }, init);
  const write = { write: true };

  it('status: answers once with the code and commits nothing', async () => {
    await plan(company, { match: write, fault: 'status:500', times: 1 });
    const answer = await create('r1');
    expect([answer.status, at(answer.body, 'Fault.Error.0.code')]).toEqual([500, '10000']);
    expect(await customers()).toBe(3);
    expect((await create('r1')).status).toBe(200);
  });

  it('status:429 is XML with a Retry-After when one is given', async () => {
    await plan(company, { fault: 'status:429', times: 1, retryAfter: 7 });
    const answer = await company.get('preferences');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
    expect(answer.text).toMatch(/^<\?xml/);
  });

  it.each([
    ['html503', 503, '<html>'],
    ['throttleXml', 429, '<?xml'],
    ['fault200', 200, '{"Fault"'],
  ])('%s answers %d and commits nothing', async (fault, status, start) => {
    await plan(company, { match: write, fault, times: 1 });
    const answer = await create('r1');
    expect([answer.status, answer.text.slice(0, start.length)]).toEqual([status, start]);
    expect(await customers()).toBe(3);
  });

  it('resetBeforeCommit: the connection ends and nothing is written', async () => {
    await plan(company, { match: write, fault: 'resetBeforeCommit', times: 1 });
    expect(await failure(create('r1'))).toBe('failed');
    expect(at(await lastEntry(company), 'committed')).toBe(false);
    expect(await customers()).toBe(3);
  });

  it(
    'resetAfterCommit: written without an answer, and a repeat is answered ' + 'from memory',
    async () => {
      await plan(company, { match: write, fault: 'resetAfterCommit', times: 1 });
      expect(await failure(create('r1'))).toBe('failed');
      expect(await lastEntry(company)).toMatchObject({ committed: true, status: null });
      expect((await create('r1')).status).toBe(200);
      expect(await lastEntry(company)).toMatchObject({ committed: false, isReplay: true });
      expect(await customers()).toBe(4);
    },
  );

  it('commitLate: a repeat before the commit is executed again', async () => {
    await control(company.sandbox, 'settings', { 'qbo.dupDocNumber': false });
    await control(company.sandbox, 'clock', { rate: 0 });
    const sale = {
      CustomerRef: { value: '301' },
      DocNumber: 'W-1',
      DepositToAccountRef: { value: '201' },
      Line: [
        {
          Amount: 1,
          DetailType: 'SalesItemLineDetail',
          SalesItemLineDetail: { ItemRef: { value: '11' } },
        },
      ],
    };
    const count = async (): Promise<unknown> =>
      at(
        (await company.query('select count(*) from SalesReceipt')).body,
        'QueryResponse.totalCount',
      );
    await plan(company, { match: write, fault: 'commitLate', times: 1, delayMs: 250, holdMs: 0 });
    expect(await failure(company.post('salesreceipt?requestid=r1', sale))).toBe('failed');
    const [late] = (await journal(company.sandbox)).slice(-1);
    expect(at(late, 'committed')).toBeNull();
    expect((await company.post('salesreceipt?requestid=r1', sale)).status).toBe(200);
    expect(await count()).toBe(1);
    await control(company.sandbox, 'clock', { advanceMs: 250 });
    expect(await count()).toBe(2);
    const known = await company.post('salesreceipt?requestid=r1', sale);
    expect([known.status, await count()]).toEqual([200, 2]);
  });

  it('commitLate: commits after the client has gone, and a later repeat is a replay', async () => {
    await control(company.sandbox, 'clock', { rate: 0 });
    await plan(company, { match: write, fault: 'commitLate', times: 1, delayMs: 150 });
    const inFlight = async (count: number): Promise<unknown> => {
      for (;;) {
        const page = await control(company.sandbox, 'journal');
        if (listAt(page, 'inFlight').length === count) return page;
        await delay(5);
      }
    };
    const client = new AbortController();
    const call = failure(
      create('r1', 'Late', { signal: client.signal, headers: await bearer(company) }),
    );
    await inFlight(1);
    client.abort();
    expect(await call).toBe('failed');
    const gone = await inFlight(0);
    expect(at(gone, 'entries.0')).toMatchObject({ clientClosed: true, committed: null });
    await control(company.sandbox, 'clock', { advanceMs: 149 });
    expect(await customers()).toBe(3);
    await control(company.sandbox, 'clock', { advanceMs: 1 });
    expect(await customers()).toBe(4);
    await create('r1', 'Late');
    expect(await lastEntry(company)).toMatchObject({ isReplay: true });
  });

  it('commitLate: is dropped by a reset', async () => {
    await plan(company, { match: write, fault: 'commitLate', times: 1, delayMs: 100, holdMs: 0 });
    await failure(create('r1'));
    await control(company.sandbox, 'reset', { realms: [] });
    await control(company.sandbox, 'clock', { advanceMs: 200 });
    expect(listAt(await control(company.sandbox, 'journal'), 'entries')).toEqual([]);
  });

  it('hang: never answers and writes nothing', async () => {
    await plan(company, { match: write, fault: 'hang', times: 1 });
    const headers = await bearer(company);
    const call = create('r1', 'Jane', { signal: AbortSignal.timeout(80), headers });
    expect(await failure(call)).toBe('failed');
    expect(await customers()).toBe(3);
  });

  it('cutJson: written, and the answer ends in the middle', async () => {
    await plan(company, { match: write, fault: 'cutJson', times: 1 });
    expect(await failure(create('r1'))).toBe('failed');
    expect(await customers()).toBe(4);
  });

  it('emptyBody: written, and the answer is 200 without a body', async () => {
    await plan(company, { match: write, fault: 'emptyBody', times: 1 });
    const answer = await create('r1');
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(await customers()).toBe(4);
  });

  it('slowBody: the whole answer comes, slowly', async () => {
    await plan(company, { match: write, fault: 'slowBody', times: 1, delayMs: 200 });
    const startedAt = Date.now();
    const answer = await create('r1');
    expect(at(answer.body, 'Customer.DisplayName')).toBe('Jane');
    expect(Date.now() - startedAt).toBeGreaterThan(150);
  });

  it('expireToken: the token of the call is dead from now on', async () => {
    await plan(company, { fault: 'expireToken', times: 1 });
    expect((await company.get('preferences')).status).toBe(401);
    expect((await company.get('preferences')).status).toBe(401);
  });

  const batch = (requestId: string): ReturnType<Company['post']> =>
    company.post(`batch?requestid=${requestId}`, {
      BatchItemRequest: [1, 2, 3, 4].map((n) => ({
        bId: String(n),
        operation: 'create',
        Customer: { DisplayName: `B${n}` },
      })),
    });

  it('itemFault: one operation of a batch fails with the code', async () => {
    await plan(company, { match: { path: 'batch' }, fault: 'itemFault', item: 2, code: 6240 });
    const items = listAt((await batch('b1')).body, 'BatchItemResponse');
    const second = items.find((one) => at(one, 'bId') === '2');
    expect(at(second, 'Fault.Error.0.code')).toBe('6240');
    expect(await customers()).toBe(6);
  });

  it('batchCut: a part is committed, and the repeat executes the rest', async () => {
    await plan(company, { match: { path: 'batch' }, fault: 'batchCut', after: 2, times: 1 });
    expect(await failure(batch('b1'))).toBe('failed');
    expect(await customers()).toBe(5);
    const items = listAt((await batch('b1')).body, 'BatchItemResponse');
    expect(items.filter((one) => at(one, 'Customer.Id'))).toHaveLength(4);
    expect(await customers()).toBe(7);
  });

  it('batchCut: by setting, the repeat executes everything again', async () => {
    await control(company.sandbox, 'settings', { 'qbo.batchCut': 'again' });
    await plan(company, { match: { path: 'batch' }, fault: 'batchCut', after: 2, times: 1 });
    await failure(batch('b1'));
    const items = listAt((await batch('b1')).body, 'BatchItemResponse');
    expect(items.filter((one) => at(one, 'Fault.Error.0.code') === '6240')).toHaveLength(2);
  });

  it('matches by method, entity, path and the nth call, and is spent after that', async () => {
    await plan(company, { match: { method: 'get', entity: 'Item', nth: 2 }, fault: 'status:502' });
    const statuses: number[] = [];
    for (const path of ['item/11', 'account/201', 'item/11', 'item/11']) {
      statuses.push((await company.get(path)).status);
    }
    expect(statuses).toEqual([200, 200, 502, 200]);
    await plan(company, { match: { path: '/item/1[12]$' }, fault: 'status:504' });
    expect((await company.get('item/12')).status).toBe(504);
    await control(company.sandbox, 'faults', undefined, 'DELETE');
    expect((await company.get('item/12')).status).toBe(200);
  });

  it('happens with a seeded probability: the same seed, the same calls', async () => {
    const run = async (): Promise<number[]> => {
      await control(company.sandbox, 'faults', undefined, 'DELETE');
      await control(company.sandbox, 'settings', { seed: 42 });
      await plan(company, { fault: 'status:502', probability: 0.5 });
      const statuses: number[] = [];
      for (let call = 0; call < 20; call += 1) {
        statuses.push((await company.get('preferences')).status);
      }
      return statuses;
    };
    const first = await run();
    expect(await run()).toEqual(first);
    expect(new Set(first)).toEqual(new Set([200, 502]));
  });
});

async function bearer(company: Company): Promise<Record<string, string>> {
  const token = at(company.given, 'accessToken');
  return Promise.resolve({ authorization: `Bearer ${String(token)}` });
}

describe('faults of a WooCommerce call', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await startShop();
  });
  afterEach(() => shop.sandbox.close());

  const create = (): ReturnType<Shop['call']> =>
    shop.call('POST', '/wc/v3/products', { name: 'P', sku: 'P-1' });
  const total = async (): Promise<string | null> =>
    (await shop.call('GET', '/wc/v3/products')).headers.get('x-wp-total');

  it.each([
    ['status:401', 401, '{"code":"woocommerce_rest_cannot_view"'],
    ['status:500', 500, '{"code":"internal_server_error"'],
    ['status:503', 503, '{"code":"wp_die"'],
    ['wpDie', 500, '{"code":"wp_die","message":"<h1>Error est'],
    ['status:504', 504, '<html>'],
    ['status:524', 524, '<html>'],
    ['status:429', 429, '<html>'],
    ['status:502', 502, '<html>'],
    ['html503', 503, '<html>'],
  ])('%s answers %d and writes nothing', async (fault, status, start) => {
    await plan(shop, { match: { write: true }, fault, times: 1 });
    const answer = await create();
    expect([answer.status, answer.text.slice(0, start.length)]).toEqual([status, start]);
    expect(answer.headers.get('retry-after')).toBe(fault === 'status:503' ? '600' : null);
    expect(await total()).toBe('0');
  });

  it.each([
    ['noticeBeforeJson', '<br />\n<b>Notice</b>'],
    ['byteOrderMark', '{'], // fetch takes the mark off
    ['emptyBody', ''],
  ])('%s: written, with an answer that a parser stumbles over', async (fault, start) => {
    await plan(shop, { match: { write: true }, fault, times: 1 });
    const answer = await create();
    expect(answer.text.startsWith(start)).toBe(true);
    expect(await total()).toBe('1');
  });

  it('resetAfterCommit: written once, and the repeat meets its own SKU', async () => {
    await plan(shop, { match: { write: true }, fault: 'resetAfterCommit', times: 1 });
    expect(await failure(create())).toBe('failed');
    expect(at((await create()).body, 'code')).toBe('product_invalid_sku');
  });

  it('commitLate: the SKU is not known before the commit', async () => {
    await plan(shop, { match: { write: true }, fault: 'commitLate', times: 1, delayMs: 80 });
    await control(shop.sandbox, 'clock', { rate: 0 });
    const call = failure(create());
    while (listAt(await control(shop.sandbox, 'journal'), 'inFlight').length === 0);
    expect(await total()).toBe('0');
    await control(shop.sandbox, 'clock', { advanceMs: 80 });
    expect(await call).toBe('failed');
    expect(await total()).toBe('1');
  });

  it('refuses faults that only QuickBooks has', async () => {
    const answer = await send(`${shop.sandbox.url}/_sandbox/faults`, {
      method: 'POST',
      headers: { 'x-sandbox-token': shop.sandbox.token },
      body: '[{"fault":"throttleXml"}]',
    });
    expect([answer.status, at(answer.body, 'error')]).toEqual([
      400,
      'this vendor cannot do: throttleXml',
    ]);
  });
});
