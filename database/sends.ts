import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';

import { transition } from '../domain/delivery/delivery-state';
import { allowsPush, type DirectionPolicy } from '../domain/delivery/direction';
import type { RateLimit } from '../domain/lane/rate-budget';
import { countSettled, deliveryColumns, type DeliveryRow } from './deliveries';
import { updateDeliveries, type DeliveryUpdate } from './delivery-updates';
import { chargeBudget, lockFor, readLane, type BudgetAnswer, type LaneHold } from './lanes';
import { jsonObject } from './outgoing';
import { inTransaction } from './pool';
import { directionInForce } from './settings';

// Every vendor write, written down before its first byte leaves (what follows: `open-sends.ts`),
// each in one transaction that locks the members in order of their ids
// (architecture.md#keys-and-sends).

export const requestSchema = z.strictObject({
  method: z.literal('POST'),
  path: z.string(),
  body: z.string(),
});
const memberSchema = z.strictObject({
  deliveryId: z.string(),
  rev: z.int(),
  generation: z.int(),
  isLinked: z.boolean(),
  /** The connector's write; read back by the connector alone. */
  write: jsonObject,
});

/** One delivery in a send: the revision and generation it was composed at. */
export type SendMember = z.infer<typeof memberSchema>;

export interface NewSend {
  key: string;
  request: z.infer<typeof requestSchema>;
  members: SendMember[];
}

export interface SendRow extends NewSend {
  id: string;
  tries: number;
  asks: number;
  firstSentAtMs: number;
  /** What came of it so far; null while it is under way for the first time. */
  outcome: string | null;
}

const membersSchema = z.array(memberSchema);

/** A row of `sends` as read: its two documents are not checked yet. */
export interface RawSend {
  id: string;
  key: string;
  request: unknown;
  members: unknown;
  tries: number;
  asks: number;
  firstSentAtMs: number;
  outcome: string | null;
}

/** What the row holds, checked; throws a ZodError where it is not what was written once. */
export function sendOf(row: RawSend): SendRow {
  return {
    ...row,
    request: requestSchema.parse(row.request),
    members: membersSchema.parse(row.members),
  };
}

/**
 * What may become one send: `freeze` is called with the members that are kept, so the bytes hold
 * exactly them.
 */
export interface SendDraft {
  candidates: readonly SendMember[];
  freeze: (kept: readonly SendMember[]) => NewSend;
}

export type Recorded =
  /** In the order of the drafts; null where none of a draft's candidates may be sent any more. */
  { type: 'recorded'; sends: (SendRow | null)[] } | Exclude<BudgetAnswer, { type: 'charged' }>;

/**
 * Commits sends: locks the candidates, keeps those still waiting, allowed and at the composed
 * revision, charges the budget, writes the bytes. With limits only one: each send is charged as its
 * call leaves.
 */
export async function recordSends(
  pool: Pool,
  lane: LaneHold,
  drafts: readonly SendDraft[],
  limits: readonly RateLimit[],
): Promise<Recorded> {
  if (limits.length > 0 && drafts.length > 1)
    throw new Error(`Bug: ${drafts.length} sends for one charge of the budget`);
  return inTransaction(pool, async (tx): Promise<Recorded> => {
    const [locked, direction, laneNow] = await Promise.all([
      lockByIds(
        tx,
        lane.tenant,
        drafts.flatMap(({ candidates }) => candidates.map((member) => member.deliveryId)),
      ),
      directionInForce(tx, lane.tenant),
      readLane(tx, lane, lockFor(limits)),
    ]);
    const allowed = await keepBackDisallowed(tx, lane, locked, direction);
    const rows = new Map(allowed.map((row) => [row.id, row]));
    const kept = drafts.map(({ candidates, freeze }) => {
      const members = candidates.filter((member) =>
        isSendable(rows.get(member.deliveryId), member),
      );
      return { members, freeze };
    });
    if (kept.every(({ members }) => members.length === 0))
      return { type: 'recorded', sends: drafts.map(() => null) };
    const budget = await chargeBudget(
      tx,
      { tenant: lane.tenant, system: lane.system },
      laneNow,
      limits,
    );
    if (budget.type !== 'charged') return budget;
    const frozen = kept.map(({ members, freeze }) =>
      members.length === 0 ? null : freeze(members),
    );
    const inserted = await insertSends(
      tx,
      lane,
      frozen.filter((send) => send !== null),
    );
    const sends = frozen.map((send) => (send === null ? null : (inserted.get(send.key) ?? null)));
    const updates = sends.flatMap((send, index) =>
      (kept[index]?.members ?? []).flatMap((member): DeliveryUpdate[] => {
        const row = rows.get(member.deliveryId);
        const after = row === undefined ? null : transition(row, { type: 'sendCommitted' });
        return row === undefined || after === null ? [] : [{ row, after, sendId: send?.id }];
      }),
    );
    await updateDeliveries(tx, lane.tenant, updates);
    return { type: 'recorded', sends };
  });
}

/** Whether it still waits, at the revision and generation that were composed. */
function isSendable(row: DeliveryRow | undefined, member: SendMember): boolean {
  return (
    row?.state === 'waiting' &&
    row.desiredRev === member.rev &&
    row.generation === member.generation
  );
}

/**
 * Holds what the direction in force no longer lets go, and answers the others: what came back from
 * a send waits again although the direction was turned off meanwhile.
 */
async function keepBackDisallowed(
  tx: PoolClient,
  lane: LaneHold,
  locked: readonly DeliveryRow[],
  direction: DirectionPolicy,
): Promise<DeliveryRow[]> {
  const allowed = locked.filter((row) => allowsPush(direction, row.system, row.kind));
  if (allowed.length === locked.length) return allowed;
  const updates = locked
    .filter((row) => !allowed.includes(row))
    .flatMap((row): DeliveryUpdate[] => {
      const after = transition(row, { type: 'directionOff' });
      return after === null ? [] : [{ row, after }];
    });
  const opened = await updateDeliveries(tx, lane.tenant, updates);
  await countSettled(tx, lane.tenant, lane.system, -(opened.get(lane.system) ?? 0));
  return allowed;
}

/** By key. */
async function insertSends(
  tx: PoolClient,
  lane: LaneHold,
  sends: readonly NewSend[],
): Promise<Map<string, SendRow>> {
  // A send that was certainly not executed is opened again, with the bytes that it had: there is
  // never a second row of one key. One parameter for each text: as parts of one document their
  // bytes would be read three times.
  const rows = sends.map((_send, index) => {
    const [key, request, members] = [4, 5, 6].map((first) => `$${first + 3 * index}`);
    return `($1, $2, ${key}, $3, ${request}, ${members}, 'sending')`;
  });
  const result = await tx.query<RawSend>(
    `INSERT INTO sends AS s (tenant, system, key, lane_token, request, members, state)
       VALUES ${rows.join(', ')}
     ON CONFLICT (tenant, system, key) DO UPDATE
       SET lane_token = excluded.lane_token, state = 'sending', tries = s.tries + 1,
       asks = 0, sent_at = clock_timestamp(), let_go_at = NULL, outcome = NULL
         WHERE s.state = 'not_executed'
     RETURNING id::text AS id, key, tries, asks, outcome, (extract(epoch
       FROM first_sent_at) * 1000)::float8 AS "firstSentAtMs",
       CASE WHEN tries > 1 THEN request END AS request, CASE
         WHEN tries > 1 THEN members END AS members`,
    [
      lane.tenant,
      lane.system,
      lane.token,
      ...sends.flatMap(({ key, request, members }) => [
        key,
        JSON.stringify(request),
        JSON.stringify(members),
      ]),
    ],
  );
  const inserted = new Map(result.rows.map((row) => [row.key, row]));
  return new Map(
    sends.map((send): [string, SendRow] => {
      const row = inserted.get(send.key);
      if (row === undefined)
        throw new Error(
          `Bug: send ${send.key} stands there already and was not refused; nothing was sent`,
        );
      return [send.key, row.tries > 1 ? sendOf(row) : { ...row, ...send }];
    }),
  );
}

/**
 * The plus keeps this a mere check: with ids at hand no index of the tenant's rows is to be read.
 */
const ofTenant = '+d.tenant = $1';

export async function lockByIds(
  tx: PoolClient,
  tenant: number,
  ids: readonly string[],
): Promise<DeliveryRow[]> {
  const result = await tx.query<DeliveryRow>(
    `SELECT ${deliveryColumns} FROM deliveries d WHERE ${ofTenant} AND d.id = ANY ($2)
       ORDER BY d.id FOR UPDATE`,
    [tenant, ids],
  );
  return result.rows;
}
