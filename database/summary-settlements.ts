import type { PoolClient } from 'pg';

import type { DeliveryEvent } from '../domain/delivery/delivery-state';
import type { DeliveryUpdate, RemoteState } from './delivery-updates';
import type { LaneHold } from './lanes';
import { lockByIds } from './sends';

// Settling a summary settles exactly the tickets of the revision that was sent: those that it has
// since are delivered with it, those that it lost are out of the books.

/** A delivery after its settlement. */
type Settled = DeliveryUpdate & {
  settlement: { event: DeliveryEvent; remote?: RemoteState | undefined };
};

/**
 * Settles the members of the summaries among these; answers the tickets that the books have now.
 */
export async function settleSummaries(
  tx: PoolClient,
  lane: LaneHold,
  updates: readonly Settled[],
): Promise<{ kind: string; ref: string }[]> {
  const arrived: { kind: string; ref: string }[] = [];
  for (const { row, after, settlement } of updates) {
    if (row.kind !== 'summary') continue;
    if (settlement.event.type === 'skip') {
      await skipMembers(tx, lane, row.recordId, settlement.event.reason);
      continue;
    }
    if (settlement.event.type === 'acceptedHeld') {
      await reopenMembers(tx, lane, row.recordId);
      continue;
    }
    if (settlement.remote === undefined) continue;
    const tickets = await closeMembers(tx, lane, row.recordId, after.deliveredRev);
    const entity = settlement.remote.snapshot['entity'] ?? null;
    const snapshot = { summary: row.recordId, entity };
    await deliverMembers(tx, lane, tickets, {
      remoteId: settlement.remote.id,
      snapshot: JSON.stringify(snapshot),
    });
    arrived.push(...tickets.map(({ kind, id }) => ({ kind, ref: id })));
  }
  return arrived;
}

interface TicketPart {
  kind: string;
  id: string;
  part: string;
}

/** Notes what the document holds now, up to this revision of the summary. */
async function closeMembers(
  tx: PoolClient,
  { tenant }: LaneHold,
  summaryId: string,
  rev: number,
): Promise<TicketPart[]> {
  const result = await tx.query<TicketPart>(
    `UPDATE summary_members SET is_posted = until_rev IS NULL
       OR until_rev > $3, is_open = until_rev IS NOT NULL AND until_rev > $3
     WHERE tenant = $1 AND summary_id = $2 AND is_open AND from_rev <= $3
       RETURNING kind, record_id AS id, part`,
    [tenant, summaryId, rev],
  );
  return result.rows;
}

/**
 * Its document was voided for its answer: until it is posted anew none of its tickets is in the
 * books.
 */
async function reopenMembers(
  tx: PoolClient,
  { tenant, system }: LaneHold,
  summaryId: string,
): Promise<void> {
  const members = await tx.query<TicketPart>(
    `UPDATE summary_members SET is_posted = false, is_open = true
     WHERE tenant = $1 AND summary_id = $2 AND until_rev IS NULL
       RETURNING kind, record_id AS id, part`,
    [tenant, summaryId],
  );
  const found = await tx.query<{ id: string }>(
    `SELECT d.id::text AS id FROM json_to_recordset($3::json) AS k(kind text, id text, part text)
       CROSS JOIN LATERAL
       (SELECT id FROM deliveries WHERE tenant = $1 AND system = $2 AND kind = k.kind
         AND record_id = k.id AND part = k.part
          AND state = 'delivered' LIMIT 1) d`,
    [tenant, system, JSON.stringify(members.rows)],
  );
  const locked = await lockByIds(
    tx,
    tenant,
    found.rows.map(({ id }) => id),
  );
  const ids = locked.filter((row) => row.summaryId !== null).map(({ id }) => id);
  await tx.query(
    `UPDATE deliveries d SET state = 'held', reason = 'summary', remote_id = NULL, snapshot = NULL,
       changed_at = now()
     WHERE +d.tenant = $1 AND d.id = ANY ($2)`,
    [tenant, ids],
  );
}

/**
 * Of these tickets those of which nothing is open in any summary are delivered, as the table of
 * states says of `accepted`.
 */
async function deliverMembers(
  tx: PoolClient,
  lane: LaneHold,
  tickets: readonly TicketPart[],
  { remoteId, snapshot }: { remoteId: string; snapshot: string },
): Promise<void> {
  if (tickets.length === 0) return;
  const found = await tx.query<{ id: string }>(
    `SELECT d.id::text AS id FROM json_to_recordset($3::json) AS k(kind text, id text, part text)
       CROSS JOIN LATERAL
       (SELECT id FROM deliveries WHERE tenant = $1 AND system = $2 AND kind = k.kind
         AND record_id = k.id AND part = k.part
          AND state IN ('held', 'skipped') LIMIT 1) d
     WHERE NOT EXISTS (SELECT FROM summary_members m WHERE m.tenant = $1 AND m.kind = k.kind
       AND m.record_id = k.id
       AND m.part = k.part AND m.is_open)`,
    [lane.tenant, lane.system, JSON.stringify(tickets)],
  );
  const locked = await lockByIds(
    tx,
    lane.tenant,
    found.rows.map(({ id }) => id),
  );
  // Of one that keeps a former share the document has that, not what is desired.
  const ids = locked
    .filter(({ isKept }) => !isKept)
    .filter(({ state, reason, desiredOp }) =>
      state === 'held' ? reason === 'summary' : state === 'skipped' && desiredOp === 'present',
    )
    .map(({ id }) => id);
  if (ids.length === 0) return;
  await tx.query(
    `UPDATE deliveries d SET state = 'delivered', reason = NULL, cause = NULL, detail = NULL,
       sent_rev = d.desired_rev,
       delivered_rev = d.desired_rev, attempts = 0, last_class = NULL, send_max = NULL,
         changed_at = now(),
       remote_id = CASE WHEN d.desired_op = 'present' THEN $3 END, remote_version = NULL,
       snapshot = CASE WHEN d.desired_op = 'present' THEN $4::json END
     WHERE +d.tenant = $1 AND d.id = ANY ($2)`,
    [lane.tenant, ids, remoteId, snapshot],
  );
}

/**
 * A summary that is not posted by rule says so of its tickets; should it be posted later, they are
 * too.
 */
async function skipMembers(
  tx: PoolClient,
  lane: LaneHold,
  summaryId: string,
  reason: string,
): Promise<void> {
  const found = await tx.query<{ id: string }>(
    `SELECT d.id::text AS id FROM (SELECT kind, record_id, part FROM summary_members
         WHERE tenant = $1 AND summary_id = $3 AND is_open AND until_rev IS NULL OFFSET 0) m
     CROSS JOIN LATERAL (SELECT id FROM deliveries WHERE tenant = $1 AND system = $2
       AND kind = m.kind
       AND record_id = m.record_id AND part = m.part AND state = 'held' LIMIT 1) d`,
    [lane.tenant, lane.system, summaryId],
  );
  const locked = await lockByIds(
    tx,
    lane.tenant,
    found.rows.map(({ id }) => id),
  );
  const ids = locked.filter((row) => row.reason === 'summary').map(({ id }) => id);
  await tx.query(
    `UPDATE deliveries d SET state = 'skipped', reason = $3, cause = $3, changed_at = now()
     WHERE +d.tenant = $1 AND d.id = ANY ($2)`,
    [lane.tenant, ids, reason],
  );
}
