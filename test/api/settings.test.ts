import { beforeAll, describe, expect, it } from '@jest/globals';

import { insertDeliveries, type NewDelivery } from '../../database/deliveries';
import { bringInForce } from '../../database/policy';
import { inTransaction } from '../../database/pool';
import { findTenant } from '../../database/tenants';
import { initialDirection } from '../../domain/delivery/direction';
import { initialSyncSettings } from '../../domain/lane/sync-settings';
import { callAs, nowhere, withApi, type ApiTenant } from '../support/api';
import { textOf } from '../support/text-of';

const api = withApi({ temporalAddress: nowhere });
let tenant: ApiTenant;

beforeAll(async () => {
  tenant = await api.createTenant();
});
const as = (role: keyof ApiTenant['keys'], owner = tenant): ReturnType<typeof callAs> =>
  callAs(api, owner, role);

async function tenantNumber(owner: ApiTenant): Promise<number> {
  return (await findTenant(api.database.pool, owner.tenantId))?.id ?? 0;
}

describe('direction', () => {
  it('begins with the start values, in force', async () => {
    const answer = await as('viewer')('GET', '/direction');
    expect(answer).toMatchObject({
      status: 200,
      body: {
        requested: { id: 'initial', value: initialDirection },
        inForce: { revision: 1, value: initialDirection },
      },
    });
  });

  it('is set as a whole, for a system, and for a kind, each on top of the newest request', async () => {
    const whole = {
      systems: { woo: { default: 'push', kinds: {} }, qbo: { default: 'disabled', kinds: {} } },
    };
    const first = await as('operator')('PUT', '/direction', whole);
    expect(first.status).toBe(202);
    await as('operator')('PUT', '/direction/qbo', { direction: 'pull' });
    const last = await as('operator')('PUT', '/direction/woo/order', {
      direction: 'bidirectional',
    });
    const state = await as('viewer')('GET', '/direction');
    expect(state.body).toMatchObject({
      requested: {
        id: textOf(last.body, 'requestId'),
        value: {
          systems: {
            woo: { default: 'push', kinds: { order: 'bidirectional' } },
            qbo: { default: 'pull', kinds: {} },
          },
        },
      },
      inForce: { revision: 1 },
    });
  });

  it('loses none of many requests at a time', async () => {
    const own = await api.createTenant();
    const kinds = ['order', 'refund', 'invoice', 'payment'];
    const answers = await Promise.all(
      kinds.map((kind) =>
        as('operator', own)('PUT', `/direction/woo/${kind}`, { direction: 'push' }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    const state = await as('viewer', own)('GET', '/direction');
    for (const kind of kinds) expect(state.text).toContain(`"${kind}":"push"`);
  });

  it.each([
    ['/direction/pos', { direction: 'push' }, 404],
    ['/direction/woo/coupon', { direction: 'push' }, 404],
    ['/direction/woo', { direction: 'sideways' }, 422],
    ['/direction/woo', { direction: 'push', catchUp: 'yes' }, 422],
    ['/direction', { systems: { woo: { default: 'push', kinds: {} } } }, 422],
    [
      '/direction',
      {
        systems: {
          woo: { default: 'push', kinds: { coupon: 'push' } },
          qbo: { default: 'push', kinds: {} },
        },
      },
      422,
    ],
  ])('refuses %s %j', async (path, body, status) => {
    expect((await as('operator')('PUT', path, body)).status).toBe(status);
  });

  it('asks for catchUp when documents were kept back, and says how many', async () => {
    const own = await api.createTenant();
    const number = await tenantNumber(own);
    await as('operator', own)('PUT', '/direction/qbo', { direction: 'disabled' });
    await bringInForce(api.database.pool, number, 'direction');
    const kept: NewDelivery[] = ['o-1', 'o-2'].map((recordId) => ({
      system: 'qbo',
      kind: 'order',
      recordId,
      part: 'sale',
      state: 'held',
      reason: 'direction',
      desiredRev: 1,
      desiredOp: 'present',
      waitsFor: null,
    }));
    await inTransaction(api.database.pool, (tx) => insertDeliveries(tx, number, kept));
    const answer = await as('operator', own)('PUT', '/direction/qbo/order', { direction: 'push' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'catch_up_required', count: 2 } });
    const other = await as('operator', own)('PUT', '/direction/qbo/customer', {
      direction: 'push',
    });
    expect(other.status).toBe(202);
    const decided = await as('operator', own)('PUT', '/direction/qbo/order', {
      direction: 'push',
      catchUp: true,
    });
    expect(decided.status).toBe(202);
    await bringInForce(api.database.pool, number, 'direction');
    const status = await as('viewer', own)('GET', '/status');
    expect(status.body).toMatchObject({ lanes: { qbo: { waiting: 2, held: {} } } });
  });
});

describe('settings part sync', () => {
  it('is read with its revision as ETag', async () => {
    const answer = await as('viewer')('GET', '/settings/sync');
    expect(answer.body).toEqual({ revision: 1, value: initialSyncSettings });
    expect(answer.headers.get('etag')).toBe('"1"');
  });

  it('is changed only from its newest revision', async () => {
    const value = { ...initialSyncSettings, queueBound: 500 };
    for (const headers of [{}, { 'if-match': '"7"' }, { 'if-match': '*' }, { 'if-match': 'x' }]) {
      const answer = await as('admin')('PUT', '/settings/sync', value, headers);
      expect(answer).toMatchObject({ status: 409, body: { code: 'stale_revision' } });
    }
    const race = [1, 2, 3].map(() =>
      as('admin')('PUT', '/settings/sync', value, { 'if-match': '"1"' }),
    );
    const statuses = (await Promise.all(race)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([202, 409, 409]);
    const newest = await as('viewer')('GET', '/settings/sync');
    expect(newest).toMatchObject({ body: { revision: 2, value: { queueBound: 500 } } });
    expect(newest.headers.get('etag')).toBe('"2"');
  });

  it.each([
    { queueBound: 0 },
    { queueBound: 1.5 },
    { queueBound: '5' },
    { backoff: null },
    { batch: { woo: 1_000, qbo: 30 } },
    { extra: 1 },
  ])('refuses %j', async (change) => {
    const value = { ...initialSyncSettings, ...change };
    const answer = await as('admin')('PUT', '/settings/sync', value, { 'if-match': '"2"' });
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid' } });
  });

  it('keeps every version, newest first, page by page', async () => {
    const first = await as('viewer')('GET', '/settings/sync/versions?limit=1');
    expect(first.body).toMatchObject({ items: [{ revision: 2, inForceAt: null }] });
    const cursor = textOf(first.body, 'nextCursor');
    const second = await as('viewer')('GET', `/settings/sync/versions?limit=1&cursor=${cursor}`);
    expect(second.body).toMatchObject({ items: [{ revision: 1 }], nextCursor: null });
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=x',
    'limit=1&limit=2',
    'cursor=%00',
    'cursor=eA',
    'page=2',
  ])('refuses the query %s', async (query) => {
    expect((await as('viewer')('GET', `/settings/sync/versions?${query}`)).status).toBe(422);
  });
});

describe('lanes', () => {
  it('are paused, resumed, isolated and closed, at once in the tables', async () => {
    const own = await api.createTenant();
    const status = async (): Promise<unknown> => (await as('viewer', own)('GET', '/status')).body;
    await expect(status()).resolves.toMatchObject({
      health: 'unknown',
      feedLag: null,
      lastProof: null,
    });
    expect((await as('operator', own)('POST', '/lanes/woo/pause')).status).toBe(202);
    await expect(status()).resolves.toMatchObject({
      health: 'degraded',
      lanes: { woo: { paused: true } },
    });
    await as('operator', own)('POST', '/lanes/qbo/pause');
    await expect(status()).resolves.toMatchObject({ health: 'paused' });
    await as('operator', own)('POST', '/lanes/woo/resume');
    await as('operator', own)('POST', '/lanes/qbo/resume');
    await as('operator', own)('POST', '/lanes/qbo/breaker', { to: 'isolated' });
    await expect(status()).resolves.toMatchObject({
      health: 'broken',
      lanes: { qbo: { breaker: { kind: 'isolated' }, paused: false } },
    });
    await as('operator', own)('POST', '/lanes/qbo/breaker', { to: 'closed' });
    await expect(status()).resolves.toMatchObject({ health: 'unknown' });
    expect((await as('operator', own)('POST', '/lanes/qbo/breaker', { to: 'open' })).status).toBe(
      422,
    );
    expect((await as('operator', own)('POST', '/lanes/pos/pause')).status).toBe(404);
  });
});
