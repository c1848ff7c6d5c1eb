import { createHash } from 'node:crypto';

import { readRecords, type AbsorbTransaction } from '../../database/absorb-store';
import { customersWithEmail } from '../../database/customer-emails';
import { postingInForce } from '../../database/settings';
import { homeCurrencyOf } from '../../database/tenants';
import type { ChangeRow, RecordRow } from '../../domain/records/absorb';
import { emailKey, plainEmail } from '../../domain/email';
import {
  guestBody,
  guestEmail,
  isBookedPerEmail,
  isTicket,
  type GuestRules,
} from '../../domain/posting/guests';
import { guestId, ownRevision } from '../../domain/records/own-records';

// On whom guests are booked, inside the transaction of absorb (`customer.guest`,
// accounting.md#customers).

/** 128 bits in hex: with a hyphen and all it fits behind a name in the books. */
const digestLength = 32;

/**
 * The id of the customer that a guest becomes: each tenant's is another one, and none shows the
 * e-mail.
 */
export function guestIdOf(tenant: number, email: string): string {
  const digest = createHash('sha256').update(`${tenant}\n${email}`).digest('hex');
  return guestId(digest.slice(0, digestLength));
}

const nobody: GuestRules = {
  isOwn: () => false,
  customerOf: () => {
    throw new Error('Bug: a guest is looked for whom nobody named');
  },
};

/**
 * What decides on the guests of these changes; nothing is asked where none of them names a guest by
 * an e-mail.
 */
export async function guestRules(
  tx: AbsorbTransaction,
  tenant: number,
  changes: readonly ChangeRow[],
  records: readonly RecordRow[],
): Promise<GuestRules> {
  const emails = new Set(
    changes.flatMap(({ content }) =>
      content !== null && content.kind !== 'inventory' && isTicket(content)
        ? (guestEmail(content.body) ?? [])
        : [],
    ),
  );
  if (emails.size === 0) return nobody;
  const { value: settings } = await postingInForce(tx, tenant);
  const isDecided = records.some(
    ({ content }) => isTicket(content) && content.body.guestCustomerId !== undefined,
  );
  if (settings.customer.guest === 'bucket' && !isDecided) return nobody;
  const home = await homeCurrencyOf(tx, tenant);
  const known = await customersWithEmail(tx, tenant, [...emails]);
  const hits = withChanges(known, changes, emails);
  return {
    isOwn: ({ kind, body }) => isBookedPerEmail(body, settings, home, kind),
    customerOf: (email) => {
      const [first, second] = hits.get(email) ?? [];
      return first === undefined || second !== undefined ? guestIdOf(tenant, email) : first;
    },
  };
}

/** The till's customers by e-mail, as they are after these changes. */
function withChanges(
  known: readonly { email: string; recordId: string }[],
  changes: readonly ChangeRow[],
  emails: ReadonlySet<string>,
): Map<string, string[]> {
  const emailOf = new Map(known.map(({ email, recordId }) => [recordId, email]));
  for (const { kind, op, recordId, content } of changes) {
    if (kind !== 'customer') continue;
    const said = content?.kind === 'customer' ? emailKey(content.body.email) : null;
    if (op === 'delete') emailOf.delete(recordId);
    else if (said !== null) emailOf.set(recordId, emailKey(plainEmail(said)) ?? '');
  }
  const hits = new Map<string, string[]>();
  for (const [recordId, email] of emailOf)
    if (emails.has(email)) hits.set(email, [...(hits.get(email) ?? []), recordId]);
  return hits;
}

/**
 * The customers of our own that these tickets are booked on and that are not there yet. What they
 * are stands in the changes: a refund may follow a sale that names another guest by the end of
 * them.
 */
export async function newGuests(
  tx: AbsorbTransaction,
  tenant: number,
  changes: readonly ChangeRow[],
  records: readonly RecordRow[],
): Promise<RecordRow[]> {
  const booked = new Set(
    records.flatMap(({ content }) =>
      isTicket(content) ? (content.body.guestCustomerId ?? []) : [],
    ),
  );
  if (booked.size === 0) return [];
  const wanted = new Map<string, RecordRow>();
  for (const { content } of changes) {
    if (content === null || content.kind === 'inventory' || !isTicket(content)) continue;
    const email = guestEmail(content.body);
    if (email === null) continue;
    const recordId = guestIdOf(tenant, email);
    if (wanted.has(recordId) || !booked.has(recordId)) continue;
    const body = guestBody(content.body);
    wanted.set(recordId, {
      kind: 'customer',
      recordId,
      rev: ownRevision,
      sourceRevs: {},
      op: 'present',
      content: { kind: 'customer', body },
      origin: {},
    });
  }
  const known = await readRecords(tx, tenant, [...wanted.values()]);
  for (const { recordId } of known) wanted.delete(recordId);
  return [...wanted.values()];
}
