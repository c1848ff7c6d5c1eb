import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';

import { transition } from '../domain/delivery/delivery-state';
import type { RateLimit } from '../domain/lane/rate-budget';
import { countSettled, deliveryColumns, type DeliveryRow } from './deliveries';
import { updateDeliveries, type DeliveryUpdate } from './delivery-updates';
import { chargeBudget, lockFor, readLane, type BudgetAnswer, type LaneHold } from './lanes';
import { firstRow, inTransaction } from './pool';
import { sendOf, type RawSend, type SendRow } from './sends';

// Sends whose outcome nobody knows: taken over from a lane holder that is gone, and asked about.

const sendColumns =
  'id::text AS id, key, request, members, tries, asks, outcome, (extract(epoch FROM ' +
  'first_sent_at) * 1000)::float8 AS "firstSentAtMs"';

/** The deliveries that a send is under way for, as they say themselves. */
async function lockInFlight(
  tx: PoolClient,
  { tenant, system }: LaneHold,
  sendId: string,
): Promise<DeliveryRow[]> {
  const result = await tx.query<DeliveryRow>(
    `SELECT ${deliveryColumns} FROM deliveries d WHERE d.tenant = $1 AND d.system = $2
       AND d.state IN ('sending', 'verifying') AND d.send_id = $3 ORDER BY d.id FOR UPDATE`,
    [tenant, system, sendId],
  );
  return result.rows;
}

/**
 * Whoever takes a lane over does not know what became of the sends of the one before: they are
 * asked about when the vendor has surely settled them. `lateMs` = total time-out + settle time.
 */
export async function takeOverSends(pool: Pool, lane: LaneHold, lateMs: number): Promise<number> {
  return inTransaction(pool, async (tx) => {
    const stale = await tx.query<{ id: string; dueAtMs: number }>(
      `SELECT id::text AS id, (extract(epoch FROM sent_at) * 1000)::float8 + $4 AS "dueAtMs"
         FROM sends
       WHERE tenant = $1 AND system = $2 AND state = 'sending' AND lane_token <> $3
         ORDER BY sends.id FOR UPDATE`,
      [lane.tenant, lane.system, lane.token, lateMs],
    );
    for (const send of stale.rows) {
      const updates = (await lockInFlight(tx, lane, send.id)).flatMap((row): DeliveryUpdate[] => {
        const after = transition(row, { type: 'answerLost', askAtMs: send.dueAtMs });
        return after === null ? [] : [{ row, after }];
      });
      await updateDeliveries(tx, lane.tenant, updates);
      await tx.query(
        `UPDATE sends SET state = 'verifying', lane_token = $3,
           due_at = to_timestamp($4::float8 / 1000.0) WHERE tenant = $1 AND id = $2`,
        [lane.tenant, send.id, lane.token, send.dueAtMs],
      );
    }
    return stale.rows.length;
  });
}

/** Null where the row does not hold what was written once: nobody can repeat it or ask about it. */
function readable(row: RawSend): SendRow | null {
  try {
    return sendOf(row);
  } catch (error) {
    if (error instanceof z.ZodError) return null;
    throw error;
  }
}

/**
 * Its members are for a person, who can look in the system what became of them; other sends go on.
 */
async function giveUpUnreadable(tx: PoolClient, lane: LaneHold, sendId: string): Promise<void> {
  const detail = `Send ${sendId} cannot be read any more, so its outcome cannot be asked about`;
  const updates = (await lockInFlight(tx, lane, sendId)).flatMap((row): DeliveryUpdate[] => {
    const after = transition(row, { type: 'ambiguous', reason: 'outcome_unknown' });
    return after === null ? [] : [{ row, after, cause: 'outcome_unknown', detail }];
  });
  const opened = await updateDeliveries(tx, lane.tenant, updates);
  await countSettled(tx, lane.tenant, lane.system, -(opened.get(lane.system) ?? 0));
  await tx.query(
    `UPDATE sends SET state = 'settled', outcome = 'unreadable', settled_at = now()
     WHERE tenant = $1 AND id = $2`,
    [lane.tenant, sendId],
  );
}

export type Reopened =
  | { type: 'reopened'; send: SendRow }
  | { type: 'nothing' }
  | Exclude<BudgetAnswer, { type: 'charged' }>;

/**
 * The oldest send that may be asked about now, taken by this lane holder, the budget charged for
 * the call that follows.
 */
export async function takeVerifying(
  pool: Pool,
  lane: LaneHold,
  limits: readonly RateLimit[],
  isRepeat: boolean,
): Promise<Reopened> {
  return inTransaction(pool, async (tx): Promise<Reopened> => {
    const row = await firstRow<RawSend>(
      tx,
      `SELECT ${sendColumns} FROM sends WHERE tenant = $1 AND system = $2 AND state = 'verifying'
         AND due_at <= now()
       ORDER BY due_at, sends.id LIMIT 1 FOR UPDATE`,
      [lane.tenant, lane.system],
    );
    if (row === null) return { type: 'nothing' };
    const send = readable(row);
    if (send === null) {
      await giveUpUnreadable(tx, lane, row.id);
      return { type: 'nothing' };
    }
    const laneNow = await readLane(tx, lane, lockFor(limits));
    const budget = await chargeBudget(
      tx,
      { tenant: lane.tenant, system: lane.system },
      laneNow,
      limits,
    );
    if (budget.type !== 'charged') return budget;
    // A repeat is a write again: should its caller die now, whoever takes over counts from here.
    await tx.query(
      isRepeat
        ? `UPDATE sends SET lane_token = $3, state = 'sending', tries = tries + 1,
           sent_at = clock_timestamp() WHERE tenant = $1 AND id = $2`
        : 'UPDATE sends SET lane_token = $3 WHERE tenant = $1 AND id = $2',
      [lane.tenant, row.id, lane.token],
    );
    return { type: 'reopened', send };
  });
}
