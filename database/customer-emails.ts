import type { RecordRow } from '../domain/records/absorb';
import { emailKey, plainEmail } from '../domain/email';
import { isOwnRecord } from '../domain/records/own-records';
import type { AbsorbTransaction } from './absorb-store';
import type { Db } from './pool';

// Which customers of the till have which e-mail, kept by absorb.

/**
 * The customers among these records under the e-mails that they have now; those of our own are
 * found by their ids.
 */
export async function writeCustomerEmails(
  tx: AbsorbTransaction,
  tenant: number,
  records: readonly RecordRow[],
): Promise<void> {
  const customers = records.filter(
    ({ kind, recordId }) => kind === 'customer' && !isOwnRecord(recordId),
  );
  if (customers.length === 0) return;
  const ids = customers.map(({ recordId }) => recordId);
  await tx.query(
    `DELETE FROM customer_emails WHERE ctid = ANY (ARRAY(
       SELECT e.ctid FROM json_array_elements_text($2::json) AS k(id) CROSS JOIN LATERAL
         (SELECT ctid FROM customer_emails WHERE tenant = $1 AND record_id = k.id OFFSET 0) e))`,
    [tenant, JSON.stringify(ids)],
  );
  const rows = customers.flatMap(({ op, content, recordId }) => {
    const said = op === 'present' && content?.kind === 'customer' ? content.body.email : undefined;
    const email = emailKey(plainEmail(said));
    return email === null ? [] : [{ email, recordId }];
  });
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO customer_emails (tenant, email, record_id)
     SELECT $1, email, "recordId" FROM json_to_recordset($2::json) AS x(email text,
       "recordId" text)`,
    [tenant, JSON.stringify(rows)],
  );
}

/**
 * Customers of the till with one of these e-mails, in lower case; of each 100 at most, more than
 * one is no match.
 */
export async function customersWithEmail(
  tx: AbsorbTransaction,
  tenant: number,
  emails: readonly string[],
): Promise<{ email: string; recordId: string }[]> {
  if (emails.length === 0) return [];
  const result = await tx.query<{ email: string; recordId: string }>(
    `SELECT e.* FROM json_array_elements_text($2::json) AS k(email) CROSS JOIN LATERAL
       (SELECT email, record_id AS "recordId" FROM customer_emails
        WHERE tenant = $1 AND email = k.email ORDER BY record_id LIMIT 100) e`,
    [tenant, JSON.stringify(emails)],
  );
  return result.rows;
}

/**
 * E-mails among these, in lower case, that more than one customer of the till has: such a one names
 * nobody.
 */
export async function sharedEmailsAmong(
  db: Db,
  tenant: number,
  emails: readonly string[],
): Promise<Set<string>> {
  if (emails.length === 0) return new Set();
  const result = await db.query<{ email: string }>(
    `SELECT k.email FROM json_array_elements_text($2::json) AS k(email)
     WHERE (SELECT count(*) FROM (SELECT FROM customer_emails WHERE tenant = $1 AND email = k.email
       LIMIT 2) e) > 1`,
    [tenant, JSON.stringify([...new Set(emails)])],
  );
  return new Set(result.rows.map(({ email }) => email));
}
