import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { Intake, type IntakeOutcome } from '../../api/intake';
import type { IntakeItem } from '../../database/changes';
import { createTenant, type Tenant } from '../../database/tenants';
import {
  customerChange,
  nowhere,
  startTestApi,
  type ApiTenant,
  type Called,
  type TestApi,
} from '../support/api';
import { withDatabase } from '../support/database';

const database = withDatabase();

async function newTenant(bound = 100_000): Promise<Tenant> {
  const tenantId = `t-${randomBytes(6).toString('hex')}`;
  const fields = { tenantId, name: 'Shop', timeZone: 'UTC', currency: 'USD', country: 'US' };
  const tenant = await createTenant(database.pool, fields, `ts_${randomBytes(32).toString('hex')}`);
  if (tenant === null) throw new Error('taken');
  await database.pool.query('UPDATE tenant_intake SET queue_bound = $2 WHERE tenant = $1', [
    tenant.id,
    bound,
  ]);
  return tenant;
}

function item(id: string, content = 'a'): IntakeItem {
  return {
    id,
    kind: 'customer',
    op: 'upsert',
    recordId: id,
    revision: 1,
    occurredAt: '2026-11-22T10:00:00.000Z',
    bodyText: JSON.stringify({ name: content }),
    hash: Buffer.alloc(32, content),
  };
}

function shown(outcomes: IntakeOutcome[]): unknown[] {
  return outcomes.map((outcome) =>
    outcome.type === 'full'
      ? `full ${outcome.depth}/${outcome.bound}`
      : `${outcome.accepted}+${outcome.duplicates} ${[...outcome.reused].join()}`,
  );
}

describe('requests that come while a statement runs', () => {
  it('go together, and each is told what became of its own', async () => {
    const tenant = await newTenant();
    const wakes: string[] = [];
    const intake = new Intake(database.pool, (tenantId) => wakes.push(tenantId));
    await intake.store(tenant, [item('old', 'x')]);
    const requests = [
      [item('first')],
      [item('a'), item('b')],
      [item('b'), item('c')], // b came just before
      [item('old', 'x'), item('d')], // old stood there
      [item('old', 'y'), item('e')], // with another content
      [item('c', 'z'), item('f')], // c came just before with another content
      [item('c', 'z'), item('c2')],
    ];
    const outcomes = await Promise.all(requests.map((items) => intake.store(tenant, items)));
    expect(shown(outcomes)).toEqual(['1+0 ', '2+0 ', '1+1 ', '1+1 ', '1+0 old', '1+0 c', '1+0 c']);
    expect(wakes).toEqual([tenant.tenantId]);
    const rows = await database.pool.query('SELECT event_id FROM changes WHERE tenant = $1', [
      tenant.id,
    ]);
    expect(rows.rowCount).toBe(9);
  });

  it('go one by one when together they do not fit', async () => {
    const tenant = await newTenant(5);
    const intake = new Intake(database.pool, () => undefined);
    const requests = [
      [item('a'), item('b')],
      [item('c'), item('d'), item('e'), item('f')],
      [item('g'), item('h')],
      [item('a'), item('i')],
      [item('a'), item('j')],
    ];
    const outcomes = await Promise.all(requests.map((items) => intake.store(tenant, items)));
    expect(shown(outcomes)).toEqual(['2+0 ', 'full 2/5', '2+0 ', '1+1 ', 'full 5/5']);
  });

  it('all learn that the statement failed', async () => {
    const tenant = await newTenant();
    const intake = new Intake(database.pool, () => undefined);
    const bad = { ...item('bad'), bodyText: '{' };
    const settled = await Promise.allSettled([
      intake.store(tenant, [item('a')]),
      intake.store(tenant, [bad]),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(intake.store(tenant, [item('b')])).resolves.toMatchObject({ accepted: 1 });
  });

  it('of other tenants are not mixed in', async () => {
    const [one, two] = [await newTenant(), await newTenant()];
    const intake = new Intake(database.pool, () => undefined);
    const outcomes = await Promise.all(
      [one, two, one, two].map((tenant) => intake.store(tenant, [item('same')])),
    );
    expect(shown(outcomes)).toEqual(['1+0 ', '1+0 ', '0+1 ', '0+1 ']);
  });
});

describe('the bound', () => {
  let api: TestApi;
  let tenant: ApiTenant;
  beforeAll(async () => {
    api = await startTestApi({ temporalAddress: nowhere });
    tenant = await api.createTenant();
  });
  afterAll(() => api.stop());

  it('holds exactly under 32 clients that repeat themselves', async () => {
    const bound = 2_000;
    await api.database.pool.query('UPDATE tenant_intake SET queue_bound = $1', [bound]);
    const sizes = [1, 7, 20] as const;
    let accepted = 0;
    const refused: Called[] = [];
    const unequal: Called[] = [];
    const answerSchema = z.object({ accepted: z.int(), duplicates: z.int() });
    const client = async (name: number): Promise<void> => {
      for (let round = 0; round < 12; round++) {
        // Every fourth request repeats the one before.
        const turn = round % 4 === 3 ? round - 1 : round;
        const length = sizes[(name + turn) % 3] ?? 1;
        const changes = Array.from({ length }, (_, index) =>
          customerChange(`${name}-${turn}-${index}`),
        );
        const answer = await api.call('POST', tenant.path('/changes'), {
          key: tenant.keys.pos,
          body: { changes },
        });
        if (answer.status !== 202) {
          refused.push(answer);
          continue;
        }
        const counts = answerSchema.parse(answer.body);
        accepted += counts.accepted;
        if (counts.accepted + counts.duplicates !== length) unequal.push(answer);
      }
    };
    await Promise.all(Array.from({ length: 32 }, (_, name) => client(name)));
    // What is left is filled one by one: the bound is reached and not passed.
    for (let extra = 0; accepted < bound; extra++) {
      const answer = await api.call('POST', tenant.path('/changes'), {
        key: tenant.keys.pos,
        body: { changes: [customerChange(`extra-${extra}`)] },
      });
      expect(answer.status).toBe(202);
      accepted++;
    }
    const rows = await api.database.pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM changes',
    );
    expect(rows.rows[0]?.count).toBe(bound);
    expect(unequal).toEqual([]);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 429, body: { code: 'queue_full', bound } });
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    const over = [customerChange('one-more'), customerChange('0-0-0')];
    expect(
      await api.call('POST', tenant.path('/changes'), {
        key: tenant.keys.pos,
        body: { changes: over },
      }),
    ).toMatchObject({ status: 429, body: { bound, depth: bound } });
    const repeat = { changes: [customerChange('0-0-0')] };
    expect(
      (await api.call('POST', tenant.path('/changes'), { key: tenant.keys.pos, body: repeat }))
        .body,
    ).toMatchObject({ duplicates: 1 });
    const status = await api.call('GET', tenant.path('/status'), { key: tenant.keys.viewer });
    expect(status.body).toMatchObject({ health: 'degraded', queue: { depth: bound, bound } });
  });
});
