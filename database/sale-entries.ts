import type { PoolClient } from 'pg';
import { z } from 'zod';

import type { RecordBody } from '../domain/bodies';
import { sumMinor } from '../domain/money';
import type { LayAway } from '../domain/posting/source/deposit';
import type { BookedDeposit } from '../domain/posting/deposit-tax';
import { postedWorthMinor } from '../domain/posting/plan/posted-sale';
import {
  givenBackMinor,
  type KnownSale,
  type SaleEntry,
} from '../domain/posting/source/known-sale';
import type { SaleOfSummary } from '../domain/posting/summary/summary-tickets';
import { saleIdOf, type Thing } from '../domain/records/record-references';
import type { Kind, Target } from '../domain/words';
import { readRecordBody } from '../schemas/change-bodies';
import { keysJson, type Db } from './pool';

// Which refunds and payments name which sale: what was given back and paid of it is read from here.

/**
 * Notes, for records that changed, the sale that each names now, and which one it leaves: what the
 * books have of it counts there until they have this revision. Answers the sales that some no
 * longer name.
 */
export async function writeSaleEntries(
  tx: PoolClient,
  tenant: number,
  records: readonly { kind: Kind; recordId: string; rev: number; content: RecordBody | null }[],
): Promise<string[]> {
  const rows = records
    .filter(({ kind }) => kind === 'refund' || kind === 'payment')
    // A deleted one that is in the books still counts there: its delivery says so.
    .map(({ kind, recordId, rev, content }) => ({
      ...{ kind, id: recordId, rev, sale: saleIdOf(content) },
    }));
  if (rows.length === 0) return [];
  const former = await tx.query<FormerSale>(
    `DELETE FROM sale_entries WHERE ctid = ANY (ARRAY(
       SELECT e.ctid FROM json_to_recordset($2::json) AS k(kind text, id text, sale text)
         CROSS JOIN LATERAL
         (SELECT ctid FROM sale_entries WHERE tenant = $1 AND kind = k.kind AND record_id = k.id
           AND sale_id IS DISTINCT FROM k.sale OFFSET 0) e))
     RETURNING kind, record_id AS id, sale_id AS "saleId", left_sale_id AS "leftSaleId",
       left_rev AS "leftRev"`,
    [tenant, JSON.stringify(rows)],
  );
  const leftBy = new Map(former.rows.map((row) => [`${row.kind}/${row.id}`, row]));
  await tx.query(
    `INSERT INTO sale_entries (tenant, kind, record_id, sale_id, left_sale_id, left_rev)
     SELECT $1, k.kind, k.id, k.sale, l.sale, CASE WHEN l.sale IS NOT NULL THEN k.rev END
       FROM json_to_recordset($2::json) AS k(kind text, id text, rev bigint, sale text,
         "saleId" text, "leftSaleId" text, "leftRev" bigint)
     CROSS JOIN LATERAL (SELECT coalesce(bool_or(delivered_rev < k."leftRev"), false) AS "isOlder",
         coalesce(bool_or(true), false) AS "isPosted"
       FROM deliveries WHERE tenant = $1 AND system = 'qbo' AND kind = k.kind AND record_id = k.id
         AND ((remote_id IS NOT NULL
           AND (snapshot ->> 'entity' IS NOT NULL OR snapshot -> 'posted' IS NULL)
           AND NOT (state = 'delivered' AND desired_op = 'absent'))
           OR state IN ('sending', 'verifying'))) d
     CROSS JOIN LATERAL (SELECT CASE WHEN d."isPosted" THEN nullif(
         CASE WHEN d."isOlder" THEN k."leftSaleId" ELSE k."saleId" END, k.sale) END AS sale) l
     WHERE k.sale IS NOT NULL
     ON CONFLICT DO NOTHING`,
    [
      tenant,
      JSON.stringify(rows.map((row) => ({ ...leftBy.get(`${row.kind}/${row.id}`), ...row }))),
    ],
  );
  return [...new Set(former.rows.map(({ saleId }) => saleId))];
}

interface FormerSale {
  kind: Kind;
  id: string;
  saleId: string;
  leftSaleId: string | null;
  leftRev: number | null;
}

/** Refunds and payments of one sale that are looked at; more are held, never left out of a sum. */
export const entriesMax = 200;

/**
 * Of a delivery, with the body of its record as `r`: the books had it and have it no more, since it
 * was voided, deleted or undone. Nothing rests on it, and it rests on nothing.
 */
export const isTakenAway = `(state = 'delivered'
  AND (desired_op = 'absent' OR coalesce(r.body ->> 'voided' = 'true', false)))`;

/**
 * The sales among these orders and invoices, by `kind/recordId`, each with what was given back and
 * paid of it.
 */
export async function loadSales(
  db: Db,
  tenant: number,
  system: Target,
  things: readonly Thing[],
): Promise<Map<string, SaleOfSummary>> {
  if (things.length === 0) return new Map();
  const keys = keysJson(things);
  const [sales, entries] = await Promise.all([
    db.query<{ kind: 'order' | 'invoice'; recordId: string; body: unknown; isInBooks: boolean }>(
      `SELECT k.kind, k.id AS "recordId", r.body, d."isInBooks"
         FROM json_to_recordset($2::json) AS k(kind text, id text) CROSS JOIN LATERAL
         (SELECT body FROM records WHERE tenant = $1 AND kind = k.kind AND record_id = k.id
           AND op = 'present' LIMIT 1) r
       CROSS JOIN LATERAL (SELECT coalesce(bool_or(remote_id IS NOT NULL
         AND NOT ${isTakenAway}
         OR snapshot -> 'keptShare' IS NOT NULL OR (state = 'held' AND reason = 'summary'
           AND desired_op = 'present')), false) AS "isInBooks"
         FROM deliveries WHERE tenant = $1 AND system = $3 AND kind = k.kind
           AND record_id = k.id) d`,
      [tenant, keys, system],
    ),
    loadEntries(db, tenant, system, [...new Set(things.map(({ recordId }) => recordId))]),
  ]);
  const known = new Map<string, SaleOfSummary>();
  for (const { kind, recordId, body, isInBooks } of sales.rows) {
    const ticket = readRecordBody(kind, body);
    if (ticket?.kind !== 'order' && ticket?.kind !== 'invoice') continue;
    known.set(`${kind}/${recordId}`, {
      recordId,
      ticket,
      isInBooks,
      ...(entries.get(recordId) ?? noEntries),
    });
  }
  return known;
}

/**
 * Deposits of these orders with what was given back of them, whether the orders are there or not.
 */
export async function loadLayAways(
  db: Db,
  tenant: number,
  system: Target,
  orderIds: readonly string[],
): Promise<Map<string, LayAway>> {
  const orders = orderIds.map((recordId): Thing => ({ kind: 'order', recordId }));
  if (orders.length === 0) return new Map();
  const known = await loadSales(db, tenant, system, orders);
  // Deposits come before their order: of one that is not there their entries are all that is known.
  const missing = orderIds.filter((orderId) => !known.has(`order/${orderId}`));
  const entries =
    missing.length === 0
      ? new Map<string, KnownEntries>()
      : await loadEntries(db, tenant, system, missing);
  return new Map(
    orderIds.map((orderId) => {
      const sale = known.get(`order/${orderId}`);
      const order = sale?.ticket.kind === 'order' ? sale.ticket.body : null;
      return [
        orderId,
        {
          orderId,
          order,
          isOrderPosted: sale?.isInBooks ?? false,
          ...(sale === undefined
            ? (entries.get(orderId) ?? noEntries)
            : { entries: sale.entries, hasMore: sale.hasMore }),
        },
      ];
    }),
  );
}

const bookedSchema = z.object({
  totalMinor: z.number(),
  amounts: z.array(
    z.object({
      kind: z.string(),
      codes: z.array(z.string()),
      netMinor: z.number(),
      taxMinor: z.number(),
    }),
  ),
});

/** The tax of a deposit as its posted documents have it. */
function bookedIn(net: unknown): BookedDeposit | null {
  const posted = bookedSchema.safeParse(net);
  const amount = posted.data?.amounts.find(({ kind }) => kind === 'deposit');
  if (posted.data === undefined || amount === undefined) return null;
  return { codes: amount.codes, taxMinor: amount.taxMinor, totalMinor: posted.data.totalMinor };
}

/** What the books have of a refund before gift cards; null where its body says so. */
function bookedWorthMinor(recordId: string, kept: RecordBody | null, nets: unknown): number | null {
  if (kept?.kind === 'refund') return givenBackMinor(recordId, kept.body);
  const posted = z.array(bookedSchema).parse(nets ?? []);
  return posted.length === 0 ? null : sumMinor(posted.map(postedWorthMinor));
}

/** As many entries as are looked at; `hasMore`: there are others, which are not added up. */
type KnownEntries = Pick<KnownSale, 'entries' | 'hasMore'>;
const noEntries: KnownEntries = { entries: [], hasMore: false };

async function loadEntries(
  db: Db,
  tenant: number,
  system: Target,
  saleIds: readonly string[],
): Promise<Map<string, KnownEntries>> {
  const result = await db.query<{
    saleId: string;
    kind: Kind;
    recordId: string;
    body: unknown;
    isPosted: boolean;
    isOpen: boolean;
    kept: unknown;
    nets: unknown;
    isWanted: boolean;
    isLeft: boolean;
    booked: unknown;
  }>(
    `SELECT k.id AS "saleId", e.kind, e.record_id AS "recordId", r.body, d."isPosted", d."isOpen",
       d.kept, d.nets, d.booked, e."isLeft", NOT e."isLeft" AND r.op = 'present'
         AND r.body ->> 'voided' IS DISTINCT FROM 'true' AS "isWanted"
     FROM json_array_elements_text($3::json) AS k(id)
     CROSS JOIN LATERAL ((SELECT kind, record_id, left_rev, false AS "isLeft" FROM sale_entries
       WHERE tenant = $1 AND sale_id = k.id ORDER BY kind, record_id LIMIT $4)
       UNION ALL (SELECT kind, record_id, left_rev, true FROM sale_entries
       WHERE tenant = $1 AND left_sale_id = k.id ORDER BY kind, record_id LIMIT $4)) e
     CROSS JOIN LATERAL (SELECT body, op FROM records
       WHERE tenant = $1 AND kind = e.kind AND record_id = e.record_id AND body IS NOT NULL
         LIMIT 1) r
     CROSS JOIN LATERAL (SELECT min(id) AS first,
         coalesce(bool_or(CASE WHEN snapshot -> 'keptShare' IS NOT NULL THEN true
           WHEN state = 'held' AND reason = 'summary' THEN desired_op = 'present'
           ELSE (remote_id IS NOT NULL OR state IN ('sending', 'verifying'))
             AND NOT ${isTakenAway} END
           AND (e.left_rev IS NULL OR CASE WHEN e."isLeft" THEN delivered_rev < e.left_rev
             ELSE delivered_rev >= e.left_rev OR (state IN ('sending', 'verifying')
               AND sent_rev >= e.left_rev) END)), false) AS "isPosted",
         (array_agg(snapshot -> 'keptShare') FILTER (WHERE e.kind = 'refund'
           AND snapshot -> 'keptShare' IS NOT NULL))[1] AS kept,
         json_agg(snapshot #> '{posted,net}') FILTER (WHERE e.kind = 'refund'
           AND (state IN ('held', 'dead') OR e."isLeft") AND remote_id IS NOT NULL
           AND json_typeof(snapshot #> '{posted,net}') = 'object') AS nets,
         (array_agg(snapshot #> '{posted,net}') FILTER (WHERE e.kind = 'payment'
           AND json_typeof(snapshot #> '{posted,net}') = 'object'))[1] AS booked,
         coalesce(bool_or(NOT e."isLeft" AND state = 'waiting' AND desired_op = 'present'
           AND r.body ->> 'voided' IS DISTINCT FROM 'true'), false) AS "isOpen"
       FROM deliveries WHERE tenant = $1 AND system = $2 AND kind = e.kind
         AND record_id = e.record_id) d
     WHERE d."isPosted" OR NOT e."isLeft"
     ORDER BY d.first`,
    [tenant, system, JSON.stringify(saleIds), entriesMax + 1],
  );
  const bySale = new Map<string, { entries: SaleEntry[]; hasMore: boolean }>();
  for (const { saleId, kind, body, booked, kept, nets, ...row } of result.rows) {
    const known = bySale.get(saleId) ?? { entries: [], hasMore: false };
    bySale.set(saleId, known);
    const content = readRecordBody(kind, body);
    const keptBody = kept === null ? null : readRecordBody(kind, kept);
    const isUnread = content === null || (kept !== null && keptBody === null);
    // One that cannot be read is not left out of the sum in silence: whoever compares is held.
    if (isUnread || known.entries.length >= entriesMax) known.hasMore = true;
    else if (content.kind === 'refund' || content.kind === 'payment')
      known.entries.push({
        ...row,
        ...content,
        ...(content.kind === 'payment'
          ? { booked: bookedIn(booked) }
          : { booksMinor: bookedWorthMinor(row.recordId, keptBody, nets) }),
      });
  }
  return bySale;
}
