import { beforeAll, expect, test } from '@jest/globals';
import { Pool } from 'pg';

import { LaneBusy } from '../../activities/failures';
import { LaneTurn, type TurnOptions } from '../../activities/lane/turn';
import { newTenant } from '../database/support';
import { withDatabase } from '../support/database';
import { quickSettings } from '../support/stack';

// A lane is given back on every way out of a turn, and a turn that hangs keeps it no longer than a
// turn may take.

const database = withDatabase();
let tenant: number;

/** Renewals that were tried: each is a sign of life to Temporal too. */
let renewals = 0;

beforeAll(async () => {
  tenant = await newTenant(database.pool);
});

function options(pool: Pool, now = () => Date.now()): TurnOptions {
  return {
    pool,
    tenant,
    system: 'qbo',
    settings: quickSettings,
    cancelled: new AbortController().signal,
    heartbeat: () => {
      renewals += 1;
    },
    warn: () => undefined,
    now,
  };
}

const isFree = async (): Promise<boolean> =>
  LaneTurn.hold(options(database.pool), () => Promise.resolve(true)).catch((error: unknown) => {
    if (error instanceof LaneBusy) return false;
    throw error;
  });

test('O0: a turn that fails before its first step gives the lane back at once', async () => {
  const { pool } = database;
  const hasty = new Pool({ ...pool.options, statement_timeout: 200, max: 2 });
  const blocker = await pool.connect();
  try {
    // Whoever takes the lane over looks at its sends first, and cannot.
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE sends IN ACCESS EXCLUSIVE MODE');
    const turn = LaneTurn.hold(options(hasty), () => Promise.resolve('begun'));
    await expect(turn).rejects.toThrow('statement timeout');
    await blocker.query('COMMIT');
    expect(await isFree()).toBe(true);
  } finally {
    blocker.release(true);
    await hasty.end();
  }
});

test('O0: a turn that fails in its work gives the lane back, with its own error', async () => {
  const turn = LaneTurn.hold(options(database.pool), () => Promise.reject(new Error('the row')));
  await expect(turn).rejects.toThrow('the row');
  expect(await isFree()).toBe(true);
});

test('O0: a turn that hangs is let go once it took longer than a turn may', async () => {
  let nowMs = Date.now();
  renewals = 0;
  const hanging = LaneTurn.hold(
    options(database.pool, () => nowMs),
    (turn) =>
      new Promise<string>((resolve) => {
        turn.signal.addEventListener('abort', () => {
          resolve(String(turn.signal.reason));
        });
        nowMs += 10 * 60_000;
      }),
  );
  expect(await hanging).toContain('took longer than it may');
  expect(renewals).toBe(0);
});
