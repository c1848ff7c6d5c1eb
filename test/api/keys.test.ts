import { beforeEach, expect, it } from '@jest/globals';
import { z } from 'zod';

import { apiKey } from '../../schemas/keys';
import { nowhere, withApi, type ApiTenant, type Called } from '../support/api';
import { until } from '../support/stack';
import { textOf } from '../support/text-of';

// How a key comes to its end: by its date, or by another one that takes its place.

const api = withApi({ temporalAddress: nowhere });
let tenant: ApiTenant;

beforeEach(async () => {
  tenant = await api.createTenant();
});

const admin = (method: string, path: string, body?: object): Promise<Called> =>
  api.call(method, tenant.path(path), {
    key: tenant.keys.admin,
    ...(body === undefined ? {} : { body }),
  });

async function statusWith(key: string): Promise<number> {
  return (await api.call('GET', tenant.path('/status'), { key })).status;
}

async function keyOf(id: string): Promise<z.output<typeof apiKey> | undefined> {
  const { items } = z.object({ items: z.array(apiKey) }).parse((await admin('GET', '/keys')).body);
  return items.find((key) => key.id === id);
}

/** As if its time had passed. */
async function letEnd(id: string): Promise<void> {
  await api.database.pool.query(
    `UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1`,
    [id],
  );
}

it('ends at its date, and stays in the list', async () => {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const made = await admin('POST', '/keys', { role: 'viewer', label: 'auditor', expiresAt });
  const [id, key] = [textOf(made.body, 'id'), textOf(made.body, 'key')];
  expect(await statusWith(key)).toBe(200);
  expect(await keyOf(id)).toMatchObject({ expiresAt, revokedAt: null });
  await letEnd(id);
  expect(await statusWith(key)).toBe(401);
  expect(await keyOf(id)).toMatchObject({ label: 'auditor' });
  expect((await admin('DELETE', `/keys/${id}`)).status).toBe(404);
  expect((await admin('POST', `/keys/${id}/rotate`, {})).status).toBe(404);
});

it.each(['2020-01-01T00:00:00Z', 'tomorrow', '2026-13-01T00:00:00Z', ''])(
  'is not made with the end %j',
  async (expiresAt) => {
    const body = { role: 'viewer', label: 'auditor', expiresAt };
    expect(await admin('POST', '/keys', body)).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'expiresAt' }] },
    });
  },
);

it('is replaced by one of the same role and label, and goes on for the overlap', async () => {
  const made = await admin('POST', '/keys', { role: 'operator', label: 'desk' });
  const [id, key] = [textOf(made.body, 'id'), textOf(made.body, 'key')];
  const before = Date.now();
  const rotated = await admin('POST', `/keys/${id}/rotate`, { overlapHours: 2 });
  expect(rotated.status).toBe(201);
  const next = textOf(rotated.body, 'key');
  const endsInMs = Date.parse(textOf(rotated.body, 'formerEndsAt')) - before;
  expect(Math.abs(endsInMs - 7_200_000)).toBeLessThan(60_000);
  expect(await statusWith(key)).toBe(200);
  expect(await statusWith(next)).toBe(200);
  expect(await keyOf(textOf(rotated.body, 'id'))).toMatchObject({
    role: 'operator',
    label: 'desk',
    expiresAt: null,
  });
  await letEnd(id);
  expect(await statusWith(key)).toBe(401);
  expect(await statusWith(next)).toBe(200);
  const audit = await api.database.pool.query(
    `SELECT FROM audit WHERE action = 'key.rotate' AND subject = $1`,
    [id],
  );
  expect(audit.rowCount).toBe(1);
});

it('ends at once without an overlap, and never later than it would have', async () => {
  const soon = new Date(Date.now() + 600_000).toISOString();
  const made = await admin('POST', '/keys', { role: 'pos', label: 'till', expiresAt: soon });
  const id = textOf(made.body, 'id');
  const first = await admin('POST', `/keys/${id}/rotate`, {});
  expect(first.body).toMatchObject({ formerEndsAt: soon });
  const second = await admin('POST', `/keys/${textOf(first.body, 'id')}/rotate`, {
    overlapHours: 0,
  });
  expect(second.status).toBe(201);
  expect(await statusWith(textOf(first.body, 'key'))).toBe(401);
});

it('of another tenant is not found, and not touched', async () => {
  const other = await api.createTenant();
  const listed = await api.call('GET', other.path('/keys'), { key: other.keys.admin });
  const { items } = z.object({ items: z.array(apiKey) }).parse(listed.body);
  for (const { id } of items)
    expect((await admin('POST', `/keys/${id}/rotate`, { overlapHours: 0 })).status).toBe(404);
  expect((await api.call('GET', other.path('/keys'), { key: other.keys.admin })).body).toEqual(
    listed.body,
  );
});

it('of an admin that is over does not count: the last live one stays', async () => {
  const made = await admin('POST', '/keys', { role: 'admin', label: 'second' });
  await letEnd(textOf(made.body, 'id'));
  const { items } = z.object({ items: z.array(apiKey) }).parse((await admin('GET', '/keys')).body);
  const [first] = items.filter(({ role, label }) => role === 'admin' && label !== 'second');
  expect(await admin('DELETE', `/keys/${first?.id ?? ''}`)).toMatchObject({
    status: 409,
    body: { code: 'last_admin_key' },
  });
});

it('says when and from where it was used last', async () => {
  const made = await admin('POST', '/keys', { role: 'viewer', label: 'desk' });
  const id = textOf(made.body, 'id');
  expect(await keyOf(id)).toMatchObject({ lastUsedAt: null, lastUsedFrom: null });
  await statusWith(textOf(made.body, 'key'));
  const key = await until(
    'the use is noted',
    () => keyOf(id),
    (found) => found?.lastUsedAt !== null,
  );
  expect(key?.lastUsedFrom).toMatch(/^(::ffff:)?127\.0\.0\.1$|^::1$/);
});
