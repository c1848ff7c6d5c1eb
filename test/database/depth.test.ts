import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  applyRedrive,
  discardDelivery,
  listFailures,
  requestRedrive,
} from '../../database/failures';
import { takeOverSends, takeVerifying } from '../../database/open-sends';
import { settleWithoutSend, type MemberSettlement } from '../../database/settlements';
import { queueDepth } from '../../database/status';
import { recount } from '../../database/watchdog';
import { withDatabase } from '../support/database';
import { count, customer, order, product, refund } from '../support/samples';
import type { TestChange } from '../support/stack';
import {
  absorb,
  accepted,
  deliveries,
  holdLane,
  newTenant,
  pushingAllBut,
  refused,
  send,
  setSettings,
  store,
  settleSend,
} from './support';

// Depth comes from counters that many write; here it must equal a recount after anything that can
// happen.

const database = withDatabase();

async function counted(tenant: number): Promise<number> {
  const result = await database.pool.query<{ depth: number }>(
    `SELECT (SELECT count(*) FROM changes c WHERE c.tenant = $1 AND c.pos > a.absorbed_pos)
       + (SELECT coalesce(max(open), 0) FROM (SELECT count(*) AS open FROM deliveries
          WHERE tenant = $1 AND state IN ('waiting', 'sending', 'verifying')
            GROUP BY system) s) AS depth
     FROM tenant_absorb a WHERE a.tenant = $1`,
    [tenant],
  );
  return result.rows[0]?.depth ?? -1;
}

const system = fc.constantFrom('woo' as const, 'qbo' as const);
const id = fc.constantFrom('1', '2', '3');
const fact: fc.Arbitrary<TestChange> = fc.oneof(
  id.map((n) => customer(`c${n}`)),
  id.map((n) => product(`s${n}`)),
  fc.tuple(id, id).map(([n, quantity]) => count(`s${n}`, quantity)),
  fc.tuple(id, id, fc.integer({ min: -2, max: 2 })).map(([n, sku, pieces]) =>
    order(
      `o${n}`,
      [
        [`s${sku}`, pieces],
        ['free', 1],
      ],
      `c${n}`,
    ),
  ),
  id.map((n) => refund(`r${n}`, [[`s${n}`, 1]], null)),
);
const removal = fc
  .tuple(fact, fc.boolean())
  .map(([change, isRemoved]): TestChange =>
    isRemoved && change.kind !== 'inventory' ? { ...change, op: 'delete', body: null } : change,
  );
const outcome = fc.constantFrom('accepted', 'refused', 'later', 'notExecuted', 'lost', 'mixed');
const step = fc.oneof(
  fc.record({
    do: fc.constant('absorb' as const),
    changes: fc.array(removal, { minLength: 1, maxLength: 6 }),
  }),
  fc.record({
    do: fc.constant('store' as const),
    changes: fc.array(fact, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    do: fc.constant('send' as const),
    system,
    outcome,
    size: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ do: fc.constant('takeOver' as const), system }),
  fc.record({
    do: fc.constant('compose' as const),
    system,
    what: fc.constantFrom('hold', 'dependency', 'skip', 'adopt'),
  }),
  fc.record({ do: fc.constant('redrive' as const), isAll: fc.boolean() }),
  fc.record({ do: fc.constant('discard' as const) }),
  fc.record({
    do: fc.constant('direction' as const),
    kind: fc.constantFrom('customer' as const, 'product' as const, 'order' as const),
    isOn: fc.boolean(),
    catchUp: fc.constantFrom(true, false, null),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

let revision = 0;

async function run(tenant: number, given: Step): Promise<void> {
  const { pool } = database;
  switch (given.do) {
    case 'absorb':
      return absorb(pool, tenant, numbered(given.changes));
    case 'store':
      await store(pool, tenant, numbered(given.changes));
      return;
    case 'send':
      return sendSome(tenant, given.system, given.outcome, given.size);
    case 'takeOver': {
      const lane = await holdLane(pool, tenant, given.system);
      await takeOverSends(pool, lane, 0);
      const asked = await takeVerifying(pool, lane, [], true);
      if (asked.type !== 'reopened') return;
      const members = asked.send.members.map(({ deliveryId }) => accepted(deliveryId));
      await settleSend(pool, lane, asked.send, members, { state: 'settled', outcome: '' });
      return;
    }
    case 'compose': {
      const lane = await holdLane(pool, tenant, given.system);
      const [row] = await waiting(tenant, given.system);
      if (row === undefined) return;
      const events: Record<string, Partial<MemberSettlement> & Pick<MemberSettlement, 'event'>> = {
        hold: { event: { type: 'hold', reason: 'mapping_missing' }, cause: 'mapping:a' },
        dependency: {
          event: { type: 'hold', reason: 'dependency' },
          waitsFor: [
            { kind: 'customer', ref: 'c1' },
            { kind: 'sku', ref: 's1' },
          ],
        },
        skip: { event: { type: 'skip', reason: 'zero' } },
        adopt: { ...accepted(row.id), event: { type: 'adopted', resting: 'waiting', nowMs: 0 } },
      };
      const chosen = events[given.what];
      if (chosen !== undefined)
        await settleWithoutSend(pool, lane, [
          { ...chosen, deliveryId: row.id, rev: row.desiredRev },
        ]);
      return;
    }
    case 'redrive': {
      const [failure] = await listFailures(pool, tenant, {}, { afterId: null, limit: 1 });
      const selector =
        given.isAll || failure === undefined ? { all: true as const } : { cause: failure.cause };
      await requestRedrive(pool, tenant, `r${++revision}`, { selector, by: 'test' });
      await applyRedrive(pool, tenant, `r${revision}`, Date.now());
      return;
    }
    case 'discard': {
      const [failure] = await listFailures(pool, tenant, {}, { afterId: null, limit: 1 });
      if (failure !== undefined) await discardDelivery(pool, tenant, failure.id, 'test');
      return;
    }
    case 'direction': {
      const off = given.isOn
        ? []
        : (['woo', 'qbo'] as const).map((target) => [target, given.kind] as const);
      return setSettings(
        pool,
        tenant,
        'direction',
        pushingAllBut(off.map(([target, kind]) => [target, kind])),
        given.catchUp,
      );
    }
  }
}

function numbered(changes: readonly TestChange[]): TestChange[] {
  return changes.map((change) =>
    change.kind === 'inventory' ? change : { ...change, revision: ++revision },
  );
}

async function waiting(tenant: number, lane: 'woo' | 'qbo'): ReturnType<typeof deliveries> {
  return (await deliveries(database.pool, tenant, lane)).filter(({ state }) => state === 'waiting');
}

async function sendSome(
  tenant: number,
  target: 'woo' | 'qbo',
  came: string,
  size: number,
): Promise<void> {
  const { pool } = database;
  const lane = await holdLane(pool, tenant, target);
  const sent = await send(pool, lane, (await waiting(tenant, target)).slice(0, size));
  if (sent === null) return;
  const retry = { resting: 'waiting' as const, retryAtMs: Date.now() };
  const members = sent.members.map(({ deliveryId }, n): MemberSettlement => {
    if (came === 'accepted' || (came === 'mixed' && n % 2 === 0)) return accepted(deliveryId);
    if (came === 'notExecuted') return { deliveryId, event: { type: 'notExecuted', ...retry } };
    if (came === 'lost') return { deliveryId, event: { type: 'answerLost', askAtMs: Date.now() } };
    if (came === 'later')
      return {
        deliveryId,
        event: { type: 'refusedLater', ...retry, triesMax: 2, failureClass: 'SERVER' },
      };
    return refused(deliveryId, n % 3 === 0 ? 'held' : 'dead');
  });
  const state =
    came === 'lost'
      ? { state: 'verifying' as const, outcome: '', askAtMs: Date.now() }
      : {
          state: came === 'notExecuted' ? ('not_executed' as const) : ('settled' as const),
          outcome: '',
        };
  await settleSend(pool, lane, sent, members, state);
}

test('whatever happens to changes and deliveries, the depth from counters equals a recount', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const tenant = await newTenant(database.pool);
      for (const given of steps) {
        await run(tenant, given);
        expect(await queueDepth(database.pool, tenant)).toBe(await counted(tenant));
      }
      expect(await recount(database.pool, tenant)).toEqual([]);
    }),
    { seed: 31, numRuns: 60 },
  );
});

test('a recount finds counters that are off, says by how much, and puts them right', async () => {
  const { pool } = database;
  const tenant = await newTenant(pool);
  await absorb(pool, tenant, [customer('c1'), product('s1')]);
  await pool.query("UPDATE lanes_made SET made = made + 5 WHERE tenant = $1 AND system = 'qbo'", [
    tenant,
  ]);
  await pool.query("UPDATE lanes SET settled = settled + 1 WHERE tenant = $1 AND system = 'woo'", [
    tenant,
  ]);
  expect(await recount(pool, tenant)).toEqual([
    { system: 'qbo', wasOffBy: 5 },
    { system: 'woo', wasOffBy: -1 },
  ]);
  expect(await queueDepth(pool, tenant)).toBe(await counted(tenant));
  expect(await recount(pool, tenant)).toEqual([]);
});
