import type { Kind, Target } from '../domain/words';
import type { AbsorbTransaction } from './absorb-store';

/** A document of its own that a system has of a record, or may have: a write of it is on its way. */
export interface PostedDocument {
  kind: Kind;
  recordId: string;
  system: Target;
  /** Null where its creation was not answered yet. */
  remoteId: string | null;
  /** Its number there, where it has one. */
  number: string | null;
}

/**
 * What stands elsewhere of these records, locked until the end of the transaction, so that nothing is sent meanwhile.
 * Tickets within daily summaries have no document of their own; one that was voided there stands no more.
 */
export async function lockPostedDocuments(
  tx: AbsorbTransaction,
  tenant: number,
  records: readonly { kind: Kind; recordId: string }[],
): Promise<PostedDocument[]> {
  if (records.length === 0) return [];
  const result = await tx.query<PostedDocument & { stands: boolean }>(
    `SELECT d.kind, d.record_id AS "recordId", d.system, d.remote_id AS "remoteId", d.snapshot ->> 'docNumber' AS number,
       (d.remote_id IS NOT NULL OR d.state IN ('sending', 'verifying')) AND d.snapshot ->> 'summary' IS NULL
       AND NOT (d.state = 'delivered' AND EXISTS (SELECT FROM records r WHERE r.tenant = $1 AND r.kind = d.kind
                AND r.record_id = d.record_id AND r.rev = d.delivered_rev AND r.body ->> 'voided' = 'true')) AS stands
     FROM deliveries d WHERE d.tenant = $1 AND d.id = ANY (ARRAY(
       SELECT x.id FROM json_to_recordset($2::json) AS k(kind text, id text)
       CROSS JOIN unnest(ARRAY['woo', 'qbo']) AS s(system) CROSS JOIN LATERAL
         (SELECT id FROM deliveries WHERE tenant = $1 AND system = s.system AND kind = k.kind AND record_id = k.id OFFSET 0) x))
     ORDER BY d.id FOR UPDATE`,
    [tenant, JSON.stringify(records.map(({ kind, recordId }) => ({ kind, id: recordId })))],
  );
  return result.rows.filter(({ stands }) => stands);
}
