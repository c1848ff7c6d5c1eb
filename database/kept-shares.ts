import type { PoolClient } from 'pg';

import type { RecordBody } from '../domain/bodies';
import type { Thing } from '../domain/records/record-references';
import type { Kind } from '../domain/words';
import { readRecordBody } from '../schemas/change-bodies';
import type { DeliveryRow } from './deliveries';

// Tickets that keep a former share of their daily summary, since others in the books rest on it:
// their deliveries hold the body of that share (`keptShare` in the snapshot) as long as they do.

/**
 * A delivery `id` of a ticket with the body that its summary has of it; null where that is the
 * record's again.
 */
export interface KeptShare extends Thing {
  id: string;
  body: RecordBody['body'] | null;
}

export function keptShare(row: DeliveryRow, body: KeptShare['body']): KeptShare {
  const { id, kind, recordId } = row;
  return { id, kind, recordId, body };
}

/** Those of these deliveries whose tickets keep a former share: from now on they no longer do. */
export function keptNoMore(rows: readonly DeliveryRow[]): KeptShare[] {
  return rows.flatMap((row) => (row.isKept ? [keptShare(row, null)] : []));
}

export async function writeKeptShares(
  tx: PoolClient,
  tenant: number,
  shares: readonly KeptShare[],
): Promise<void> {
  if (shares.length === 0) return;
  await tx.query(
    `UPDATE deliveries d SET snapshot = CASE
         WHEN x.body IS NULL THEN nullif(d.snapshot::jsonb - 'keptShare', '{}'::jsonb)
         ELSE coalesce(d.snapshot::jsonb, '{}'::jsonb) || jsonb_build_object('keptShare', x.body)
       END::json
     FROM json_to_recordset($2::json) AS x(id bigint, body jsonb)
     WHERE +d.tenant = $1 AND d.id = x.id`,
    [tenant, JSON.stringify(shares.map(({ id, body }) => ({ id, body })))],
  );
}

/** What the tickets among these keep of a former revision, by `kind/recordId`. */
export async function readKeptShares(
  tx: PoolClient,
  tenant: number,
  deliveries: readonly { id: string; isKept: boolean }[],
): Promise<Map<string, RecordBody>> {
  const ids = deliveries.flatMap(({ id, isKept }) => (isKept ? [id] : []));
  if (ids.length === 0) return new Map();
  const { rows } = await tx.query<{ kind: Kind; recordId: string; body: unknown }>(
    `SELECT d.kind, d.record_id AS "recordId", d.snapshot -> 'keptShare' AS body
     FROM deliveries d WHERE +d.tenant = $1 AND d.id = ANY ($2)`,
    [tenant, ids],
  );
  const kept = new Map<string, RecordBody>();
  for (const { kind, recordId, body } of rows) {
    const content = readRecordBody(kind, body);
    if (content !== null) kept.set(`${kind}/${recordId}`, content);
  }
  return kept;
}
