import type { Kind, Target } from '../domain/words';
import type { AbsorbTransaction } from './absorb-store';
import { systemsSql } from './systems-sql';
import { keysJson } from './pool';

/**
 * A document of its own that a system has of a record, or may have: a write of it is on its way.
 */
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
 * What stands elsewhere of these records, locked until the end of the transaction, so that nothing
 * is sent meanwhile: documents of their own, and the daily summaries that have them or may have.
 * What was voided there stands no more.
 */
export async function lockPostedDocuments(
  tx: AbsorbTransaction,
  tenant: number,
  records: readonly { kind: Kind; recordId: string }[],
): Promise<PostedDocument[]> {
  if (records.length === 0) return [];
  const keys = keysJson(records);
  const result = await tx.query<PostedDocument & { isOwn: boolean; isWritten: boolean }>(
    `SELECT d.kind, d.record_id AS "recordId", d.system, d.remote_id AS "remoteId",
       d.snapshot ->> 'docNumber' AS number,
       d.state IN ('sending', 'verifying') AS "isWritten",
       d.kind <> 'summary' AND (d.remote_id IS NOT NULL OR d.state IN ('sending', 'verifying'))
         AND d.snapshot ->> 'summary' IS NULL
       AND NOT (d.state = 'delivered' AND EXISTS (SELECT FROM records r WHERE r.tenant = $1
         AND r.kind = d.kind
                AND r.record_id = d.record_id AND r.rev = d.delivered_rev
                  AND r.body ->> 'voided' = 'true')) AS "isOwn"
     FROM deliveries d WHERE d.tenant = $1 AND d.id = ANY (ARRAY(
       SELECT x.id FROM (SELECT kind, id FROM json_to_recordset($2::json) AS k(kind text, id text)
         UNION SELECT 'summary', m.summary_id FROM json_to_recordset($2::json) AS k(kind text,
           id text) CROSS JOIN LATERAL
           (SELECT summary_id FROM summary_members WHERE tenant = $1 AND kind = k.kind
             AND record_id = k.id OFFSET 0) m) t
       CROSS JOIN unnest(${systemsSql}) AS s(system) CROSS JOIN LATERAL
         (SELECT id FROM deliveries WHERE tenant = $1 AND system = s.system AND kind = t.kind
           AND record_id = t.id OFFSET 0) x))
     ORDER BY d.id FOR UPDATE`,
    [tenant, keys],
  );
  const own = result.rows.filter(({ isOwn }) => isOwn);
  const summaries = new Map(
    result.rows.flatMap((row) => (row.kind === 'summary' ? [[row.recordId, row] as const] : [])),
  );
  if (summaries.size === 0) return own;
  // Read once the summaries are locked: settling one moves them.
  const members = await tx.query<{ kind: Kind; id: string; summaryId: string; isPosted: boolean }>(
    `SELECT m.* FROM json_to_recordset($2::json) AS k(kind text, id text) CROSS JOIN LATERAL
       (SELECT kind, record_id AS id, summary_id AS "summaryId", is_posted AS "isPosted"
         FROM summary_members
        WHERE tenant = $1 AND kind = k.kind AND record_id = k.id
          AND (is_posted OR until_rev IS NULL) OFFSET 0) m`,
    [tenant, keys],
  );
  const summed = members.rows.flatMap(({ kind, id, summaryId, isPosted }): PostedDocument[] => {
    const summary = summaries.get(summaryId);
    if (summary === undefined || !(isPosted || summary.isWritten)) return [];
    return [{ ...summary, kind, recordId: id }];
  });
  return [...own, ...summed];
}
