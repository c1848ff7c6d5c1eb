import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { absorbChanges } from '../../activities/absorb/absorb-changes';
import { putMapping } from '../../database/mappings';
import { findTenant } from '../../database/tenants';
import { customerChange, nowhere, withApi, type ApiTenant, type Called } from '../support/api';
import { orderBody } from '../support/samples';

// A5, A9, A10, W14: what is accepted and will be held up, passed over or not used is said in the
// answer; what lies more than a day ahead of our clock is refused.

const api = withApi({ temporalAddress: nowhere });
let tenant: ApiTenant;
let number: number;

beforeAll(async () => {
  tenant = await api.createTenant();
  number = (await findTenant(api.database.pool, tenant.tenantId))?.id ?? 0;
  await api.database.pool.query(
    `INSERT INTO connections (tenant, system, address, account, account_key, sealed, facts)
     VALUES ($1, 'qbo', 'http://books', '1', '1', 'x', '{"country":"GB"}')`,
    [number],
  );
});
const days = (count: number): string => new Date(Date.now() + count * 86_400_000).toISOString();
const send = (changes: object[]): Promise<Called> =>
  api.call('POST', tenant.path('/changes'), { key: tenant.keys.pos, body: { changes } });
const answer = z.looseObject({
  accepted: z.int().optional(),
  warnings: z
    .array(z.looseObject({ code: z.string(), index: z.int(), message: z.string() }))
    .optional(),
  rejected: z.array(
    z.looseObject({ errors: z.array(z.looseObject({ path: z.string(), message: z.string() })) }),
  ),
});

async function codesOf(changes: object[]): Promise<string[]> {
  const { body, status } = await send(changes);
  expect(status).toBe(202);
  return (answer.parse(body).warnings ?? []).map(({ code, message }) => `${code}: ${message}`);
}

const product = (id: string, sku: string, more = {}): object =>
  customerChange(id, {
    kind: 'product',
    recordId: sku,
    body: {
      sku,
      name: sku,
      type: 'goods',
      priceMinor: 1,
      currency: 'USD',
      trackStock: true,
      status: 'active',
      ...more,
    },
  });
const order = (id: string, more = {}): object =>
  customerChange(id, {
    kind: 'order',
    recordId: id,
    body: { ...orderBody(id, [['MUG', 1]], null), ...more },
  });

describe('A9: what lies more than a day ahead of our clock', () => {
  it.each([
    [
      'occurredAt',
      {
        id: 'f1',
        kind: 'inventory',
        op: 'upsert',
        recordId: 'MUG',
        occurredAt: days(3),
        body: { count: { quantity: '5' } },
      },
    ],
    ['occurredAt', { ...customerChange('f2'), occurredAt: days(2) }],
    ['body.businessDate', order('f3', { businessDate: '2062-01-01' })],
    [
      'occurredAt',
      { id: 'f4', kind: 'customer', op: 'delete', recordId: 'c', revision: 2, occurredAt: days(9) },
    ],
  ])('is refused and named: %s', async (path, change) => {
    const { status, body } = await send([
      change,
      customerChange(`beside-${path}-${Math.abs(path.length)}`),
    ]);
    expect(status).toBe(202);
    const [refused] = answer.parse(body).rejected;
    expect(refused?.errors[0]?.path).toBe(path);
    expect(refused?.errors[0]?.message).toContain('more than a day ahead of our clock');
  });

  it('a clock that is hours ahead is told, and taken', async () => {
    const codes = await codesOf([{ ...customerChange('h1'), occurredAt: days(0.5) }]);
    expect(codes).toEqual([expect.stringContaining('occurred_in_future')]);
  });
});

describe('A5: the answer names', () => {
  it('tenders, SKUs and tax codes that nobody knows, and no more once they are known', async () => {
    const taxed = (id: string): object => {
      const body = orderBody(id, [['MUG', 1]], null);
      const lines = body.lines.map((line) => ({ ...line, taxes: [{ code: 'VAT', taxMinor: 0 }] }));
      return customerChange(id, { kind: 'order', recordId: id, body: { ...body, lines } });
    };
    expect(await codesOf([taxed('n1')])).toEqual([
      'unknown_tender: tender "card" has no mapping yet',
      'unknown_sku: no product with SKU "MUG" is known yet',
      'unknown_tax_code: tax code "VAT" has no mapping yet',
    ]);
    const { pool } = api.database;
    await putMapping(
      pool,
      number,
      { kind: 'account', key: 'clearing:card', target: { id: '1', name: null } },
      'test',
    );
    await putMapping(
      pool,
      number,
      { kind: 'taxCode', key: 'VAT', target: { id: '1', name: null } },
      'test',
    );
    expect(await codesOf([product('n2', 'MUG'), taxed('n3')])).toEqual([]);
  });

  it('A10: the same revision with another content, and none for a repeat of the same', async () => {
    const first = customerChange('r1', { recordId: 'ann' });
    await send([first]);
    await absorbChanges(api.database.pool, number, [], Date.now);
    expect(await codesOf([first])).toEqual([]);
    const other = customerChange('r2', { recordId: 'ann', body: { name: 'Anna' } });
    expect(await codesOf([other])).toEqual([expect.stringContaining('stale_revision')]);
    await absorbChanges(api.database.pool, number, [], Date.now);
    const status = await api.call('GET', tenant.path('/status'), { key: tenant.keys.viewer });
    expect(status.body).toMatchObject({
      problems: expect.arrayContaining([
        expect.objectContaining({ code: 'stale_changes', severity: 'notice', records: 1 }),
      ]),
    });
  });

  it('a business day far from the moment', async () => {
    const codes = await codesOf([order('b1', { businessDate: '2025-11-22' })]);
    expect(codes).toEqual([expect.stringContaining('business_date_far: businessDate 2025-11-22')]);
  });

  it('W14: a field that nothing uses', async () => {
    const codes = await codesOf([product('u1', 'CUP', { costMinor: 5 })]);
    expect(codes).toEqual([expect.stringContaining('not_used: body.costMinor')]);
  });
});
