import { setImmediate } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { Departure, type AnsweredSend, type SendOptions } from '../../activities/lane/dispatch';
import { LaneTurn, type TurnOptions } from '../../activities/lane/turn';
import { inSends } from '../../activities/lane/send-writes';
import type { SendAnswer } from '../../connectors/connector';
import { createQuickBooks } from '../../connectors/quickbooks/quickbooks';
import { pickDue } from '../../database/outgoing';
import { initialPostingSettings } from '../../domain/posting/settings';
import { absorb, newTenant } from '../database/support';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { customer } from '../support/samples';
import { quickSettings } from '../support/stack';

// When the sends of one group leave: the answers are scripted, the rest is real.

let database: TestDatabase;
let endTurns: () => void;
const turnsEnd = new Promise<void>((resolve) => (endTurns = resolve));
const turns: Promise<void>[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
}, 30_000);
afterAll(async () => {
  endTurns();
  await Promise.all(turns);
  await database.drop();
});

const good: SendAnswer = { type: 'answered', results: [] };
const lost: SendAnswer = { type: 'lost', detail: 'HTTP 200 without batch results' };
const refused: SendAnswer = { type: 'notExecuted', why: 'unauthorized', retryAfterMs: null, detail: '' }; // prettier-ignore

const connector = createQuickBooks({
  realmId: '1',
  clientId: '',
  clientSecret: '',
  baseUrl: 'http://127.0.0.1:9',
  oauthUrl: 'http://127.0.0.1:9',
  credentials: { accessToken: '', refreshToken: '', expiresAtMs: null },
  saveCredentials: () => Promise.resolve(),
  facts: null,
  posting: initialPostingSettings,
  timeouts: { connectMs: 1, firstByteMs: 1, totalMs: 1 },
  now: () => Date.now(),
});

/** A turn that holds its lane until all tests are over. */
function heldTurn(options: TurnOptions): Promise<LaneTurn> {
  return new Promise((resolve, reject) => {
    const turn = LaneTurn.hold(options, (held) => {
      resolve(held);
      return turnsEnd;
    });
    turns.push(turn);
    turn.catch(reject);
  });
}

interface Sent {
  /** What happened, in order. */
  seen: string[];
  settled: AnsweredSend[];
  departure: Departure;
}

/** Four sends of one customer each, written down together. `said`: the answer to each, read after the status 200. */
async function prepared(said: readonly SendAnswer[], heed: SendOptions['heed']): Promise<Sent> {
  const { pool } = database;
  const tenant = await newTenant(pool);
  await absorb(
    pool,
    tenant,
    ['c1', 'c2', 'c3', 'c4'].map((id) => customer(id)),
  );
  const turn = await heldTurn({
    pool,
    tenant,
    system: 'qbo',
    settings: quickSettings,
    cancelled: new AbortController().signal,
    heartbeat: () => undefined,
    now: () => Date.now(),
  });
  const seen: string[] = [];
  const settled: AnsweredSend[] = [];
  let answers = 0;
  const departure = new Departure({
    pool,
    turn,
    workflowId: 'w',
    opened: {
      connector,
      account: '1',
      revision: 1,
      postingRev: null,
      hasFreshFacts: true,
      dayOf: (instant) => instant,
    },
    settle: async (sends) => {
      seen.push(`settling ${sends.length}`);
      settled.push(...sends);
      // So slow that whatever is under way is answered meanwhile.
      for (let tick = 0; tick < 20; tick++) await setImmediate();
    },
    call: async (_stored, whenAnswered) => {
      const number = ++answers;
      seen.push(`sent ${number}`);
      // Longer than the one before takes to be read, as any network.
      for (let tick = 0; tick < 5; tick++) await setImmediate();
      await whenAnswered();
      seen.push(`read ${number}`);
      return { answer: said[number - 1] ?? good, renewals: 0 };
    },
    heed,
  });
  const writes = (await pickDue(pool, tenant, 'qbo', 10)).map((delivery) => ({
    delivery,
    write: { operation: 'create' as const, entity: 'Customer', group: 'batch', payload: {}, isLinked: false, snapshot: {}, natural: {} }, // prettier-ignore
  }));
  departure.prepare(inSends(writes, 1), 4);
  return { seen, settled, departure };
}

test('the next one leaves before the answer of the one before is read', async () => {
  const { seen, settled, departure } = await prepared([], () => Promise.resolve());
  await departure.send();
  expect(seen).toEqual(['sent 1', 'sent 2', 'read 1', 'sent 3', 'read 2', 'sent 4', 'read 3', 'read 4', 'settling 4']); // prettier-ignore
  await departure.end();
  expect(settled.map(({ answer }) => answer)).toEqual([good, good, good, good]);
});

test('after an answer that is read to be none, no other leaves; the one that had is settled by its own', async () => {
  const down = (): Promise<never> => Promise.reject(new Error('down'));
  const { seen, settled, departure } = await prepared([lost], down);
  await expect(departure.send()).rejects.toThrow('down');
  expect(seen).toEqual(['sent 1', 'sent 2', 'read 1', 'settling 1', 'read 2']);
  await departure.end();
  expect(seen.slice(5)).toEqual(['settling 3']);
  expect(settled.map(({ answer }) => answer.type)).toEqual(['lost', 'answered', 'notExecuted', 'notExecuted']); // prettier-ignore
});

test('where the lane may go on after it, the others follow once it is settled', async () => {
  const { seen, departure } = await prepared([refused], () => Promise.resolve());
  await departure.send();
  expect(seen.slice(0, 6)).toEqual(['sent 1', 'sent 2', 'read 1', 'settling 1', 'read 2', 'sent 3']); // prettier-ignore
  await departure.end();
});
