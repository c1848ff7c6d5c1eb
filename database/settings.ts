import type { Pool } from 'pg';
import { z } from 'zod';

import type { DirectionPolicy } from '../domain/delivery/direction';
import { postingModes } from '../domain/posting/modes';
import { initialPostingSettings, type PostingSettings } from '../domain/posting/settings';
import { initialSyncSettings, type SyncSettings } from '../domain/lane/sync-settings';
import { directions, perSystem, traitsOf } from '../domain/systems';
import { changeKinds } from '../domain/words';
import { calendarDay, idText, label } from '../schemas/body-parts';
import { firstRow, inTransaction, type Db } from './pool';

// Requests of settings: the newest of a part is brought in force by the tenant's workflow.

const direction = z.enum(directions);
const systemDirection = z.strictObject({
  default: direction,
  kinds: z.partialRecord(z.enum(changeKinds), direction),
});
/** Settings part `direction` (`domain/delivery/direction.ts`). */
export const directionSchema = z.strictObject({
  systems: z.strictObject(perSystem(() => systemDirection)),
}) satisfies z.ZodType<DirectionPolicy>;

const ms = (min: number, max: number): z.ZodInt => z.int().min(min).max(max);
const timeouts = z
  .strictObject({ connect: ms(10, 60_000), firstByte: ms(10, 300_000), total: ms(10, 600_000) })
  .refine((value) => value.connect <= value.total && value.firstByte <= value.total, {
    message: 'total must not be less than connect or firstByte',
  });
const quota = z
  .strictObject({
    requestsPerMinute: z.int().min(1).max(100_000),
    requestsPerSecond: z.int().min(1).max(10_000),
    batchesPerMinute: z.int().min(1).max(100_000),
  })
  .nullable();

/** Settings part `sync`, with the bounds that keep a lane alive. */
export const syncSettingsSchema = z.strictObject({
  queueBound: z.int().min(1).max(10_000_000),
  backoff: z.strictObject({
    initialMs: ms(10, 3_600_000),
    factor: z.number().min(1).max(10),
    maxMs: ms(10, 86_400_000),
    jitter: z.number().min(0).max(0.5),
    maxTries: z.int().min(1).max(100),
  }),
  breaker: z.strictObject({
    failures: z.int().min(1).max(100),
    openMs: ms(10, 3_600_000),
    successes: z.int().min(1).max(100),
  }),
  batch: z.strictObject(perSystem((system) => z.int().min(1).max(traitsOf(system).batch.max))),
  timeoutsMs: z.strictObject(perSystem(() => timeouts)),
  settleMs: z.strictObject(perSystem(() => ms(0, 3_600_000))),
  // With defaults: a request may leave these out.
  retryAfterMaxMs: ms(1_000, 86_400_000).default(initialSyncSettings.retryAfterMaxMs),
  authRetryMs: ms(1_000, 86_400_000).default(initialSyncSettings.authRetryMs),
  zeroPrice: z.enum(['draft', 'hold', 'publish']).default(initialSyncSettings.zeroPrice),
  quota: z.strictObject(perSystem(() => quota)),
}) satisfies z.ZodType<SyncSettings>;

const shopAddress = z.strictObject({
  location: idText,
  line1: label(500),
  line2: label(500).optional(),
  city: label(255),
  region: label(255),
  postalCode: label(30),
  country: label(255).optional(),
});

/** Settings part `posting` (accounting.md#settings). */
export const postingSettingsSchema = z.strictObject({
  startDate: z.iso.date().nullable(),
  discount: z.strictObject({ mode: z.enum(['net', 'gross']) }),
  // More than cents is never rounding: it would hide an error (accounting.md#totals).
  rounding: z.strictObject({
    centsPerLine: z.int().min(0).max(1),
    centsMax: z.int().min(0).max(5),
  }),
  tax: z.strictObject({
    varianceMinor: z.int().min(0).max(10),
    variancePerLineMinor: z
      .int()
      .min(0)
      .max(1)
      .default(initialPostingSettings.tax.variancePerLineMinor),
  }),
  // With defaults: a request may leave these out.
  shop: z
    .strictObject({ shipFrom: z.array(shopAddress).max(1_000) })
    .default(initialPostingSettings.shop),
  deposit: z
    .strictObject({ tax: z.enum(['byCountry', 'atReceipt', 'atSale']) })
    .default(initialPostingSettings.deposit),
  zero: z.strictObject({ mode: z.enum(['stockOnly', 'never']) }),
  closed: z.strictObject({ mode: z.enum(['park', 'firstOpenDay']) }),
  // With defaults, as all below: a request may leave these out.
  correction: z
    .strictObject({ day: z.enum(['saleDay', 'correctionDay']) })
    .default(initialPostingSettings.correction),
  mode: z
    .strictObject({
      switches: z
        .array(z.strictObject({ fromDay: calendarDay, mode: z.enum(postingModes) }))
        .max(1_000),
    })
    .default({ switches: [] }),
  summary: z
    .strictObject({
      lines: z.enum(['category', 'item']),
      dueAfterMinutes: z.int().min(0).max(2_880),
    })
    .default(initialPostingSettings.summary),
  date: z.strictObject({ dayCutHour: z.int().min(0).max(23) }).default(initialPostingSettings.date),
  refund: z
    .strictObject({
      amountOnlyTax: z.enum(['none', 'prorate', 'inclusiveOnly']),
      invoice: z
        .enum(['refundReceipt', 'creditMemo'])
        .default(initialPostingSettings.refund.invoice),
    })
    .default(initialPostingSettings.refund),
  paid: z
    .strictObject({ as: z.enum(['salesReceipt', 'invoicePayment']) })
    .default(initialPostingSettings.paid),
  unpaid: z
    .strictObject({ as: z.enum(['invoice', 'wait']) })
    .default(initialPostingSettings.unpaid),
  item: z
    .strictObject({ unmapped: z.enum(['hold', 'genericItem', 'create']) })
    .default(initialPostingSettings.item),
  customer: z
    .strictObject({ guest: z.enum(['bucket', 'perEmail']) })
    .default(initialPostingSettings.customer),
  cash: z
    .strictObject({ mode: z.enum(['journalEntry', 'off']) })
    .default(initialPostingSettings.cash),
}) satisfies z.ZodType<PostingSettings>;

export const settingsParts = ['direction', 'deletePolicy', 'sync', 'posting'] as const;
export type SettingsPart = (typeof settingsParts)[number];

/** One request of one part, in force or not. */
export interface SettingsRow {
  rev: number;
  requestId: string;
  value: unknown;
  catchUp: boolean | null;
  requestedBy: string;
  requestedAt: string;
  inForceAt: string | null;
  supersededAt: string | null;
}

const columns = `rev, request_id AS "requestId", value, catch_up AS "catchUp",
  requested_by AS "requestedBy",
  requested_at AS "requestedAt", in_force_at AS "inForceAt", superseded_at AS "supersededAt"`;

/** The newest request of a part, whether in force or not. */
export async function newestSettings(
  db: Db,
  tenant: number,
  part: SettingsPart,
): Promise<SettingsRow | null> {
  return firstRow<SettingsRow>(
    db,
    `SELECT ${columns} FROM settings WHERE tenant = $1 AND part = $2 ORDER BY rev DESC LIMIT 1`,
    [tenant, part],
  );
}

/** The request of a part that is in force. */
export async function settingsInForce(
  db: Db,
  tenant: number,
  part: SettingsPart,
): Promise<SettingsRow | null> {
  return firstRow<SettingsRow>(
    db,
    `SELECT ${columns} FROM settings
     WHERE tenant = $1 AND part = $2 AND in_force_at IS NOT NULL AND superseded_at IS NULL`,
    [tenant, part],
  );
}

/** All requests of a part, newest first, from the one after this revision on. */
export async function settingsVersions(
  db: Db,
  tenant: number,
  part: SettingsPart,
  { after, limit }: { after: string | null; limit: number },
): Promise<SettingsRow[]> {
  const result = await db.query<SettingsRow>(
    `SELECT ${columns} FROM settings WHERE tenant = $1 AND part = $2
       AND ($3::int IS NULL OR rev < $3)
     ORDER BY rev DESC LIMIT $4`,
    [tenant, part, after, limit],
  );
  return result.rows;
}

/** The direction in force; throws where a tenant has none, which createTenant never leaves so. */
export async function directionInForce(db: Db, tenant: number): Promise<DirectionPolicy> {
  return directionSchema.parse((await requireInForce(db, tenant, 'direction')).value);
}

/** The sync settings in force, with their revision. */
export async function syncInForce(
  db: Db,
  tenant: number,
): Promise<{ rev: number; value: SyncSettings }> {
  const row = await requireInForce(db, tenant, 'sync');
  return { rev: row.rev, value: syncSettingsSchema.parse(row.value) };
}

/**
 * The posting settings in force with their revision; the start values, revision 0, where nobody
 * asked for others yet.
 */
export async function postingInForce(
  db: Db,
  tenant: number,
): Promise<{ rev: number; value: PostingSettings }> {
  const row = await settingsInForce(db, tenant, 'posting');
  if (row === null) return { rev: 0, value: initialPostingSettings };
  return { rev: row.rev, value: postingSettingsSchema.parse(row.value) };
}

async function requireInForce(db: Db, tenant: number, part: SettingsPart): Promise<SettingsRow> {
  const row = await settingsInForce(db, tenant, part);
  if (row === null) throw new Error(`Bug: tenant ${tenant} has no settings part ${part} in force`);
  return row;
}

export interface SettingsRequest {
  part: SettingsPart;
  requestId: string;
  value: object;
  catchUp: boolean | null;
  requestedBy: string;
  /** Refused unless the newest revision is this one; null: not asked. */
  expectedRev: number | null;
}

/**
 * Stores a request as the part's next revision. Null where the newest revision is another than
 * expected. A known request id stores nothing and answers its row.
 */
export async function requestSettings(
  pool: Pool,
  tenant: number,
  request: SettingsRequest,
): Promise<SettingsRow | null> {
  return inTransaction(pool, async (client) => {
    // The tenant's row serves as the lock: revisions of a part are made one after another.
    await client.query('SELECT 1 FROM tenants WHERE id = $1 FOR NO KEY UPDATE', [tenant]);
    const known = await firstRow<SettingsRow>(
      client,
      `SELECT ${columns} FROM settings WHERE tenant = $1 AND part = $2 AND request_id = $3`,
      [tenant, request.part, request.requestId],
    );
    if (known !== null) return known;
    const newest = await newestSettings(client, tenant, request.part);
    const rev = newest?.rev ?? 0;
    if (request.expectedRev !== null && request.expectedRev !== rev) return null;
    return firstRow<SettingsRow>(
      client,
      `INSERT INTO settings (tenant, part, rev, request_id, value, catch_up, requested_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${columns}`,
      [
        tenant,
        request.part,
        rev + 1,
        request.requestId,
        JSON.stringify(request.value),
        request.catchUp,
        request.requestedBy,
      ],
    );
  });
}

/** Gives up the request of a part that can never be brought in force. */
export async function refuseSettings(
  db: Db,
  tenant: number,
  part: SettingsPart,
  reason: string,
): Promise<void> {
  await db.query(
    `UPDATE settings SET superseded_at = now(), refused = left($3, 500)
     WHERE tenant = $1 AND part = $2 AND in_force_at IS NULL AND superseded_at IS NULL`,
    [tenant, part, reason],
  );
}
