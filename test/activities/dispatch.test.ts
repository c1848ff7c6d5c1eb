import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { dispatch, type AnsweredSend, type DispatchOptions } from '../../activities/lane/dispatch';
import { LaneTurn, type TurnOptions } from '../../activities/lane/turn';
import { inSends } from '../../activities/lane/send-writes';
import type { SendAnswer } from '../../connectors/contract';
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
});

afterAll(async () => {
  endTurns();
  await Promise.all(turns);
  await database.stop();
});

const good: SendAnswer = { type: 'answered', results: [] };
const lost: SendAnswer = { type: 'lost', detail: 'HTTP 200 without batch results' };
const refused: SendAnswer = {
  type: 'notExecuted',
  why: 'unauthorized',
  retryAfterMs: null,
  detail: '',
};

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
  reach: 'any',
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
  /** Rejects where the turn ends by an answer. */
  ended: Promise<void>;
}

/** Dispatches four sends of one customer each, recorded together. `said`: the answer to each. */
async function dispatched(
  said: readonly SendAnswer[],
  applyAnswer: DispatchOptions['applyAnswer'],
): Promise<Sent> {
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
    warn: () => undefined,
    now: () => Date.now(),
  });
  const seen: string[] = [];
  const settled: AnsweredSend[] = [];
  let calls = 0;
  const options: DispatchOptions = {
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
    settle: (sends) => {
      seen.push(`settled ${sends.length}`);
      settled.push(...sends);
      return Promise.resolve();
    },
    call: () => {
      const number = ++calls;
      seen.push(`sent ${number}`);
      return Promise.resolve({ answer: said[number - 1] ?? good, renewals: 0 });
    },
    applyAnswer,
  };
  const writes = (await pickDue(pool, { tenant, system: 'qbo' }, 10)).map((delivery) => ({
    delivery,
    write: {
      operation: 'create' as const,
      entity: 'Customer',
      group: 'batch',
      payload: {},
      isLinked: false,
      snapshot: {},
      natural: {},
    },
  }));
  const ended = dispatch(options, inSends(writes, 1), 4);
  await ended.catch(() => undefined);
  return { seen, settled, ended };
}

test('sends of a group are called one after the other and settled together', async () => {
  const { seen, settled, ended } = await dispatched([], () => Promise.resolve());
  await ended;
  expect(seen).toEqual(['sent 1', 'sent 2', 'sent 3', 'sent 4', 'settled 4']);
  expect(settled.map(({ answer }) => answer)).toEqual([good, good, good, good]);
});

test('after a lost answer no other send leaves; those that were recorded wait again', async () => {
  const down = (): Promise<never> => Promise.reject(new Error('down'));
  const { seen, settled, ended } = await dispatched([good, lost], down);
  await expect(ended).rejects.toThrow('down');
  expect(seen).toEqual(['sent 1', 'sent 2', 'settled 2', 'settled 2']);
  expect(settled.map(({ answer }) => answer.type)).toEqual([
    'answered',
    'lost',
    'notExecuted',
    'notExecuted',
  ]);
});

test('where the lane may go on after such an answer, it is settled before the next call', async () => {
  const { seen, ended } = await dispatched([refused], () => Promise.resolve());
  await ended;
  expect(seen).toEqual(['sent 1', 'settled 1', 'sent 2', 'sent 3', 'sent 4', 'settled 3']);
});
