import { beforeEach, expect, test } from '@jest/globals';

import { discardDelivery } from '../../database/failures';
import type { LaneHold } from '../../database/lanes';
import { takeOverSends, takeVerifying } from '../../database/open-sends';
import { recordSends, type SendDraft, type SendMember } from '../../database/sends';
import { settleSends, settleWithoutSend, type SendOutcome } from '../../database/settlements';
import { queueDepth } from '../../database/status';
import { withDatabase } from '../support/database';
import { customer, product } from '../support/samples';
import {
  absorb,
  accepted,
  deliveries,
  delivery,
  holdLane,
  keyOf,
  memberOf,
  newTenant,
  pushingAllBut,
  refused,
  send,
  setSettings,
  recordSend,
  settleSend,
} from './support';

const database = withDatabase();
let tenant = 0;
let lane: LaneHold;

beforeEach(async () => {
  const { pool } = database;
  tenant = await newTenant(pool);
  lane = await holdLane(pool, tenant, 'qbo');
  await absorb(pool, tenant, [customer('c1'), customer('c2')]);
});

const rows = (): ReturnType<typeof deliveries> => deliveries(database.pool, tenant, 'qbo');
const row = (id: string): ReturnType<typeof delivery> =>
  delivery(database.pool, tenant, 'qbo', 'customer', id);
const settled: SendOutcome = { state: 'settled', outcome: 'done' };
const notExecuted: SendOutcome = { state: 'not_executed', outcome: 'throttled' };
const back = (deliveryId: string): Parameters<typeof settleWithoutSend>[2][number] => ({
  deliveryId,
  event: { type: 'notExecuted', resting: 'waiting', retryAtMs: Date.now() },
});
const change = (id: string, revision: number): Promise<void> =>
  absorb(database.pool, tenant, [{ ...customer(id, `new ${revision}`), revision }]);

async function countSends(): Promise<number> {
  const result = await database.pool.query('SELECT 1 FROM sends WHERE tenant = $1', [tenant]);
  return result.rows.length;
}

async function takeOver(lateMs = 0): Promise<LaneHold> {
  const next = await holdLane(database.pool, tenant, 'qbo');
  await takeOverSends(database.pool, next, lateMs);
  return next;
}

test('members that moved since they were composed are left out, and the bytes hold exactly the others', async () => {
  const composed = await rows();
  await change('c1', 2);
  const sent = await send(database.pool, lane, composed);
  const kept = composed.filter(({ recordId }) => recordId === 'c2').map(memberOf);
  expect(sent?.members).toEqual(kept);
  expect(sent?.request.body).toBe(JSON.stringify(kept));
  expect((await rows()).map(({ state }) => state).sort()).toEqual(['sending', 'waiting']);
});

test('where nothing may be sent any more, nothing is written and nothing charged', async () => {
  const composed = await rows();
  await change('c1', 2);
  await change('c2', 2);
  const limits = [{ name: 'batch', intervalMs: 60_000, burst: 1 }];
  const freeze = (): never => {
    throw new Error('nothing to freeze');
  };
  const recorded = await recordSend(database.pool, lane, composed.map(memberOf), freeze, limits);
  expect(recorded).toEqual({ type: 'recorded', sends: [null] });
  expect(await countSends()).toBe(0);
  const budget = await database.pool.query<{ budget: unknown }>(
    "SELECT budget FROM lanes WHERE tenant = $1 AND system = 'qbo'",
    [tenant],
  );
  expect(budget.rows[0]?.budget).toEqual({});
});

test('a send that the budget holds back leaves its members waiting', async () => {
  const limits = [{ name: 'batch', intervalMs: 60_000, burst: 1 }];
  const [first, second] = (await rows()).map(memberOf);
  if (first === undefined || second === undefined) throw new Error('two deliveries expected');
  const record = (member: typeof first): ReturnType<typeof recordSend> =>
    recordSend(
      database.pool,
      lane,
      [member],
      (kept) => ({
        key: keyOf(kept),
        request: { method: 'POST', path: '/', body: '' },
        members: [...kept],
      }),
      limits,
    );
  expect(await record(first)).toMatchObject({ type: 'recorded' });
  expect(await record(second)).toMatchObject({ type: 'wait' });
  expect((await rows()).map(({ state }) => state).sort()).toEqual(['sending', 'waiting']);
});

test('who lost the lane records nothing', async () => {
  await holdLane(database.pool, tenant, 'qbo');
  await expect(send(database.pool, lane, await rows())).rejects.toThrow('stopped');
  expect(await countSends()).toBe(0);
});

test('what the direction keeps back meanwhile is held instead of sent, and counted out', async () => {
  const composed = await rows();
  const sent = await send(database.pool, lane, composed.slice(0, 1));
  await setSettings(
    database.pool,
    tenant,
    'direction',
    pushingAllBut([
      ['qbo', 'customer'],
      ['woo', 'customer'],
    ]),
  );
  // The open send is brought to its end; what comes back from it must not leave again.
  if (sent === null) throw new Error('nothing sent');
  await settleSend(
    database.pool,
    lane,
    sent,
    sent.members.map(({ deliveryId }) => back(deliveryId)),
    notExecuted,
  );
  expect(await send(database.pool, lane, composed.slice(0, 1))).toBeNull();
  expect((await rows()).map(({ state, reason }) => [state, reason])).toEqual([
    ['held', 'direction'],
    ['held', 'direction'],
  ]);
  expect(await queueDepth(database.pool, tenant)).toBe(0);
});

test('a send that was not executed is opened again in its own row', async () => {
  const composed = await rows();
  const first = await send(database.pool, lane, composed);
  if (first === null) throw new Error('nothing sent');
  await settleSend(
    database.pool,
    lane,
    first,
    composed.map(({ id }) => back(id)),
    notExecuted,
  );
  const again = await send(database.pool, lane, await rows());
  expect(again).toMatchObject({ id: first.id, key: first.key, tries: 2, request: first.request });
  expect(await countSends()).toBe(1);
});

test('there is never a second row of one key: a settled send is not opened again', async () => {
  const composed = await rows();
  const first = await send(database.pool, lane, composed);
  if (first === null) throw new Error('nothing sent');
  await settleSend(
    database.pool,
    lane,
    first,
    composed.map(({ id }) => accepted(id)),
    settled,
  );
  await database.pool.query("UPDATE deliveries SET state = 'waiting' WHERE tenant = $1", [tenant]);
  await expect(send(database.pool, lane, composed)).rejects.toThrow('stands there already');
  expect(await countSends()).toBe(1);
  expect((await rows()).map(({ state }) => state)).toEqual(['waiting', 'waiting']);
});

test('a refusal raises the generation, so the next try is another send', async () => {
  const composed = await rows();
  const first = await send(database.pool, lane, composed);
  if (first === null) throw new Error('nothing sent');
  const later = composed.map(({ id: deliveryId }) => ({
    deliveryId,
    event: {
      type: 'refusedLater' as const,
      resting: 'waiting' as const,
      triesMax: 9,
      retryAtMs: 0,
      failureClass: 'SERVER',
    },
  }));
  await settleSend(database.pool, lane, first, later, settled);
  const second = await send(database.pool, lane, await rows());
  expect(second?.key).not.toBe(first.key);
  expect((await rows()).map(({ generation, attempts }) => [generation, attempts])).toEqual([
    [2, 1],
    [2, 1],
  ]);
});

test('whoever takes a lane over asks about what the former one left open, not before it is surely settled', async () => {
  const first = await send(database.pool, lane, await rows());
  const next = await takeOver(60_000);
  expect((await rows()).map(({ state }) => state)).toEqual(['verifying', 'verifying']);
  expect(await takeVerifying(database.pool, next, [], true)).toEqual({ type: 'nothing' });
  await database.pool.query('UPDATE sends SET due_at = now() WHERE tenant = $1', [tenant]);
  const asked = await takeVerifying(database.pool, next, [], true);
  expect(asked).toMatchObject({
    type: 'reopened',
    send: { id: first?.id, key: first?.key, request: first?.request },
  });
  expect(await takeOverSends(database.pool, next, 0)).toBe(0);
});

test('a repeat whose caller died is taken over again', async () => {
  await send(database.pool, lane, await rows());
  const second = await takeOver();
  expect(await takeVerifying(database.pool, second, [], true)).toMatchObject({ type: 'reopened' });
  const third = await takeOver();
  expect(await takeVerifying(database.pool, third, [], true)).toMatchObject({
    type: 'reopened',
    send: { tries: 2 },
  });
});

test('a settlement by a token that lost the send changes nothing', async () => {
  const sent = await send(database.pool, lane, await rows());
  if (sent === null) throw new Error('nothing sent');
  await takeOver(60_000);
  const before = await rows();
  await settleSend(
    database.pool,
    lane,
    sent,
    before.map(({ id }) => accepted(id)),
    settled,
  );
  expect(await rows()).toEqual(before);
  const journal = await database.pool.query('SELECT 1 FROM journal WHERE tenant = $1', [tenant]);
  expect(journal.rows).toEqual([]);
  expect(await queueDepth(database.pool, tenant)).toBe(2);
});

test('a settlement that is repeated changes nothing either', async () => {
  const sent = await send(database.pool, lane, await rows());
  if (sent === null) throw new Error('nothing sent');
  const all = (await rows()).map(({ id }) => accepted(id));
  await settleSend(database.pool, lane, sent, all, settled);
  await settleSend(database.pool, lane, sent, all, settled);
  expect(await queueDepth(database.pool, tenant)).toBe(0);
});

test('a member that changed while it was sent goes back to waiting with what arrived noted', async () => {
  const sent = await send(database.pool, lane, await rows());
  if (sent === null) throw new Error('nothing sent');
  await change('c1', 2);
  expect(await row('c1')).toMatchObject({ state: 'sending', desiredRev: 2 });
  await settleSend(
    database.pool,
    lane,
    sent,
    sent.members.map(({ deliveryId }) => accepted(deliveryId)),
    settled,
  );
  const { id, ...changed } = await row('c1');
  expect(changed).toMatchObject({
    state: 'waiting',
    deliveredRev: 1,
    desiredRev: 2,
    remoteId: `r${id}`,
  });
  expect(await row('c2')).toMatchObject({ state: 'delivered', deliveredRev: 1 });
  expect(await queueDepth(database.pool, tenant)).toBe(1);
});

test('what compose decided of an older revision is passed over', async () => {
  const composed = await row('c1');
  await change('c1', 2);
  const events = [
    { type: 'adopted', resting: 'waiting', nowMs: 0 },
    { type: 'hold', reason: 'ambiguous_match' },
    { type: 'skip', reason: 'zero' },
  ] as const;
  for (const event of events) {
    await settleWithoutSend(database.pool, lane, [
      { deliveryId: composed.id, rev: composed.desiredRev, event },
    ]);
    expect(await row('c1')).toMatchObject({ state: 'waiting', desiredRev: 2, deliveredRev: 0 });
  }
});

test('what is in flight cannot be discarded, what is dead can, once', async () => {
  const { pool } = database;
  const { id } = await row('c1');
  expect(await discardDelivery(pool, tenant, id, 'why')).toBe('in_flight');
  const sent = await send(pool, lane, [await row('c1')]);
  if (sent === null) throw new Error('nothing sent');
  expect(await discardDelivery(pool, tenant, id, 'why')).toBe('in_flight');
  expect((await settleSend(pool, lane, sent, [refused(id)], settled)).died).toEqual([id]);
  expect(await discardDelivery(pool, tenant, id, 'why')).toBe('discarded');
  expect(await row('c1')).toMatchObject({ state: 'skipped', reason: 'discarded' });
  expect(await discardDelivery(pool, tenant, id, 'why')).toBe('in_flight');
  expect(await discardDelivery(pool, tenant, '999999', 'why')).toBe('unknown');
  expect(await queueDepth(pool, tenant)).toBe(1);
});

test('each lane settles for itself', async () => {
  await absorb(database.pool, tenant, [product('a')]);
  const woo = await holdLane(database.pool, tenant, 'woo');
  expect(
    await send(database.pool, woo, await deliveries(database.pool, tenant, 'woo')),
  ).toMatchObject({ tries: 1 });
  expect(await takeOverSends(database.pool, await holdLane(database.pool, tenant, 'qbo'), 0)).toBe(
    0,
  );
});

test('sends written down together stand for themselves: one with nothing left is left out, one taken over is not settled', async () => {
  const { pool } = database;
  await absorb(pool, tenant, [customer('c3', 'third')]);
  const composed = await rows();
  await change('c2', 2);
  const drafts = composed.map((one) => ({
    candidates: [memberOf(one)],
    freeze: (kept: readonly SendMember[]) => ({
      key: keyOf(kept),
      request: { method: 'POST' as const, path: '/', body: '' },
      members: [...kept],
    }),
  }));
  const recorded = await recordSends(pool, lane, drafts, []);
  if (recorded.type !== 'recorded') throw new Error('not recorded');
  const [first, none, third] = recorded.sends;
  expect(none).toBeNull();
  if (!first || !third) throw new Error('two are to be sent');
  expect((await rows()).map(({ state }) => state)).toEqual(['sending', 'waiting', 'sending']);
  await pool.query('UPDATE sends SET lane_token = gen_random_uuid() WHERE id = $1', [third.id]);
  const settlements = [first, third].map(({ id, members }) => ({
    sendId: id,
    members: members.map(({ deliveryId }) => accepted(deliveryId)),
    outcome: settled,
  }));
  await settleSends(pool, lane, settlements);
  expect((await rows()).map(({ state }) => state)).toEqual(['delivered', 'waiting', 'sending']);
  const journal = await pool.query<{ send: string }>(
    'SELECT send_id::text AS send FROM journal WHERE tenant = $1',
    [tenant],
  );
  expect(journal.rows).toEqual([{ send: first.id }]);
});

test('whoever takes the lane over while a send is recorded finds that send', async () => {
  const { pool } = database;
  const [first] = await rows();
  if (first === undefined) throw new Error('a delivery expected');
  const takers: Promise<LaneHold>[] = [];
  const freeze: SendDraft['freeze'] = (kept) => {
    takers.push(holdLane(pool, tenant, 'qbo'));
    return {
      key: keyOf(kept),
      request: { method: 'POST', path: '/', body: '' },
      members: [...kept],
    };
  };
  const recorded = await recordSend(pool, lane, [memberOf(first)], freeze, []);
  expect(recorded).toMatchObject({ type: 'recorded', sends: [{ tries: 1 }] });
  const [next] = await Promise.all(takers);
  if (next === undefined) throw new Error('nobody took the lane over');
  expect(await takeOverSends(pool, next, 0)).toBe(1);
});

test('the budget is charged for one send at a time', async () => {
  const draft = {
    candidates: [],
    freeze: () => {
      throw new Error('nothing to freeze');
    },
  };
  const limits = [{ name: 'batch', intervalMs: 60_000, burst: 1 }];
  await expect(recordSends(database.pool, lane, [draft, draft], limits)).rejects.toThrow(
    '2 sends for one charge',
  );
});
