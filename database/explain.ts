import { z } from 'zod';

import type { DeliveryState } from '../domain/delivery/delivery-state';
import type { ChangeOp, JsonObject, Kind, System, Target } from '../domain/words';
import type { ChangeProgress } from './changes';
import { jsonObject } from './outgoing';
import type { Db } from './pool';
import { systemsSql } from './systems-sql';

// From a document in a system back to the record, its changes and every write, read from the
// tables.

/**
 * What is looked for at most: one thing there may stand for some records of ours, seldom for many.
 */
const deliveriesMax = 20;
const changesMax = 50;
const writesMax = 100;

export interface Thing {
  kind: Kind;
  recordId: string;
}

/** A change of a record, as the inbox has it. */
export interface ExplainedChange extends ChangeProgress {
  id: string;
  position: number;
  source: System;
  op: ChangeOp;
  occurredAt: string;
  receivedAt: string;
}

/** A delivery of a record, with what is known of its document there. */
export interface ExplainedDelivery {
  id: string;
  system: Target;
  part: string;
  state: DeliveryState;
  reason: string | null;
  detail: string | null;
  desiredRev: number;
  deliveredRev: number;
  remoteId: string | null;
  remoteVersion: string | null;
  isLinked: boolean;
  snapshot: JsonObject | null;
  sendId: string | null;
  undoneBy: string | null;
}

/** One settled write of a delivery. */
export interface ExplainedEntry {
  at: string;
  deliveryId: string;
  sendId: string | null;
  revision: number;
  outcome: string;
  remoteId: string | null;
  remoteVersion: string | null;
  detail: string | null;
}

const memberSchema = z.looseObject({
  deliveryId: z.string(),
  rev: z.int(),
  generation: z.int(),
  write: z.looseObject({
    operation: z.string(),
    entity: z.string(),
    snapshot: jsonObject,
    natural: jsonObject,
  }),
});
export type ExplainedMember = z.infer<typeof memberSchema>;

/** A send, with those of its members that were asked for. */
export interface ExplainedSend {
  id: string;
  key: string;
  state: string;
  tries: number;
  firstSentAt: string;
  sentAt: string;
  settledAt: string | null;
  outcome: string | null;
  members: ExplainedMember[];
}

/** Records of which a delivery was settled with this id there, whatever the entity; at most 20. */
export async function recordsByRemoteId(
  db: Db,
  tenant: number,
  system: Target,
  remoteId: string,
): Promise<Thing[]> {
  const result = await db.query<Thing>(
    `SELECT DISTINCT d.kind, d.record_id AS "recordId" FROM
       (SELECT DISTINCT delivery_id FROM journal WHERE tenant = $1 AND remote_id = $3) j
     CROSS JOIN LATERAL (SELECT kind, record_id FROM deliveries
       WHERE id = j.delivery_id AND tenant IS NOT DISTINCT FROM $1
         AND system IS NOT DISTINCT FROM $2 LIMIT 1) d
     ORDER BY d.kind, d.record_id LIMIT ${deliveriesMax}`,
    [tenant, system, remoteId],
  );
  return result.rows;
}

/** The newest changes of a record, newest first. */
export async function changesOf(
  db: Db,
  tenant: number,
  { kind, recordId }: Thing,
): Promise<ExplainedChange[]> {
  const result = await db.query<ExplainedChange>(
    `SELECT c.event_id AS id, c.pos AS position, c.source, c.op, c.source_rev AS revision,
       c.occurred_at AS "occurredAt",
       c.received_at AS "receivedAt", c.pos <= a.absorbed_pos AS "isAbsorbed", o.outcome,
       r.source_rev AS "recordSourceRev"
     FROM (SELECT * FROM changes WHERE tenant = $1 AND kind = $2 AND record_id = $3
       ORDER BY pos DESC LIMIT ${changesMax}) c
     JOIN tenant_absorb a ON a.tenant = $1
     LEFT JOIN LATERAL (SELECT (source_revs ->> c.source)::bigint AS source_rev
       FROM records WHERE tenant = $1 AND kind = $2
       AND record_id = $3 LIMIT 1) r ON true
     LEFT JOIN LATERAL (SELECT outcome FROM change_outcomes WHERE tenant = $1 AND pos = c.pos
       LIMIT 1) o ON true
     ORDER BY c.pos DESC`,
    [tenant, kind, recordId],
  );
  return result.rows;
}

export async function explainedDeliveries(
  db: Db,
  tenant: number,
  { kind, recordId }: Thing,
): Promise<ExplainedDelivery[]> {
  const result = await db.query<Omit<ExplainedDelivery, 'snapshot'> & { snapshot: unknown }>(
    `SELECT id::text AS id, system, part, state, reason, detail, desired_rev AS "desiredRev",
       delivered_rev AS "deliveredRev",
       remote_id AS "remoteId", remote_version AS "remoteVersion", is_linked AS "isLinked",
         snapshot, send_id::text AS "sendId", undone_by AS "undoneBy"
     FROM deliveries WHERE tenant = $1 AND system = ANY (${systemsSql}) AND kind = $2
       AND record_id = $3
     ORDER BY system, part`,
    [tenant, kind, recordId],
  );
  return result.rows.map((row) => ({
    ...row,
    snapshot: row.snapshot === null ? null : jsonObject.parse(row.snapshot),
  }));
}

/** What became of the newest writes of these deliveries, oldest first. */
export async function journalOf(
  db: Db,
  tenant: number,
  deliveryIds: readonly string[],
): Promise<ExplainedEntry[]> {
  const result = await db.query<ExplainedEntry>(
    `SELECT j.* FROM unnest($2::bigint[]) AS k(id) CROSS JOIN LATERAL (
       SELECT at, delivery_id::text AS "deliveryId", send_id::text AS "sendId", rev AS revision,
         outcome,
         remote_id AS "remoteId", remote_version AS "remoteVersion", detail
       FROM journal WHERE tenant = $1 AND delivery_id = k.id ORDER BY journal.id DESC
         LIMIT ${writesMax}) j
     ORDER BY j.at`,
    [tenant, deliveryIds],
  );
  return result.rows;
}

/** These sends, oldest first, each with its members of these deliveries only. */
export async function sendsOf(
  db: Db,
  tenant: number,
  sendIds: readonly string[],
  deliveryIds: readonly string[],
): Promise<ExplainedSend[]> {
  const result = await db.query<Omit<ExplainedSend, 'members'> & { members: unknown }>(
    `SELECT s.* FROM unnest($2::bigint[]) AS k(id) CROSS JOIN LATERAL (
       SELECT id::text AS id, key, state, tries, first_sent_at AS "firstSentAt",
         sent_at AS "sentAt", settled_at AS "settledAt",
         outcome, (SELECT coalesce(json_agg(m), '[]') FROM json_array_elements(members) m
           WHERE m ->> 'deliveryId' = ANY ($3)) AS members
       FROM sends WHERE id = k.id AND tenant IS NOT DISTINCT FROM $1 LIMIT 1) s
     ORDER BY s."firstSentAt", s.id`,
    [tenant, sendIds, deliveryIds],
  );
  return result.rows.map((row) => ({ ...row, members: z.array(memberSchema).parse(row.members) }));
}
