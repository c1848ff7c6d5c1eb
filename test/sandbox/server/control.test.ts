import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { readEnv } from '../../../sandbox/env';
import { startWooSandbox } from '../../../sandbox/woo/start';
import {
  at,
  control,
  journal,
  listAt,
  send,
  startCompany,
  startShop,
  textAt,
  type Company,
  type Shop,
} from '../support';

describe('control calls', () => {
  let company: Company;
  beforeEach(async () => {
    company = await startCompany({ country: 'GB' });
  });
  afterEach(() => company.sandbox.close());

  const raw = (name: string, body: string, token = company.sandbox.token) =>
    send(`${company.sandbox.url}/_sandbox/${name}`, {
      method: 'POST',
      headers: { 'x-sandbox-token': token },
      body,
    });

  it.each(['reset', 'faults', 'clock', 'quota', 'snapshot', 'restore', 'act', 'settings', 'nope'])(
    'need the token: %s',
    async (name) => {
      expect((await raw(name, '{}', 'wrong')).status).toBe(401);
    },
  );

  it.each([
    ['reset', '{"realms":[{"realmId":"x"}]}', 'realms.0.realmId: digits only'],
    ['reset', '{"realms":', 'the body is not JSON'],
    ['faults', '[{"fault":"nope"}]', '0.fault: one of status:NNN, html503'],
    ['clock', '{}', 'give at least one of now, advanceMs, rate'],
    ['settings', '{"qbo.nope":1}', 'Unrecognized key: "qbo.nope"'],
    ['act', '{"as":"accountant","do":"closeBooks","realmId":"9","date":null}', 'no company 9'],
    ['restore', '{"snapshot":9}', 'no snapshot 9'],
  ])('%s refuses %s with a clear text', async (name, body, text) => {
    const answer = await raw(name, body);
    expect(answer.status).toBe(400);
    expect(textAt(answer.body, 'error')).toContain(text);
  });

  it('know their names and methods', async () => {
    expect((await raw('nope', '{}')).status).toBe(404);
    expect((await raw('journal', '{}')).status).toBe(405);
  });

  it('reset answers what a client needs', () => {
    expect(company.given).toMatchObject({
      realmId: company.realmId,
      clientId: 'sandbox-client-id',
      clientSecret: 'sandbox-client-secret',
      webhookVerifier: 'sandbox-webhook-verifier',
      ids: { taxCodes: { 'No VAT': '5' }, paymentMethods: { Card: '1', Cash: '2' } },
    });
  });

  it('snapshot and restore bring data, books, tokens and requestids back', async () => {
    await company.post('customer?requestid=r1', { DisplayName: 'Before' });
    const { snapshot } = (await control(company.sandbox, 'snapshot', {})) as { snapshot: number };
    await company.post('customer', { DisplayName: 'After' });
    await control(company.sandbox, 'restore', { snapshot });
    const found = await company.query('select * from Customer');
    const names = listAt(found.body, 'QueryResponse.Customer').map((row) => at(row, 'DisplayName'));
    expect(names).toEqual(['Before']);
    await company.post('customer?requestid=r1', { DisplayName: 'Other' });
    expect((await company.post('customer', { DisplayName: 'After' })).status).toBe(200);
  });

  it('the clock can be set, moved and stopped', async () => {
    await control(company.sandbox, 'clock', { now: '2026-03-01T10:00:00Z', rate: 0 });
    expect(await control(company.sandbox, 'clock', { advanceMs: 1500 })).toEqual({
      now: '2026-03-01T10:00:01.500Z',
      rate: 0,
    });
  });

  it('the latency setting holds every call', async () => {
    await control(company.sandbox, 'settings', { latencyMs: { min: 60, max: 80 } });
    const startedAt = Date.now();
    await company.get('preferences');
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(55);
  });

  it('an accountant edits a document under our hands', async () => {
    const made = await company.post('customer', { DisplayName: 'Mine' });
    const id = textAt(made.body, 'Customer.Id');
    await control(company.sandbox, 'act', {
      as: 'accountant',
      do: 'edit',
      realmId: company.realmId,
      entity: 'Customer',
      id,
      set: { Notes: 'seen' },
    });
    const stale = await company.post('customer', {
      Id: id,
      SyncToken: '0',
      sparse: true,
      Notes: 'x',
    });
    expect(at(stale.body, 'Fault.Error.0.code')).toBe('5010');
  });
});

describe('the journal', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await startShop();
  });
  afterEach(() => shop.sandbox.close());

  it('shows calls without secrets, with operations, outcome and hash', async () => {
    await shop.call('POST', '/wc/v3/products/batch?consumer_key=a&consumer_secret=b&x=1', {
      create: [{ sku: 'A' }, { sku: 'B' }],
    });
    const answered = await shop.call('POST', '/wc/v3/products/batch', {
      create: [{ sku: 'C' }, { sku: 'D' }],
    });
    expect(answered.status).toBe(200);
    const [first, second] = await journal(shop.sandbox);
    expect(at(first, 'query')).toEqual({
      consumer_key: '(redacted)',
      consumer_secret: '(redacted)',
      x: '1',
    });
    expect(second).toMatchObject({
      method: 'POST',
      path: '/shop/wp-json/wc/v3/products/batch',
      tenant: 'shop',
      entities: ['products'],
      operations: 2,
      isWrite: true,
      status: 200,
      committed: true,
      fault: null,
      clientClosed: false,
      beside: [],
    });
    expect(textAt(second, 'bodyHash')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('tells reads from writes and refused writes from committed ones', async () => {
    await shop.call('GET', '/wc/v3/products');
    await shop.call('PUT', '/wc/v3/products/999', {});
    const entries = await journal(shop.sandbox);
    expect(entries.map((one) => [at(one, 'isWrite'), at(one, 'committed')])).toEqual([
      [false, null],
      [true, false],
    ]);
  });

  it('names what was in flight beside a call, per store', async () => {
    await control(shop.sandbox, 'reset', { keep: true, stores: [{ store: 'other' }] });
    await control(shop.sandbox, 'faults', [{ fault: 'hold', until: 3, times: 3 }]);
    const other = send(`${shop.sandbox.url}/other/wp-json/`);
    const one = shop.call('GET', '/wc/v3/products');
    const two = shop.call('GET', '/wc/v3/products/1');
    await Promise.all([other, one, two]);
    const entries = (await journal(shop.sandbox)).filter((entry) => at(entry, 'tenant') === 'shop');
    const [first, second] = entries;
    expect(at(first, 'beside')).toEqual([]);
    expect(at(second, 'beside')).toEqual([at(first, 'seq')]);
  });

  it('is read from a number on', async () => {
    await shop.call('GET', '/wc/v3/products');
    const { next } = (await control(shop.sandbox, 'journal')) as { next: number };
    await shop.call('GET', '/wc/v3/products');
    const page = await control(shop.sandbox, `journal?since=${next}`);
    expect(listAt(page, 'entries')).toHaveLength(1);
    expect(page).toMatchObject({ inFlight: [], next: next + 1, dropped: 0 });
  });
});

it('a taken port is reported', async () => {
  const first = await startWooSandbox();
  const port = Number(new URL(first.url).port);
  await expect(startWooSandbox({ port })).rejects.toThrow('EADDRINUSE');
  await first.close();
});

it('lists everything that is wrong with the environment at once', () => {
  const wrong = { SANDBOX_WOO_PORT: 'x', SANDBOX_QBO_PORT: '70000', SANDBOX_TOKEN: 'short' };
  expect(() => readEnv(wrong)).toThrow(
    /SANDBOX_WOO_PORT: .*\n.*SANDBOX_QBO_PORT: .*\n.*SANDBOX_TOKEN: at least 8 characters/,
  );
  expect(readEnv({})).toEqual({ SANDBOX_WOO_PORT: 8181, SANDBOX_QBO_PORT: 8182 });
});
