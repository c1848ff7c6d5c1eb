import type { Pool } from 'pg';

import type { RecordBody } from '../domain/bodies';
import type { Kind } from '../domain/words';
import { readRecordBody } from '../schemas/change-bodies';
import { firstRow, inTransaction } from './pool';

// Reading a summary with all its tickets, page by page, as of one moment: what is kept of them is
// the reader's business, so that ten thousand tickets never lie in memory at once.

const pageSize = 500;

/** A record without which a daily summary cannot be summed up is refused by the present schemas. */
export class UnreadableRecord extends Error {
  override readonly name = 'UnreadableRecord';

  constructor(kind: Kind, recordId: string) {
    super(`${kind} ${recordId} cannot be read: send it again with a newer revision`);
  }
}

/** A ticket in a summary, as it stands now, or as it stood where it keeps a former share. */
export interface SummaryMember {
  recordId: string;
  part: string;
  content: RecordBody;
}

/**
 * Gives every member, in a fixed order, to what `begin` made; answers that with the revision of the
 * summary that they make up. Begun anew where the transaction has to be.
 */
export async function readSummary<T>(
  pool: Pool,
  tenant: number,
  summaryId: string,
  { begin, take }: { begin: () => T; take: (into: T, member: SummaryMember) => void },
): Promise<{ rev: number; members: T }> {
  return inTransaction(pool, async (tx) => {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const record = await firstRow<{ rev: number }>(
      tx,
      `SELECT rev FROM records WHERE tenant = $1 AND kind = 'summary' AND record_id = $2`,
      [tenant, summaryId],
    );
    if (record === null) throw new Error(`Bug: there is no summary ${summaryId}`);
    const members = begin();
    let after = { kind: '', recordId: '', part: '' };
    for (;;) {
      const page = await tx.query<{
        kind: 'order' | 'refund';
        recordId: string;
        part: string;
        rev: number;
        recordRev: number;
        body: unknown;
      }>(
        `SELECT m.kind, m.record_id AS "recordId", m.part, m.rev, r.rev AS "recordRev",
           coalesce(d.kept, r.body) AS body FROM
           (SELECT kind, record_id, part, rev FROM summary_members WHERE tenant = $1
             AND summary_id = $2 AND until_rev IS NULL
              AND (kind, record_id, part) > ($3, $4, $5) ORDER BY kind, record_id, part LIMIT $6) m
         CROSS JOIN LATERAL (SELECT rev, body FROM records WHERE tenant = $1 AND kind = m.kind
           AND record_id = m.record_id LIMIT 1) r
         LEFT JOIN LATERAL (SELECT snapshot -> 'keptShare' AS kept FROM deliveries
           WHERE tenant = $1 AND system = 'qbo' AND kind = m.kind AND record_id = m.record_id
             AND part = m.part LIMIT 1) d ON true
         ORDER BY m.kind, m.record_id, m.part`,
        [tenant, summaryId, after.kind, after.recordId, after.part, pageSize],
      );
      for (const { kind, recordId, part, rev, recordRev, body } of page.rows) {
        if (rev !== recordRev)
          throw new Error(
            `Bug: summary ${summaryId} has ${kind} ${recordId} at revision ${rev}, not ` +
              `${recordRev}`,
          );
        const content = readRecordBody(kind, body);
        if (content === null) throw new UnreadableRecord(kind, recordId);
        take(members, { recordId, part, content });
        after = { kind, recordId, part };
      }
      if (page.rows.length < pageSize) return { rev: record.rev, members };
    }
  });
}
