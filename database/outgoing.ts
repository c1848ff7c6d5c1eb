import type { Pool } from 'pg';
import { z } from 'zod';

import type { LaneWork } from '../domain/lane/lane-work';
import {
  kinds,
  type DesiredOp,
  type JsonObject,
  type Kind,
  type Target,
  type PaidOutKind,
} from '../domain/words';
import type { RecordBody } from '../domain/bodies';
import { customerIdOf } from '../domain/posting/guests';
import { groupBy } from '../domain/group-by';
import { harmlessHolds } from '../domain/hold-reasons';
import type { CirclePart } from '../domain/posting/plan/circle';
import type { LayAway } from '../domain/posting/source/deposit';
import type { KnownSale } from '../domain/posting/source/known-sale';
import type { ListedThing } from '../domain/posting/source/paid-out';
import type { Thing } from '../domain/records/record-references';
import { readRecordBody } from '../schemas/change-bodies';
import { loadCircles } from './circles';
import { sharedEmailsAmong } from './customer-emails';
import { loadProducts, type KnownProducts } from './known-products';
import { mappingsFor, type MappedTarget } from './mappings';
import { loadListed } from './payout-entries';
import type { Db } from './pool';
import { loadLayAways, loadSales } from './sale-entries';

// What a lane reads before it composes: due deliveries with their records, and what those refer to.

/** A due, ready delivery with its record as it is now. */
export interface PickedDelivery {
  id: string;
  kind: Kind;
  recordId: string;
  part: string;
  desiredRev: number;
  desiredOp: DesiredOp;
  /** The record stands, and nobody undid it: this part of it is gone. */
  isPartGone: boolean;
  /** As Postgres writes it, to the microsecond. */
  dueAt: string;
  attempts: number;
  generation: number;
  lastClass: string | null;
  /** Most members of a send that carries it; null where the settings alone decide. */
  sendMax: number | null;
  /** What an operator lifted by a redrive that names this delivery; null for all others. */
  reason: string | null;
  remoteId: string | null;
  remoteVersion: string | null;
  snapshot: JsonObject | null;
  /** Null where all we know of the record is that it was deleted. */
  record: RecordBody | null;
  /** When its newest revision came. */
  changedAt: string;
  /** What is stored of it is refused by the present schemas: nothing can be composed from it. */
  isUnreadable?: boolean;
}

/** Any JSON object: snapshots and facts are read by the connector that wrote them. */
export const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/** A place in the order in which deliveries of one kind become due. */
export interface DuePlace {
  dueAt: string;
  id: string;
}
const firstPlace: DuePlace = { dueAt: '-infinity', id: '0' };

/** A place for each kind; where one has none, from the first on. */
export type DuePlaces = Partial<Record<Kind, DuePlace>>;

/** Only what comes after these places, of these kinds: for who looks at all and moves nothing. */
export interface PickPage {
  kinds?: readonly Kind[];
  after?: DuePlaces;
}

const wantedKinds = 'unnest($3::text[])';
const wantedPlaces = 'unnest($3::text[], $5::timestamptz[], $6::bigint[])';

/**
 * Up to `limitPerKind` due deliveries of each kind, oldest first; those that wait for a thing
 * without remote id are passed over while that may still get one. LATERAL per kind: one index scan
 * each (postgres.md#picking). The tenant of what it waits for is compared in a form that no index
 * serves: else a table without statistics is read by tenant, all of it, for each row.
 */
export async function pickDue(
  db: Db,
  { tenant, system }: { tenant: number; system: Target },
  limitPerKind: number,
  page: PickPage = {},
): Promise<PickedDelivery[]> {
  const wanted = page.kinds ?? kinds;
  const after =
    page.after === undefined ? null : wanted.map((kind) => page.after?.[kind] ?? firstPlace);
  const result = await db.query<
    Omit<PickedDelivery, 'snapshot' | 'record'> & { snapshot: unknown; body: unknown }
  >(
    `SELECT d.*, r.body, r."changedAt",
       d."desiredOp" = 'absent' AND r.op = 'present' AND NOT d."isUndone" AS "isPartGone" FROM
       ${after === null ? `${wantedKinds} AS k(kind)` : `${wantedPlaces} AS k(kind, due_at, id)`}
     CROSS JOIN LATERAL (
       SELECT d.id::text AS id, d.kind, d.record_id AS "recordId", d.part,
         d.desired_rev AS "desiredRev",
         d.desired_op AS "desiredOp", d.undone_by IS NOT NULL AS "isUndone",
         d.due_at::text AS "dueAt", d.attempts, d.generation,
           d.last_class AS "lastClass", d.send_max AS "sendMax", d.reason,
         d.remote_id AS "remoteId", d.remote_version AS "remoteVersion", d.snapshot
       FROM deliveries d WHERE d.tenant = $1 AND d.system = $2 AND d.kind = k.kind
         AND d.state = 'waiting' AND d.due_at <= now()
         AND (d.waits_for IS NULL OR NOT EXISTS (SELECT FROM deliveries n
           WHERE n.id = ANY (d.waits_for) AND n.tenant IS NOT DISTINCT FROM d.tenant
           AND n.remote_id IS NULL AND n.state IN ('waiting', 'sending', 'verifying')))
         ${after === null ? '' : 'AND (d.due_at, d.id) > (k.due_at, k.id)'}
       ORDER BY d.due_at, d.id LIMIT $4) d
     CROSS JOIN LATERAL (SELECT body, op, updated_at AS "changedAt" FROM records
       WHERE tenant = $1 AND kind = d.kind AND record_id = d."recordId" LIMIT 1) r`,
    [
      tenant,
      system,
      wanted,
      limitPerKind,
      ...(after === null ? [] : [after.map(({ dueAt }) => dueAt), after.map(({ id }) => id)]),
    ],
  );
  return result.rows.map(({ body, snapshot, ...row }) => {
    const record = body === null ? null : readRecordBody(row.kind, body);
    const known = jsonObject.nullable().safeParse(snapshot);
    const isUnreadable = (body !== null && record === null) || !known.success;
    return {
      ...{ ...row, snapshot: known.data ?? null, record },
      ...(isUnreadable ? { isUnreadable } : {}),
    };
  });
}

/** How a target knows something that a record refers to. */
export interface KnownReference {
  remoteId: string | null;
  isOpen: boolean;
}

export interface ReferenceKeys {
  /** SKUs of stock and of lines that name no product, and all that may be mapped by hand. */
  skus: readonly string[];
  /** Products that lines mean, and those that are written themselves. */
  productIds: readonly string[];
  /** E-mails of customers, in lower case. */
  emails: readonly string[];
  customerIds: readonly string[];
  orderIds: readonly string[];
  /** Documents of other kinds. */
  documents: readonly Thing[];
  /** Orders and invoices whose figures are needed. */
  sales: readonly Thing[];
  /** Orders whose deposits are needed. */
  layAways: readonly string[];
  /** Sales whose documents on account are needed. */
  circles: readonly string[];
  /** What payouts list. */
  listed: readonly { kind: PaidOutKind; recordId: string }[];
}

export interface LoadedReferences {
  products: KnownProducts;
  /** E-mails among those asked for that several customers of the till have. */
  sharedEmails: Set<string>;
  customers: Map<string, KnownReference>;
  orders: Map<string, KnownReference & { entity: string | null }>;
  /** By `kind/recordId`. */
  documents: Map<string, KnownReference & { entity: string | null }>;
  sales: Map<string, KnownSale>;
  layAways: Map<string, LayAway>;
  /** By record id of the sale. */
  circles: Map<string, CirclePart[]>;
  /** By `kind/recordId`. */
  listed: Map<string, ListedThing>;
  /** By `kind/key`. */
  mappings: Map<string, MappedTarget>;
}

export async function loadReferences(
  db: Db,
  tenant: number,
  system: Target,
  keys: ReferenceKeys,
): Promise<LoadedReferences> {
  const [sales, layAways, listed, circles] = await Promise.all([
    loadSales(db, tenant, system, keys.sales),
    loadLayAways(db, tenant, system, keys.layAways),
    loadListed(db, tenant, system, keys.listed),
    loadCircles(db, tenant, system, keys.circles),
  ]);
  // A refund that says an amount alone gives back the lines of its sale.
  const lines = [...sales.values()].flatMap(({ ticket }) => ticket.body.lines);
  const skus = [...new Set([...keys.skus, ...lines.map(({ sku }) => sku)])];
  const productIds = [
    ...new Set([...keys.productIds, ...lines.flatMap(({ productId }) => productId ?? [])]),
  ];
  const [products, sharedEmails, customers, orders, documents, mappings] = await Promise.all([
    loadProducts(db, tenant, system, { ...keys, skus, productIds }),
    sharedEmailsAmong(db, tenant, keys.emails),
    loadRemoteIds(db, { tenant, system }, 'customer', keys.customerIds),
    loadRemoteIds(db, { tenant, system }, 'order', keys.orderIds),
    loadDocuments(db, tenant, system, keys.documents),
    mappingsFor(db, tenant, skus),
  ]);
  // A payment names its invoice alone: whose it is, that says.
  const payers = [...sales.values()].flatMap(({ ticket }) => customerIdOf(ticket.body) ?? []);
  const others = [...new Set(payers)].filter((id) => !keys.customerIds.includes(id));
  for (const [id, known] of await loadRemoteIds(db, { tenant, system }, 'customer', others))
    customers.set(id, known);
  return {
    ...{ products, sharedEmails, customers, orders, documents },
    ...{ sales, layAways, listed, circles, mappings },
  };
}

async function loadDocuments(
  db: Db,
  tenant: number,
  system: Target,
  things: readonly Thing[],
): Promise<Map<string, KnownReference & { entity: string | null }>> {
  const known = new Map<string, KnownReference & { entity: string | null }>();
  for (const [kind, some] of groupBy(things, (thing) => thing.kind)) {
    const ids = some.map(({ recordId }) => recordId);
    for (const [id, reference] of await loadRemoteIds(db, { tenant, system }, kind, ids))
      known.set(`${kind}/${id}`, reference);
  }
  return known;
}

async function loadRemoteIds(
  db: Db,
  { tenant, system }: { tenant: number; system: Target },
  kind: Kind,
  recordIds: readonly string[],
): Promise<Map<string, KnownReference & { entity: string | null }>> {
  if (recordIds.length === 0) return new Map();
  // An order's sale stands before its refund part and its payments; what the record has still, also
  // in a summary, before what it has no more. What was taken back, or voided and not posted anew
  // yet, is not there for who refers to it.
  const result = await db.query<KnownReference & { entity: string | null; recordId: string }>(
    `SELECT k.id AS "recordId", coalesce(d."remoteId", same."remoteId") AS "remoteId", d."isOpen",
       d."isGivenUp", d.entity FROM json_array_elements_text($4::json) AS k(id)
     CROSS JOIN LATERAL (SELECT CASE WHEN undone_by IS NULL
       AND (snapshot ->> 'entity' IS NOT NULL OR snapshot -> 'posted' IS NULL) THEN remote_id END
         AS "remoteId",
         snapshot ->> 'entity' AS entity, state IN ('waiting', 'sending', 'verifying') AS "isOpen",
         state = 'skipped' AND reason = 'discarded' AS "isGivenUp", same_as
       FROM deliveries WHERE tenant = $1 AND system = $2 AND kind = $3 AND record_id = k.id
         ORDER BY desired_op = 'absent', part DESC LIMIT 1) d
     LEFT JOIN LATERAL (SELECT remote_id AS "remoteId" FROM deliveries WHERE id = d.same_as
       AND tenant = $1) same ON true`,
    [tenant, system, kind, JSON.stringify(recordIds)],
  );
  return new Map(result.rows.map(({ recordId, ...reference }) => [recordId, reference]));
}

/** What there is to do in a lane. */
export async function laneWork(db: Pool, tenant: number, system: Target): Promise<LaneWork> {
  const work = (await lanesWork(db, tenant, [system])).get(system);
  if (work === undefined) throw new Error('Bug: lanesWork answered no row');
  return work;
}

/** What there is to do in these lanes, in one statement: planning it takes longer than running. */
export async function lanesWork(
  db: Pool,
  tenant: number,
  systems: readonly Target[],
): Promise<Map<Target, LaneWork>> {
  const { rows } = await db.query<{
    system: Target;
    dueAt: string | null;
    askAt: string | null;
    verifying: number;
    dead: number;
    held: number;
    now: string;
  }>(
    `SELECT s.system, (SELECT min(d.due_at) FROM unnest($3::text[]) AS k(kind) CROSS JOIN LATERAL (
         SELECT d.due_at FROM deliveries d WHERE d.tenant = $1 AND d.system = s.system
           AND d.kind = k.kind AND d.state = 'waiting'
           AND (d.waits_for IS NULL OR NOT EXISTS (SELECT FROM deliveries n
             WHERE n.id = ANY (d.waits_for) AND n.tenant IS NOT DISTINCT FROM d.tenant
             AND n.remote_id IS NULL AND n.state IN ('waiting', 'sending', 'verifying')))
         ORDER BY d.due_at, d.id LIMIT 1) d) AS "dueAt",
       (SELECT due_at FROM sends WHERE tenant = $1 AND system = s.system AND state = 'verifying'
         ORDER BY due_at LIMIT 1) AS "askAt",
       (SELECT count(*)::int FROM deliveries WHERE tenant = $1 AND system = s.system
         AND state = 'verifying') AS verifying,
       (SELECT count(*)::int FROM deliveries WHERE tenant = $1 AND system = s.system
         AND state = 'dead') AS dead,
       (SELECT count(*)::int FROM deliveries WHERE tenant = $1 AND system = s.system
         AND state = 'held' AND reason <> ALL ($4)) AS held,
       now() AS now
     FROM unnest($2::text[]) AS s(system)`,
    [tenant, systems, kinds, [...harmlessHolds, 'dependency']],
  );
  return new Map(
    rows.map(({ system, dueAt, askAt, now, ...counts }) => {
      const times = [dueAt, askAt].flatMap((at) => (at === null ? [] : [Date.parse(at)]));
      const nextDueAtMs = times.length === 0 ? null : Math.min(...times);
      const isDue = nextDueAtMs !== null && nextDueAtMs <= Date.parse(now);
      return [system, { isDue, nextDueAtMs, ...counts }];
    }),
  );
}
