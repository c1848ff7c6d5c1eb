import type { Pool } from 'pg';

import type { DirectionPolicy } from '../domain/delivery/direction';
import { initialPostingSettings, type PostingSettings } from '../domain/posting/settings';
import { initialSyncSettings, type SyncSettings } from '../domain/lane/sync-settings';
import { directionPolicy, postingSettings, syncSettings } from '../schemas/settings';
import { firstRow, inTransaction, type Db } from './pool';

// Requests of settings: the newest of a part is brought in force by the tenant's workflow.

const sync = initialSyncSettings;
const syncShape = syncSettings.shape;
/** As a request may say them: what came later may be left out. */
export const syncSettingsSchema = syncSettings.extend({
  retryAfterMaxMs: syncShape.retryAfterMaxMs.default(sync.retryAfterMaxMs),
  authRetryMs: syncShape.authRetryMs.default(sync.authRetryMs),
  zeroPrice: syncShape.zeroPrice.default(sync.zeroPrice),
});

const start = initialPostingSettings;
const { shape } = postingSettings;
const { variancePerLineMinor } = shape.tax.shape;
const { invoice } = shape.refund.shape;
export const postingSettingsSchema = postingSettings.extend({
  tax: shape.tax.extend({
    variancePerLineMinor: variancePerLineMinor.default(start.tax.variancePerLineMinor),
  }),
  shop: shape.shop.default(start.shop),
  deposit: shape.deposit.default(start.deposit),
  correction: shape.correction.default(start.correction),
  mode: shape.mode.default(start.mode),
  summary: shape.summary.default(start.summary),
  date: shape.date.default(start.date),
  refund: shape.refund
    .extend({ invoice: invoice.default(start.refund.invoice) })
    .default(start.refund),
  paid: shape.paid.default(start.paid),
  unpaid: shape.unpaid.default(start.unpaid),
  item: shape.item.default(start.item),
  customer: shape.customer.default(start.customer),
  cash: shape.cash.default(start.cash),
});

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
  return directionPolicy.parse((await requireInForce(db, tenant, 'direction')).value);
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
