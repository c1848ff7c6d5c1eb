import type { PoolClient } from 'pg';

import type { RecordBody } from '../domain/bodies';
import { groupBy } from '../domain/group-by';
import { broughtBy, type ListedThing, type ListingPayout } from '../domain/posting/source/paid-out';
import { keyOf, type Thing } from '../domain/records/record-references';
import type { Kind, Target, PaidOutKind } from '../domain/words';
import { parseRecordBody } from '../schemas/change-bodies';
import { keysJson, type Db } from './pool';
import { isTakenAway } from './sale-entries';

// Which payouts list which orders, refunds, invoices and payments, as paid out or charged back.

/**
 * Notes, for payouts that changed, what each lists now; answers what some listed that they list no
 * longer.
 */
export async function writePayoutEntries(
  tx: PoolClient,
  tenant: number,
  records: readonly { kind: Kind; recordId: string; content: RecordBody | null }[],
): Promise<Thing[]> {
  const payouts = records.filter(({ kind }) => kind === 'payout');
  if (payouts.length === 0) return [];
  const ids = payouts.map(({ recordId }) => recordId);
  const entries = payouts.flatMap(({ recordId: payout, content }) =>
    content?.kind === 'payout'
      ? [...content.body.includes, ...(content.body.chargebacks ?? [])].map(
          ({ kind, recordId: id }) => ({ payout, kind, id }),
        )
      : [],
  );
  const former = await tx.query<{ payout: string; kind: PaidOutKind; id: string }>(
    `DELETE FROM payout_entries WHERE ctid = ANY (ARRAY(SELECT e.ctid
       FROM json_array_elements_text($2::json) AS k(id)
       CROSS JOIN LATERAL (SELECT ctid FROM payout_entries WHERE tenant = $1 AND payout_id = k.id
         OFFSET 0) e))
     RETURNING payout_id AS payout, kind, record_id AS id`,
    [tenant, JSON.stringify(ids)],
  );
  await tx.query(
    `INSERT INTO payout_entries (tenant, payout_id, kind, record_id)
     SELECT DISTINCT $1::int, payout, kind, id
       FROM json_to_recordset($2::json) AS k(payout text, kind text, id text)`,
    [tenant, JSON.stringify(entries)],
  );
  const entryKey = (entry: { payout: string; kind: PaidOutKind; id: string }): string =>
    JSON.stringify([entry.payout, entry.kind, entry.id]);
  const present = new Set(entries.map(entryKey));
  return former.rows
    .filter((entry) => !present.has(entryKey(entry)))
    .map(({ kind, id }) => ({ kind, recordId: id }));
}

/** Payouts of one thing that are looked at. */
const payoutsMax = 200;

/**
 * What payouts list, by `kind/recordId`, with what was brought there and all payouts that list it;
 * of payments, their invoices too.
 */
export async function loadListed(
  db: Db,
  tenant: number,
  system: Target,
  things: readonly PaidOutThing[],
): Promise<Map<string, ListedThing>> {
  if (things.length === 0) return new Map();
  const asked = await bodiesOf(db, tenant, things);
  const behind = [...asked.values()].flatMap(({ content }) => invoiceOf(content) ?? []);
  const records = new Map([...asked, ...(await bodiesOf(db, tenant, behind))]);
  const invoices = [...records.values()].filter(({ kind }) => kind === 'invoice');
  const payments = await paymentsOf(db, tenant, invoices);
  const all = [...records.values(), ...[...payments.values()].flat()];
  const entries = await entriesOf(db, tenant, all);
  const ids = new Set([...entries.values()].flat());
  const payouts = await payoutsOf(db, tenant, system, [...ids]);
  const listed = new Map<string, ListedThing>();
  for (const [key, { kind, recordId, content }] of records) {
    const own = kind === 'invoice' ? (payments.get(recordId) ?? []) : [];
    const naming = new Set([key, ...own.map(keyOf)].flatMap((one) => entries.get(one) ?? []));
    listed.set(key, {
      kind,
      recordId,
      currency: 'currency' in content.body ? (content.body.currency ?? null) : null,
      broughtMinor: broughtBy(
        content,
        own.map((payment) => payment.content),
      ),
      paymentIds: own.map((payment) => payment.recordId),
      invoiceId: invoiceOf(content)?.recordId ?? null,
      payouts: payouts.filter(({ payoutId }) => naming.has(payoutId)),
    });
  }
  return listed;
}

interface PaidOutThing {
  kind: PaidOutKind;
  recordId: string;
}

function invoiceOf(content: RecordBody): PaidOutThing | null {
  if (content.kind !== 'payment' || content.body.invoiceId === undefined) return null;
  return { kind: 'invoice', recordId: content.body.invoiceId };
}

/** Ids of the payouts that list these, by `kind/recordId`. */
async function entriesOf(
  db: Db,
  tenant: number,
  things: readonly PaidOutThing[],
): Promise<Map<string, string[]>> {
  const { rows } = await db.query<PaidOutThing & { payoutId: string }>(
    `SELECT k.kind, k.id AS "recordId", e.payout_id AS "payoutId"
       FROM json_to_recordset($2::json) AS k(kind text, id text)
     CROSS JOIN LATERAL (SELECT payout_id FROM payout_entries
       WHERE tenant = $1 AND kind = k.kind AND record_id = k.id ORDER BY payout_id LIMIT $3) e`,
    [tenant, keysJson(things), payoutsMax],
  );
  return new Map(
    [...groupBy(rows, keyOf)].map(([key, same]) => [key, same.map(({ payoutId }) => payoutId)]),
  );
}

interface ListedRecord extends PaidOutThing {
  content: RecordBody;
}

async function bodiesOf(
  db: Db,
  tenant: number,
  things: readonly PaidOutThing[],
): Promise<Map<string, ListedRecord>> {
  if (things.length === 0) return new Map();
  const { rows } = await db.query<PaidOutThing & { body: unknown }>(
    `SELECT k.kind, k.id AS "recordId", r.body
       FROM json_to_recordset($2::json) AS k(kind text, id text) CROSS JOIN LATERAL
       (SELECT body FROM records WHERE tenant = $1 AND kind = k.kind AND record_id = k.id
         AND op = 'present' LIMIT 1) r`,
    [tenant, keysJson(things)],
  );
  return new Map(
    rows.map(({ body, ...thing }) => [
      keyOf(thing),
      { ...thing, content: parseRecordBody(thing.kind, body) },
    ]),
  );
}

/** Payments of these invoices, by record id of the invoice. */
async function paymentsOf(
  db: Db,
  tenant: number,
  invoices: readonly PaidOutThing[],
): Promise<Map<string, ListedRecord[]>> {
  if (invoices.length === 0) return new Map();
  const { rows } = await db.query<{ invoiceId: string; recordId: string; body: unknown }>(
    `SELECT k.id AS "invoiceId", e.record_id AS "recordId", r.body
       FROM json_to_recordset($2::json) AS k(id text)
     CROSS JOIN LATERAL (SELECT record_id FROM sale_entries WHERE tenant = $1 AND sale_id = k.id
       AND kind = 'payment' LIMIT $3) e
     CROSS JOIN LATERAL (SELECT body FROM records
       WHERE tenant = $1 AND kind = 'payment' AND record_id = e.record_id AND op = 'present'
         LIMIT 1) r`,
    [tenant, keysJson(invoices), payoutsMax],
  );
  const byInvoice = groupBy(rows, ({ invoiceId }) => invoiceId);
  return new Map(
    [...byInvoice].map(([id, same]) => [
      id,
      same.map(({ recordId, body }) => ({
        kind: 'payment' as const,
        recordId,
        content: parseRecordBody('payment', body),
      })),
    ]),
  );
}

/** These payouts as far as they stand or are wanted, in the order in which they came. */
async function payoutsOf(
  db: Db,
  tenant: number,
  system: Target,
  ids: readonly string[],
): Promise<ListingPayout[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<Omit<ListingPayout, 'body'> & { body: unknown }>(
    `SELECT k.id AS "payoutId", r.body, d."isPosted", d."isOpen"
       FROM json_array_elements_text($3::json) AS k(id)
     CROSS JOIN LATERAL (SELECT body FROM records WHERE tenant = $1 AND kind = 'payout'
       AND record_id = k.id
       AND op = 'present' AND body ->> 'voided' IS DISTINCT FROM 'true' LIMIT 1) r
     CROSS JOIN LATERAL (SELECT min(id) AS first,
         coalesce(bool_or((remote_id IS NOT NULL OR state IN ('sending', 'verifying'))
           AND NOT ${isTakenAway}), false) AS "isPosted",
         coalesce(bool_or(state = 'waiting' AND desired_op = 'present'), false) AS "isOpen",
         coalesce(bool_or(desired_op = 'present'), true) AS "isWanted"
       FROM deliveries WHERE tenant = $1 AND system = $2 AND kind = 'payout' AND record_id = k.id) d
     WHERE d."isPosted" OR d."isWanted"
     ORDER BY d.first`,
    [tenant, system, JSON.stringify(ids)],
  );
  return rows.flatMap(({ body, ...row }) => {
    const content = parseRecordBody('payout', body);
    return content.kind === 'payout' ? [{ ...row, body: content.body }] : [];
  });
}
