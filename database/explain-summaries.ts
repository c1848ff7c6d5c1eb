import type { TicketOfSummary } from '../schemas/deliveries';
import type { Db } from './pool';

/** Tickets of a summary that are told at once; it may have ten thousand. */
export const ticketsMax = 1_000;

/**
 * The tickets that a summary has, in a fixed order, then those that the books are still to lose;
 * one more than are told.
 */
export async function ticketsOfSummary(
  db: Db,
  tenant: number,
  summaryId: string,
): Promise<TicketOfSummary[]> {
  const columns = `kind, record_id AS "recordId", part, rev AS revision,
    total_minor AS "totalMinor", tax_minor AS "taxMinor",
    until_rev IS NULL AS "isWanted", is_posted AS "isPosted"`;
  const result = await db.query<TicketOfSummary>(
    `(SELECT ${columns} FROM summary_members
      WHERE tenant = $1 AND summary_id = $2 AND until_rev IS NULL ORDER BY kind, record_id, part
        LIMIT $3)
     UNION ALL
     (SELECT ${columns} FROM summary_members
      WHERE tenant = $1 AND summary_id = $2 AND is_open AND until_rev IS NOT NULL AND is_posted
        LIMIT $3)`,
    [tenant, summaryId, ticketsMax + 1],
  );
  return result.rows;
}
