import type { PoolClient } from 'pg';

import type { SummaryBody, SummaryKey } from '../domain/bodies';
import type { PostingMode, ModeSwitch } from '../domain/posting/modes';
import { modeOfDay } from '../domain/posting/modes';
import { summaryNumber } from '../domain/posting/summary/summary';
import { keysJson, type Db } from './pool';

// Business days with their mode, and what absorb writes of summaries and their members. The
// tenant's cursor is held; look-ups by a list are LATERAL probes, writes are set-based.

/** A ticket whose share stands in a summary now. */
export interface LiveMember {
  id: string;
  summaryId: string;
  kind: 'order' | 'refund';
  recordId: string;
  part: string;
  rev: number;
}

export interface NewMember {
  summaryId: string;
  kind: 'order' | 'refund';
  recordId: string;
  part: string;
  rev: number;
  totalMinor: number;
  taxMinor: number;
}

/**
 * Fixes the mode of days that had no ticket yet, and answers the mode of each: it never changes
 * again.
 */
export async function fixDays(
  tx: PoolClient,
  tenant: number,
  days: readonly string[],
  switches: readonly ModeSwitch[],
): Promise<Map<string, PostingMode>> {
  if (days.length === 0) return new Map();
  const rows = [...days].sort().map((day) => ({ day, mode: modeOfDay(switches, day) }));
  await tx.query(
    `INSERT INTO business_days (tenant, day, mode) SELECT $1, day, mode
       FROM json_to_recordset($2::json) AS x(day text, mode text)
     ON CONFLICT DO NOTHING`,
    [tenant, JSON.stringify(rows)],
  );
  return modesOf(tx, tenant, days);
}

/** The modes of days that had tickets. */
export async function modesOf(
  db: Db,
  tenant: number,
  days: readonly string[],
): Promise<Map<string, PostingMode>> {
  if (days.length === 0) return new Map();
  const result = await db.query<{ day: string; mode: PostingMode }>(
    `SELECT b.* FROM json_array_elements_text($2::json) AS k(day) CROSS JOIN LATERAL
       (SELECT day, mode FROM business_days WHERE tenant = $1 AND day = k.day LIMIT 1) b`,
    [tenant, JSON.stringify([...new Set(days)])],
  );
  return new Map(result.rows.map(({ day, mode }) => [day, mode]));
}

/** Days that had tickets in another mode than these switches give them, oldest first. */
export async function daysOfOtherMode(
  db: Db,
  tenant: number,
  switches: readonly ModeSwitch[],
): Promise<{ day: string; mode: PostingMode }[]> {
  const result = await db.query<{ day: string; mode: PostingMode }>(
    `SELECT b.day, b.mode FROM business_days b WHERE b.tenant = $1
       AND b.mode <> coalesce((SELECT s.mode FROM json_to_recordset($2::json) AS s("fromDay" text,
         mode text)
         WHERE s."fromDay" <= b.day ORDER BY s."fromDay" DESC LIMIT 1), 'perOrder')
     ORDER BY b.day LIMIT 10`,
    [tenant, JSON.stringify(switches)],
  );
  return result.rows;
}

/** In which summaries these tickets stand now. */
export async function liveMembers(
  tx: PoolClient,
  tenant: number,
  tickets: readonly { kind: string; recordId: string }[],
): Promise<LiveMember[]> {
  if (tickets.length === 0) return [];
  const result = await tx.query<LiveMember>(
    `SELECT m.* FROM json_to_recordset($2::json) AS k(kind text, id text) CROSS JOIN LATERAL
       (SELECT id::text AS id, summary_id AS "summaryId", kind, record_id AS "recordId", part, rev
         FROM summary_members
        WHERE tenant = $1 AND kind = k.kind AND record_id = k.id AND until_rev IS NULL OFFSET 0) m`,
    [tenant, keysJson(tickets)],
  );
  return result.rows;
}

/**
 * A new revision of each of these summaries, made where it did not exist; their revisions by id.
 */
export async function moveSummaries(
  tx: PoolClient,
  tenant: number,
  summaries: ReadonlyMap<string, SummaryKey | null>,
): Promise<Map<string, number>> {
  const ids = [...summaries.keys()].sort();
  const known = await tx.query<{ id: string; rev: number }>(
    `UPDATE records r SET rev = r.rev + 1, updated_at = now()
       FROM json_array_elements_text($2::json) AS k(id)
     WHERE r.tenant = $1 AND r.kind = 'summary' AND r.record_id = k.id
       RETURNING r.record_id AS id, r.rev`,
    [tenant, JSON.stringify(ids)],
  );
  const revs = new Map(known.rows.map(({ id, rev }) => [id, rev]));
  for (const id of ids) {
    const key = summaries.get(id);
    if (revs.has(id) || !key) continue;
    const body: SummaryBody = { key, number: await claimNumber(tx, tenant, id, key) };
    await tx.query(
      `INSERT INTO records (tenant, kind, record_id, rev, op, body, origin)
         VALUES ($1, 'summary', $2, 1, 'present', $3, '{}')`,
      [tenant, id, JSON.stringify(body)],
    );
    revs.set(id, 1);
  }
  return revs;
}

/**
 * The plain number for the first summary of a day and tender; others get one that stands for their
 * key.
 */
async function claimNumber(
  tx: PoolClient,
  tenant: number,
  summaryId: string,
  key: SummaryKey,
): Promise<string> {
  for (const isOther of [false, true]) {
    const number = summaryNumber('P', key, isOther);
    const claimed = await tx.query(
      'INSERT INTO summary_numbers (tenant, number, summary_id) VALUES ($1, $2, $3) ON ' +
        'CONFLICT DO NOTHING',
      [tenant, number, summaryId],
    );
    if (claimed.rowCount === 1) return number;
  }
  // Two keys with the same four characters: the connector finds the number taken and marks it.
  return summaryNumber('P', key, true);
}

/** Ends memberships and begins others, at the new revisions of their summaries. */
export async function writeMembers(
  tx: PoolClient,
  tenant: number,
  { ended, begun }: { ended: readonly LiveMember[]; begun: readonly NewMember[] },
  revs: ReadonlyMap<string, number>,
): Promise<void> {
  const revOf = (summaryId: string): number => {
    const rev = revs.get(summaryId);
    if (rev === undefined) throw new Error(`Bug: summary ${summaryId} has no new revision`);
    return rev;
  };
  if (ended.length > 0)
    await tx.query(
      `UPDATE summary_members m SET until_rev = x.rev, is_open = true
       FROM json_to_recordset($2::json) AS x(id bigint, rev bigint) WHERE +m.tenant = $1
         AND m.id = x.id`,
      [tenant, JSON.stringify(ended.map(({ id, summaryId }) => ({ id, rev: revOf(summaryId) })))],
    );
  if (begun.length === 0) return;
  const rows = begun.map((member) => ({ ...member, fromRev: revOf(member.summaryId) }));
  await tx.query(
    `INSERT INTO summary_members (tenant, summary_id, kind, record_id, part, rev, total_minor,
       tax_minor, from_rev)
     SELECT $1, "summaryId", kind, "recordId", part, rev, "totalMinor", "taxMinor", "fromRev"
       FROM json_to_recordset($2::json)
       AS x("summaryId" text, kind text, "recordId" text, part text, rev bigint,
         "totalMinor" bigint, "taxMinor" bigint, "fromRev" bigint)`,
    [tenant, JSON.stringify(rows)],
  );
}

/**
 * Tickets that left their summaries for a document of their own: what the books have of them is not
 * theirs.
 */
export async function forgetSummaryOf(
  tx: PoolClient,
  tenant: number,
  deliveryIds: readonly string[],
): Promise<void> {
  if (deliveryIds.length === 0) return;
  await tx.query(
    `UPDATE deliveries d SET remote_id = NULL, remote_version = NULL, snapshot = NULL
     WHERE +d.tenant = $1 AND d.id = ANY ($2) AND d.snapshot ->> 'summary' IS NOT NULL`,
    [tenant, deliveryIds],
  );
}
