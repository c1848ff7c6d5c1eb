import type { Pool, PoolClient } from 'pg';

import { transition, type DeliveryEvent } from '../domain/delivery/delivery-state';
import { isComparedHold } from '../domain/posting/compared-holds';
import { countSettled, type DeliveryRow } from './deliveries';
import { updateDeliveries, type DeliveryUpdate, type RemoteState } from './delivery-updates';
import { inTransaction } from './pool';
import type { LaneHold } from './lanes';
import { lockByIds } from './sends';
import { lookAgain, type ComparedThing } from './look-again';
import { settleSummaries } from './summary-settlements';
import { withoutOthers } from './remote-owners';

// Settling: what became of a send and of each of its members, in one transaction.

/** Kinds of records, beside products by their SKUs, that others may wait for. */
const referredKinds = ['customer', 'product', 'order', 'refund', 'invoice', 'payment'] as const;

/** What one member of a send came to, and what is to be kept of it. */
export interface MemberSettlement {
  deliveryId: string;
  /**
   * Only without a send: the revision that was composed. Passed over where the delivery has moved
   * on.
   */
  rev?: number;
  /**
   * With a hold that compares: when it was due as it was picked. Where that moved, what it is
   * compared with has changed meanwhile (look-again.ts): it is composed again.
   */
  pickedDueAt?: string;
  event: DeliveryEvent;
  /** Only with `accepted` or `adopted`. */
  remote?: RemoteState | undefined;
  cause?: string;
  detail?: string;
  lastClass?: string | null;
  /** Most members of the next send that carries it. */
  sendMax?: number;
  /** Only with a hold for dependency: the things whose arrival frees it. */
  waitsFor?: readonly { kind: 'sku' | (typeof referredKinds)[number]; ref: string }[];
}

/**
 * What the send itself came to: settled for good, certainly not executed, or unknown until asked.
 */
export type SendOutcome =
  | { state: 'settled'; outcome: string }
  | { state: 'not_executed'; outcome: string }
  | { state: 'verifying'; outcome: string; askAtMs: number };

/** Deliveries that are dead since this settlement. */
export interface Settled {
  died: string[];
}

/** What became of one send and of its members. */
export interface SendSettlement {
  sendId: string;
  members: readonly MemberSettlement[];
  outcome: SendOutcome;
}

/**
 * Settles sends: states, remote ids, snapshots, journal, counters and what was waiting for them, in
 * one transaction.
 */
export async function settleSends(
  pool: Pool,
  lane: LaneHold,
  sends: readonly SendSettlement[],
): Promise<Settled> {
  return inTransaction(pool, async (tx) => {
    const all = sends.flatMap(({ members }) => members);
    const [ours, rows] = await Promise.all([
      closeSends(tx, lane, sends),
      lockMembers(tx, lane, all),
    ]);
    // Another lane holder took a send over: what we learned of it is its business now.
    const settled = sends.flatMap(({ sendId, members }) =>
      ours.has(sendId) ? members.map((member): SentSettlement => ({ ...member, sendId })) : [],
    );
    return settled.length === 0 ? { died: [] } : settleMembers(tx, lane, settled, rows);
  });
}

/** Writes the outcomes; answers the ids of those that are this holder's still. */
async function closeSends(
  tx: PoolClient,
  lane: LaneHold,
  sends: readonly SendSettlement[],
): Promise<Set<string>> {
  const rows = sends.map(({ sendId: id, outcome }) => ({
    id,
    ...outcome,
    asks: outcome.state === 'verifying' ? 1 : 0,
  }));
  const closed = await tx.query<{ id: string }>(
    `UPDATE sends s SET state = x.state, outcome = left(x.outcome, 2000),
       let_go_at = clock_timestamp(), asks = s.asks + x.asks,
       due_at = coalesce(to_timestamp(x."askAtMs" / 1000.0), s.due_at),
       settled_at = CASE WHEN x.state = 'settled' THEN clock_timestamp() END
     FROM (SELECT * FROM json_to_recordset($3::json)
       AS y(id bigint, state text, outcome text, asks int, "askAtMs" float8) OFFSET 0) x
     WHERE coalesce(s.tenant = $1, false) AND s.id = x.id AND s.id = ANY ($4) AND s.lane_token = $2
       AND s.state IN ('sending', 'verifying')
     RETURNING s.id::text AS id`,
    [lane.tenant, lane.token, JSON.stringify(rows), rows.map(({ id }) => id)],
  );
  return new Set(closed.rows.map(({ id }) => id));
}

/** Settles deliveries that need no send: adopted, held, skipped by compose. */
export async function settleWithoutSend(
  pool: Pool,
  lane: LaneHold,
  settlements: readonly MemberSettlement[],
): Promise<Settled> {
  if (settlements.length === 0) return { died: [] };
  return inTransaction(pool, async (tx) =>
    settleMembers(tx, lane, settlements, await lockMembers(tx, lane, settlements)),
  );
}

async function lockMembers(
  tx: PoolClient,
  lane: LaneHold,
  settlements: readonly MemberSettlement[],
): Promise<DeliveryRow[]> {
  const ids = settlements.map((settlement) => settlement.deliveryId);
  return lockByIds(tx, lane.tenant, ids);
}

async function settleMembers(
  tx: PoolClient,
  lane: LaneHold,
  settlements: readonly SentSettlement[],
  rows: readonly DeliveryRow[],
): Promise<Settled> {
  const own = await withoutOthers(tx, lane, settlements, rows);
  const byId = new Map(own.map((settlement) => [settlement.deliveryId, settlement]));
  const updates: MemberUpdate[] = rows.flatMap((row) => {
    const settlement = byId.get(row.id);
    if (settlement === undefined || row.desiredRev !== (settlement.rev ?? row.desiredRev))
      return [];
    if (isOutdated(row, settlement)) return [];
    const after = transition(row, settlement.event);
    if (after === null) return [];
    const lastClass =
      settlement.lastClass ?? (settlement.remote === undefined ? row.lastClass : null);
    const sendMax = settlement.sendMax ?? (settlement.remote === undefined ? row.sendMax : null);
    return [
      {
        row,
        after,
        settlement,
        cause: settlement.cause ?? null,
        detail: settlement.detail ?? null,
        lastClass,
        sendMax,
        remote: settlement.remote,
      },
    ];
  });
  const summedUp = await settleSummaries(tx, lane, updates);
  // Waits are noted before those are freed that what arrived here was waited for.
  const [opened, , freed] = await Promise.all([
    updateDeliveries(tx, lane.tenant, updates),
    noteWaits(tx, lane, updates),
    freeWaiting(tx, lane, updates, summedUp),
    writeJournal(tx, lane.tenant, updates),
  ]);
  // What was held while these were on their way here knew nothing of what became of them.
  const things = updates.flatMap(comparedThing);
  const woken = await lookAgain(tx, lane.tenant, lane.system, { things });
  await countSettled(tx, lane.tenant, lane.system, -(opened.get(lane.system) ?? 0) - freed - woken);
  return { died: updates.flatMap(({ row, after }) => (after.state === 'dead' ? [row.id] : [])) };
}

/** Whether it was held by what has changed since it was composed. */
function isOutdated({ dueAt }: DeliveryRow, { event, pickedDueAt }: MemberSettlement): boolean {
  return event.type === 'hold' && isComparedHold(event.reason) && dueAt !== (pickedDueAt ?? dueAt);
}

/**
 * What others are compared with, where it changed; none where it did not. Those that came after one
 * that is held because it compares count it no more, where it never was in the books; so two that
 * are held by each other come to rest. A sale that comes for the first time has none that are
 * compared with it.
 */
function comparedThing({ row, after, settlement }: MemberUpdate): ComparedThing[] {
  const { kind, recordId } = row;
  if (kind === 'order' || kind === 'invoice') {
    if (row.desiredRev < 2) return [];
  } else if (kind !== 'refund' && kind !== 'payment' && kind !== 'payout') return [];
  if (settlement.remote !== undefined) return [{ kind, recordId }];
  const isAtRest = after.state === 'held' || after.state === 'dead' || after.state === 'skipped';
  if (!isAtRest) return [];
  if (!isComparedHold(after.reason)) return [{ kind, recordId }];
  return row.deliveredRev > 0 ? [] : [{ kind, recordId, afterId: row.id }];
}

/** With the send that was settled, where there was one. */
type SentSettlement = MemberSettlement & { sendId?: string };
type MemberUpdate = DeliveryUpdate & { settlement: SentSettlement };

async function writeJournal(
  tx: PoolClient,
  tenant: number,
  updates: readonly MemberUpdate[],
): Promise<void> {
  // What compose held or skipped is no write: the delivery itself says so.
  const written = updates.filter(
    ({ settlement }) => settlement.sendId !== undefined || settlement.remote !== undefined,
  );
  if (written.length === 0) return;
  const rows = written.map(({ row, after, settlement }) => ({
    deliveryId: row.id,
    sendId: settlement.sendId,
    rev: after.sentRev ?? row.desiredRev,
    outcome: settlement.event.type,
    remoteId: (settlement.remote?.written ?? settlement.remote)?.id,
    remoteVersion: (settlement.remote?.written ?? settlement.remote)?.version ?? undefined,
    detail: settlement.detail,
  }));
  await tx.query(
    `INSERT INTO journal (tenant, delivery_id, send_id, rev, outcome, remote_id, remote_version,
       detail)
     SELECT $1, "deliveryId", "sendId", rev, outcome, "remoteId", "remoteVersion",
       left(detail, 2000) FROM json_to_recordset($2::json)
       AS x("deliveryId" bigint, "sendId" bigint, rev bigint, outcome text, "remoteId" text,
         "remoteVersion" text, detail text)`,
    [tenant, JSON.stringify(rows)],
  );
}

/**
 * Frees what was held because it refers to something that has its remote id now; answers how many
 * it opened.
 */
async function freeWaiting(
  tx: PoolClient,
  lane: LaneHold,
  updates: readonly MemberUpdate[],
  summedUp: readonly { kind: string; ref: string }[],
): Promise<number> {
  const arrived = updates.filter(({ settlement }) => settlement.remote !== undefined);
  const products = arrived
    .filter(({ row }) => row.kind === 'product')
    .map(({ row }) => row.recordId);
  const others = arrived
    .filter(({ row }) => (referredKinds as readonly string[]).includes(row.kind))
    .map(({ row }) => ({ kind: row.kind, ref: row.recordId }));
  if (products.length + others.length + summedUp.length === 0) return 0;
  const freed = await tx.query<{ id: string }>(
    // By row address, found by one probe per thing: a join would read all that waits in this lane.
    `DELETE FROM delivery_waits WHERE ctid = ANY (ARRAY(
       SELECT w.ctid FROM (
         SELECT 'sku' AS kind, s.sku AS ref FROM json_array_elements_text($3::json) AS p(id)
           CROSS JOIN LATERAL
           (SELECT sku FROM skus WHERE tenant = $1 AND record_id = p.id LIMIT 1000) s
         UNION SELECT 'sku', h.sku FROM json_array_elements_text($3::json) AS p(id) CROSS JOIN
           LATERAL
           (SELECT sku FROM sku_holders WHERE tenant = $1 AND record_id = p.id LIMIT 1000) h
         UNION ALL SELECT kind, ref FROM json_to_recordset($4::json) AS x(kind text, ref text)) x
       CROSS JOIN LATERAL (SELECT ctid FROM delivery_waits
         WHERE tenant = $1 AND system = $2 AND kind = x.kind AND ref = x.ref OFFSET 0) w))
     RETURNING delivery_id::text AS id`,
    [lane.tenant, lane.system, JSON.stringify(products), JSON.stringify([...others, ...summedUp])],
  );
  const ids = [...new Set(freed.rows.map((row) => row.id))];
  if (ids.length === 0) return 0;
  // Whatever else they wait for, compose finds out and holds them again.
  const opened = await updateDeliveries(
    tx,
    lane.tenant,
    (await lockByIds(tx, lane.tenant, ids)).flatMap((row): DeliveryUpdate[] => {
      const after = transition(row, { type: 'freed', resting: 'waiting', nowMs: row.dueAtMs });
      return after === null ? [] : [{ row, after }];
    }),
  );
  return opened.get(lane.system) ?? 0;
}

/** Notes what those wait for that compose held(dependency). */
async function noteWaits(
  tx: PoolClient,
  lane: LaneHold,
  updates: readonly MemberUpdate[],
): Promise<void> {
  const waits = updates.flatMap(({ row, settlement }) =>
    (settlement.waitsFor ?? []).map((wait) => ({ deliveryId: row.id, ...wait })),
  );
  if (waits.length === 0) return;
  await tx.query(
    `INSERT INTO delivery_waits (tenant, system, kind, ref, delivery_id)
     SELECT $1, $2, kind, ref, "deliveryId" FROM json_to_recordset($3::json) AS x(kind text,
       ref text, "deliveryId" bigint)
     ON CONFLICT DO NOTHING`,
    [lane.tenant, lane.system, JSON.stringify(waits)],
  );
}
