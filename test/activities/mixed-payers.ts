import type { Stack, TestTenant } from '../support/stack';
import type { BookedDocument } from './mixed-books';
import { Effect, type TillRecord } from './mixed-till';

// Of whom the books say what is owed: nobody owes for a record but the customer on whom it is
// booked.

/** What is owed by others than it should be, in words. `stopped`: what is not as the till says. */
export async function wronglyOwed(
  stack: Stack,
  { id }: TestTenant,
  records: ReadonlyMap<string, TillRecord>,
  documents: readonly BookedDocument[],
  stopped: readonly { kind: string; recordId: string }[],
): Promise<string[]> {
  const { rows } = await stack.database.pool.query<{ key: string; customer: string | null }>(
    `SELECT r.kind || '/' || r.record_id AS key, CASE WHEN r.customer IS NULL THEN '302'
       ELSE d.remote_id END AS customer
     FROM (SELECT kind, record_id, coalesce(body ->> 'customerId',
       body ->> 'guestCustomerId') AS customer FROM records
       WHERE tenant = $1 AND kind IN ('order', 'refund', 'invoice')) r
     LEFT JOIN deliveries d ON d.tenant = $1 AND d.system = 'qbo' AND d.kind = 'customer'
       AND d.record_id = r.customer`,
    [id],
  );
  const customers = new Map(rows.map(({ key, customer }) => [key, customer]));
  const isStopped = new Set(stopped.map(({ kind, recordId }) => `${kind}/${recordId}`));
  const wrong: string[] = [];
  for (const [key, { body, log }] of records) {
    const { invoiceId } = body;
    const invoice = typeof invoiceId === 'string' ? `invoice/${invoiceId}` : null;
    if (isStopped.has(key) || (invoice !== null && isStopped.has(invoice))) continue;
    const own = documents.filter(({ of }) => of === key);
    const owed = own.reduce((sum, one) => sum.addAll(one.owed), new Effect()).all();
    const customer = customers.get(invoice ?? key) ?? 'unknown';
    if (Object.keys(owed).some((one) => one !== customer))
      wrong.push(
        `${key} is owed by ${JSON.stringify(owed)}, is of ${customer}\n  ` +
          `${log.join('\n  ')}\n  ` +
          own
            .map(
              ({ entity, row, owed }) =>
                `${entity} ${row.Id} ${row.PrivateNote} ${JSON.stringify(owed.all())}`,
            )
            .join('\n  '),
      );
  }
  return wrong;
}
