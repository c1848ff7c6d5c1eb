import { randomUUID } from 'node:crypto';

import { beforeEach, expect, test } from '@jest/globals';

import {
  chargeRead,
  laneStates,
  releaseLease,
  renewLease,
  setLane,
  takeLease,
} from '../../database/lanes';
import { markNeedsAuth, postponeCalls } from '../../database/lane-reasons';
import { withDatabase } from '../support/database';
import { newTenant } from './support';

const database = withDatabase();
let tenant = 0;

beforeEach(async () => {
  tenant = await newTenant(database.pool);
});

const take = (token: string): ReturnType<typeof takeLease> =>
  takeLease(database.pool, tenant, 'qbo', token);
const renew = (token: string): Promise<boolean> => renewLease(database.pool, tenant, 'qbo', token);
const lapse = (): Promise<unknown> =>
  database.pool.query("UPDATE lanes SET lease_until = now() - interval '1 ms' WHERE tenant = $1", [
    tenant,
  ]);

test('of twenty that take a lane at once one holds it', async () => {
  const tokens = Array.from({ length: 20 }, () => randomUUID());
  const answers = await Promise.all(tokens.map(take));
  const holders = tokens.filter((_, n) => answers[n] !== null);
  expect(holders).toHaveLength(1);
  const renewed = await Promise.all(tokens.map(renew));
  expect(tokens.filter((_, n) => renewed[n])).toEqual(holders);
});

test('the other lane and the same lane of another tenant stay free', async () => {
  const token = randomUUID();
  await take(token);
  expect(await takeLease(database.pool, tenant, 'woo', randomUUID())).not.toBeNull();
  const other = await newTenant(database.pool);
  expect(await takeLease(database.pool, other, 'qbo', randomUUID())).not.toBeNull();
});

test('a lapsed lease is taken by one, and the former holder can neither renew nor give it back', async () => {
  const former = randomUUID();
  await take(former);
  await lapse();
  expect(await renew(former)).toBe(false);
  const next = Array.from({ length: 5 }, () => randomUUID());
  const answers = await Promise.all(next.map(take));
  expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
  await releaseLease(database.pool, { tenant, system: 'qbo', token: former }, null);
  expect(await take(former)).toBeNull();
});

test('who gives its lane back leaves it free at once', async () => {
  const token = randomUUID();
  await take(token);
  await releaseLease(database.pool, { tenant, system: 'qbo', token }, null);
  expect(await renew(token)).toBe(false);
  expect(await take(randomUUID())).toEqual({
    isPaused: false,
    isIsolated: false,
    needsAuth: false,
    batchMax: null,
  });
});

test('a lost, paused or isolated lane is charged nothing and told why', async () => {
  const token = randomUUID();
  const charge = (): ReturnType<typeof chargeRead> =>
    chargeRead(
      database.pool,
      { tenant, system: 'qbo', token },
      [{ name: 'm', intervalMs: 1_000, burst: 1 }],
      false,
    );
  expect(await charge()).toEqual({ type: 'stopped', why: 'lease' });
  await take(token);
  await setLane(database.pool, tenant, 'qbo', { isPaused: true });
  expect(await charge()).toEqual({ type: 'stopped', why: 'paused' });
  await setLane(database.pool, tenant, 'qbo', { isPaused: false, isIsolated: true });
  expect(await charge()).toEqual({ type: 'stopped', why: 'isolated' });
  await setLane(database.pool, tenant, null, { isIsolated: false });
  expect(await charge()).toEqual({ type: 'charged' });
  expect(await charge()).toMatchObject({ type: 'wait' });
  await lapse();
  expect(await charge()).toEqual({ type: 'stopped', why: 'lease' });
});

test('of thirty calls charged at once exactly the burst leaves', async () => {
  const token = randomUUID();
  await take(token);
  const limits = [{ name: 'minute', intervalMs: 3_600_000, burst: 7 }];
  const answers = await Promise.all(
    Array.from({ length: 30 }, () =>
      chargeRead(database.pool, { tenant, system: 'qbo', token }, limits, false),
    ),
  );
  expect(answers.filter(({ type }) => type === 'charged')).toHaveLength(7);
  expect(answers.filter(({ type }) => type === 'wait')).toHaveLength(23);
});

test('a pause that the vendor asked for holds back calls without any quota too', async () => {
  const token = randomUUID();
  await take(token);
  await postponeCalls(database.pool, { tenant, system: 'qbo' }, 60_000, 'HTTP 429');
  const answer = await chargeRead(database.pool, { tenant, system: 'qbo', token }, [], false);
  if (answer.type !== 'wait') throw new Error(answer.type);
  expect(answer.atMs - answer.nowMs).toBeGreaterThan(55_000);
  await postponeCalls(database.pool, { tenant, system: 'qbo' }, -1, 'HTTP 429');
  expect(await chargeRead(database.pool, { tenant, system: 'qbo', token }, [], false)).toEqual({
    type: 'charged',
  });
});

test('what is set of a lane is read back, null leaves it, and both lanes can be set at once', async () => {
  const breaker = { kind: 'open', opens: 2, retryAtMs: 5.5, reason: 'away' } as const;
  await setLane(database.pool, tenant, 'woo', { breaker });
  await markNeedsAuth(database.pool, { tenant, system: 'woo' }, null, 'HTTP 401');
  await setLane(database.pool, tenant, null, { isPaused: true });
  const closed = {
    isConnected: false,
    isIsolated: false,
    isPaused: true,
    batchMax: null,
    waitUntilMs: null,
    waitReason: null,
  };
  expect(await laneStates(database.pool, tenant)).toEqual([
    {
      ...closed,
      system: 'qbo',
      needsAuth: false,
      needsAuthReason: null,
      needsAuthSince: null,
      breaker: { kind: 'closed' },
    },
    {
      ...closed,
      system: 'woo',
      needsAuth: true,
      needsAuthReason: 'HTTP 401',
      needsAuthSince: expect.any(String),
      breaker,
    },
  ]);
});
