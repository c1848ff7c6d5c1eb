import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { absorbChanges } from '../../activities/absorb/absorb-changes';
import { applyRedrive } from '../../database/failures';
import { findTenant } from '../../database/tenants';
import { customerChange, nowhere, withApi, type ApiTenant, type Called } from '../support/api';
import { orderBody } from '../support/samples';
import { textOf } from '../support/text-of';

// Changes that were absorbed, and deliveries in every state, as the API shows and moves them.

const api = withApi({ temporalAddress: nowhere });
let tenant: ApiTenant;
let number: number;

beforeAll(async () => {
  tenant = await api.createTenant();
  number = (await findTenant(api.database.pool, tenant.tenantId))?.id ?? 0;
});

function operator(method: string, path: string, body?: object): Promise<Called> {
  return api.call(method, tenant.path(path), {
    key: tenant.keys.operator,
    ...(body ? { body } : {}),
  });
}

async function absorbed(changes: object[]): Promise<Called> {
  const answer = await api.call('POST', tenant.path('/changes'), {
    key: tenant.keys.pos,
    body: { changes },
  });
  await absorbChanges(api.database.pool, number, [], Date.now);
  return answer;
}

const change = (id: string): Promise<Called> =>
  api.call('GET', tenant.path(`/changes/${id}`), { key: tenant.keys.pos });

async function setState(recordId: string, state: string, reason: string | null): Promise<string> {
  const result = await api.database.pool.query<{ id: string }>(
    `UPDATE deliveries SET state = $3, reason = $4, cause = $4 WHERE tenant = $1 AND record_id = $2
       AND system = 'qbo' RETURNING id::text AS id`,
    [number, recordId, state, reason],
  );
  return result.rows[0]?.id ?? '';
}

const idsOf = (body: unknown): string[] =>
  z
    .object({ items: z.array(z.object({ recordId: z.string() })) })
    .parse(body)
    .items.map(({ recordId }) => recordId);

describe('a change that was absorbed', () => {
  it('is applied, superseded or stale, and shows where each system stands', async () => {
    const at = { recordId: 'ann' };
    await absorbed([customerChange('v1', at)]);
    expect(await change('v1')).toMatchObject({ body: { outcome: 'applied', code: null } });
    await absorbed([customerChange('v3', { ...at, revision: 3 })]);
    await absorbed([customerChange('v2', { ...at, revision: 2 })]);
    expect(await change('v1')).toMatchObject({ body: { outcome: 'superseded' } });
    expect(await change('v2')).toMatchObject({ body: { outcome: 'stale' } });
    expect(await change('v3')).toMatchObject({
      status: 200,
      body: {
        outcome: 'applied',
        deliveries: [
          {
            system: 'qbo',
            part: '',
            state: 'waiting',
            reason: null,
            remoteId: null,
            attempts: 0,
            nextDueAt: expect.any(String),
          },
          { system: 'woo', part: '', state: 'held', reason: 'direction', nextDueAt: null },
        ],
      },
    });
  });

  it('names the systems that cannot take its kind', async () => {
    const body = orderBody('T-1', [['A', 1]], null);
    await absorbed([customerChange('t-1', { kind: 'order', recordId: 'T-1', body })]);
    expect(await change('t-1')).toMatchObject({
      body: {
        deliveries: [
          { system: 'qbo', part: 'sale', state: 'waiting' },
          { system: 'woo', state: 'unsupported', reason: 'unsupported', id: null },
        ],
      },
    });
  });

  it('has made a record', async () => {
    const answer = await api.call('GET', tenant.path('/records/customer/ann'), {
      key: tenant.keys.viewer,
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        kind: 'customer',
        recordId: 'ann',
        sourceRevision: 3,
        op: 'present',
        body: { name: 'Ann' },
        origin: { name: 'pos' },
      },
    });
    for (const path of ['/records/customer/bob', '/records/coupon/ann', '/records/customer/%00'])
      expect((await operator('GET', path)).status).toBe(404);
  });
});

describe('failures', () => {
  let deadId: string;
  let heldId: string;
  let sendingId: string;
  beforeAll(async () => {
    const ids = ['dead', 'held', 'kept', 'sending'];
    await absorbed(ids.map((id) => customerChange(`f-${id}`, { recordId: id })));
    deadId = await setState('dead', 'dead', 'DATA');
    heldId = await setState('held', 'held', 'mapping_missing');
    await setState('kept', 'held', 'direction');
    sendingId = await setState('sending', 'sending', null);
  });

  it.each([
    // O14: nobody has to act on what the direction holds; asked for by its reason, it is listed.
    ['', ['dead', 'held']],
    ['&reason=direction', ['kept']],
    ['&class=DATA', ['dead']],
    ['&reason=mapping_missing', ['held']],
    ['&reason=DATA', []],
    ['&kind=order', []],
  ])('are listed and filtered: %j', async (query, expected) => {
    const answer = await operator('GET', `/failures?system=qbo${query}`);
    expect(idsOf(answer.body).sort()).toEqual(expected);
  });

  it('are listed page by page', async () => {
    const first = await operator('GET', '/failures?system=qbo&limit=1');
    const rest = await operator(
      'GET',
      `/failures?system=qbo&limit=1&cursor=${textOf(first.body, 'nextCursor')}`,
    );
    const seen = [...idsOf(first.body), ...idsOf(rest.body)];
    expect(seen.sort()).toEqual(['dead', 'held']);
    expect(rest.body).toMatchObject({ nextCursor: null });
  });

  it('I7: changes that could not be applied are listed with them, and discarded with a reason', async () => {
    const product = (id: string, recordId: string): object =>
      customerChange(id, {
        kind: 'product',
        recordId,
        body: {
          sku: 'I7',
          name: recordId,
          type: 'goods',
          priceMinor: 1,
          currency: 'USD',
          trackStock: true,
          status: 'active',
        },
      });
    await absorbed([product('i7-1', 'one'), product('i7-2', 'two')]);
    const answer = await operator('GET', '/failures?kind=product');
    expect(answer.body).toMatchObject({
      items: [
        { state: 'failed', system: null, recordId: 'two', reason: 'sku_taken', actor: 'pos' },
      ],
    });
    const { items } = z
      .object({ items: z.array(z.looseObject({ id: z.string() })) })
      .parse(answer.body);
    const id = items[0]?.id ?? '';
    const discarded = await operator('POST', `/failures/${id}/discard`, { reason: 'a mistake' });
    expect(discarded.status).toBe(202);
    expect((await operator('GET', '/failures?kind=product')).body).toMatchObject({ items: [] });
    expect((await operator('POST', `/failures/${id}/discard`, { reason: 'again' })).status).toBe(
      404,
    );
  });

  it.each([
    'class=a%00',
    'kind=coupon',
    'system=pos',
    'state=dead',
    'class=A&class=B',
    "reason=';--",
  ])('refuse the filter %s', async (query) => {
    expect((await operator('GET', `/failures?${query}`)).status).toBe(422);
  });

  it('are grouped by cause', async () => {
    const answer = await operator('GET', '/failures/causes');
    expect(answer.body).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({
          system: 'qbo',
          kind: 'customer',
          state: 'dead',
          reason: 'DATA',
          cause: 'DATA',
          count: 1,
        }),
      ]),
      nextCursor: null,
    });
  });

  it('are counted in the status', async () => {
    const answer = await api.call('GET', tenant.path('/status'), { key: tenant.keys.viewer });
    expect(answer.body).toMatchObject({
      // Nobody has connected QuickBooks, for which deliveries wait.
      health: 'needs_auth',
      problems: expect.arrayContaining([
        expect.objectContaining({ code: 'needs_auth', title: 'Not connected' }),
        expect.objectContaining({ code: 'dead', reason: 'DATA', records: 1 }),
        expect.objectContaining({ code: 'held', reason: 'mapping_missing', records: 1 }),
      ]),
      lanes: {
        qbo: {
          sending: 1,
          held: { direction: 1, mapping_missing: 1 },
          dead: { DATA: 1 },
          oldestAgeMs: expect.any(Number),
        },
      },
    });
  });

  it('are redriven by ids, cause or all; what direction holds is passed over', async () => {
    const count = async (body: object): Promise<unknown> =>
      (await operator('POST', '/failures/redrive', body)).body;
    await expect(count({ ids: [heldId, deadId, sendingId, '999'] })).resolves.toMatchObject({
      count: 2,
    });
    await expect(count({ cause: 'DATA' })).resolves.toMatchObject({ count: 1 });
    const all = await operator('POST', '/failures/redrive', { all: true });
    expect(all).toMatchObject({ status: 202, body: { count: 2 } });
    for (const body of [
      {},
      { all: false },
      { ids: [] },
      { ids: ['x'] },
      { ids: [1] },
      { all: true, cause: 'x' },
    ])
      expect((await operator('POST', '/failures/redrive', body)).status).toBe(422);
    const redriven = await applyRedrive(
      api.database.pool,
      number,
      textOf(all.body, 'redriveId'),
      Date.now(),
    );
    expect(redriven?.get('qbo')).toBe(2);
  });

  it('are discarded with a reason, but not in flight', async () => {
    await setState('dead', 'dead', 'DATA');
    const discard = (id: string, body: object): Promise<Called> =>
      operator('POST', `/failures/${id}/discard`, body);
    const reason = "sold twice by mistake; Ann's decision";
    expect(await discard(deadId, { reason })).toMatchObject({ status: 202, body: { id: deadId } });
    expect(await discard(sendingId, { reason })).toMatchObject({
      status: 409,
      body: { code: 'in_flight' },
    });
    expect(await change('f-dead')).toMatchObject({
      body: {
        deliveries: expect.arrayContaining([
          expect.objectContaining({ system: 'qbo', state: 'skipped', detail: reason }),
        ]),
      },
    });
    for (const [id, body, status] of [
      ['999', { reason }, 404],
      ['x', { reason }, 404],
      [deadId, {}, 422],
      [deadId, { reason: '' }, 422],
    ] as const)
      expect((await discard(id, body)).status).toBe(status);
  });
});
