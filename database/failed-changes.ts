import type { Kind } from '../domain/words';
import type { AbsorbTransaction } from './absorb-store';
import { keysJson, type Db } from './pool';

// Changes that were taken in and could not be applied: they stay listed until a later change of
// their record is applied, or until an operator discards them.

export interface FailedChange {
  pos: number;
  kind: Kind;
  recordId: string;
  code: string;
  detail: string;
  at: string;
}

/** Those that nobody has settled yet, in the order in which they came. */
export async function listFailedChanges(
  db: Db,
  tenant: number,
  filter: { reason?: string | undefined; kind?: string | undefined; afterPos: number },
  limit: number,
): Promise<FailedChange[]> {
  const result = await db.query<FailedChange>(
    `SELECT o.pos, c.kind, c.record_id AS "recordId", o.code, o.detail, o.at
     FROM change_outcomes o CROSS JOIN LATERAL
       (SELECT kind, record_id FROM changes WHERE tenant = $1 AND pos = o.pos LIMIT 1) c
     WHERE o.tenant = $1 AND o.outcome = 'failed' AND o.resolved_at IS NULL AND o.pos > $2
       AND ($3::text IS NULL OR o.code = $3) AND ($4::text IS NULL OR c.kind = $4)
     ORDER BY o.pos LIMIT $5`,
    [tenant, filter.afterPos, filter.reason ?? null, filter.kind ?? null, limit],
  );
  return result.rows;
}

/** False where there is no such open one. */
export async function discardFailedChange(
  db: Db,
  tenant: number,
  pos: number,
  reason: string,
): Promise<boolean> {
  const result = await db.query(
    `UPDATE change_outcomes SET resolved_at = now(), resolution = $3
     WHERE tenant = $1 AND pos = $2 AND outcome = 'failed' AND resolved_at IS NULL`,
    [tenant, pos, reason],
  );
  return result.rowCount === 1;
}

/**
 * Settles what failed before of records that a change was applied to now. Most tenants have nothing
 * open: one probe of a partial index.
 */
export async function resolveFailedChanges(
  tx: AbsorbTransaction,
  tenant: number,
  applied: readonly { kind: Kind; recordId: string }[],
): Promise<void> {
  await tx.query(
    `UPDATE change_outcomes o SET resolved_at = now(), resolution = 'a later change was applied'
     FROM (SELECT o.pos FROM change_outcomes o CROSS JOIN LATERAL
             (SELECT kind, record_id FROM changes WHERE tenant = $1 AND pos = o.pos LIMIT 1) c
           WHERE o.tenant = $1 AND o.outcome = 'failed' AND o.resolved_at IS NULL
             AND EXISTS (SELECT FROM json_to_recordset($2::json) AS k(kind text, id text)
                         WHERE k.kind = c.kind AND k.id = c.record_id)) s
     WHERE o.tenant = $1 AND o.pos = s.pos`,
    [tenant, keysJson(applied)],
  );
}
