import type { CustomerBody, MoneyChange, RecordBody, TicketBody } from '../bodies';
import { emailKey, plainEmail } from '../email';
import { modeOfDay } from './modes';
import type { PostingSettings } from './settings';

// On whom the ticket of a guest is booked (accounting.md#customers, ADR 0011): decided when it is
// absorbed first, by the setting of then, so that edits, voids and refunds of it stay with the same
// customer.

/** A ticket of the till: sale, refund or invoice. */
export type TicketRecord = Extract<RecordBody, { kind: 'order' | 'refund' | 'invoice' }>;

/** What the decision rests on beside the ticket. */
export interface GuestRules {
  /**
   * Whether the setting gives the guest of this ticket, which comes for the first time, a customer
   * of its own.
   */
  isOwn: (ticket: TicketRecord) => boolean;
  /** Record id of the customer with this e-mail: the till's, where it has one, else our own. */
  customerOf: (email: string) => string;
}

export function isTicket(content: RecordBody | MoneyChange | null): content is TicketRecord {
  return content?.kind === 'order' || content?.kind === 'refund' || content?.kind === 'invoice';
}

/**
 * The customer of a ticket: the till's, else the one of its guest; undefined where it is the
 * bucket.
 */
export function customerIdOf(body: {
  customerId?: string | undefined;
  guestCustomerId?: string | undefined;
}): string | undefined {
  return body.customerId ?? body.guestCustomerId;
}

/**
 * The e-mail by which a guest is known, in lower case; null where none is named that is an address.
 */
export function guestEmail({ customerId, guest }: TicketBody): string | null {
  return customerId === undefined ? emailKey(plainEmail(guest?.email)) : null;
}

/**
 * The sale whose customer the refund of a guest follows; null where it names none or has a
 * customer.
 */
export function saleOfGuest(content: RecordBody | null): string | null {
  if (content?.kind !== 'refund' || content.body.customerId !== undefined) return null;
  return content.body.orderId ?? null;
}

/**
 * The ticket with the customer of its guest. `former`: the same ticket before; `sale`: the one that
 * it gives back.
 */
export function withGuestCustomer(
  content: RecordBody,
  former: RecordBody | null,
  sale: RecordBody | null,
  rules: GuestRules,
): RecordBody {
  if (!isTicket(content)) return content;
  const before = isTicket(former) ? former.body : null;
  const given = isTicket(sale) ? sale.body : null;
  const id = guestCustomerOf(content, before, given, rules);
  return id === null ? content : withCustomer(content, id);
}

/** The ticket, booked on this customer. */
function withCustomer(content: TicketRecord, id: string): TicketRecord {
  switch (content.kind) {
    case 'order':
      return { ...content, body: { ...content.body, guestCustomerId: id } };
    case 'refund':
      return { ...content, body: { ...content.body, guestCustomerId: id } };
    case 'invoice':
      return { ...content, body: { ...content.body, guestCustomerId: id } };
  }
}

function guestCustomerOf(
  content: TicketRecord,
  former: TicketBody | null,
  sale: TicketBody | null,
  { isOwn, customerOf }: GuestRules,
): string | null {
  const ticket: TicketBody = content.body;
  if (ticket.customerId !== undefined) return null;
  const email = guestEmail(ticket);
  if (former !== null && former.customerId === undefined) {
    // In the bucket it stays there; of another person it is, where the till says so.
    if (former.guestCustomerId === undefined) return null;
    const isSame = email === guestEmail(former) || sale?.guestCustomerId === former.guestCustomerId;
    if (isSame) return former.guestCustomerId;
    return email === null ? null : customerOf(email);
  }
  if (sale !== null && sale.customerId === undefined) return sale.guestCustomerId ?? null;
  return email !== null && isOwn(content) ? customerOf(email) : null;
}

/**
 * Whether a ticket that comes now is posted by itself for a customer of its own: never one that is
 * not posted, that is summed up by day, or in another currency than the books', which has a mapped
 * customer (accounting.md#currencies). An invoice is never summed up.
 */
export function isBookedPerEmail(
  { voided, businessDate, currency }: TicketBody,
  settings: Pick<PostingSettings, 'customer' | 'startDate' | 'mode'>,
  homeCurrency: string,
  kind: TicketRecord['kind'] = 'order',
): boolean {
  const { customer, startDate, mode } = settings;
  return (
    customer.guest === 'perEmail' &&
    voided !== true &&
    currency === homeCurrency &&
    (startDate === null || businessDate >= startDate) &&
    (kind === 'invoice' || modeOfDay(mode.switches, businessDate) === 'perOrder')
  );
}

/** The customer that a guest becomes: what the first ticket says of him, which names an e-mail. */
export function guestBody({ guest }: TicketBody): CustomerBody {
  const email = plainEmail(guest?.email) ?? '';
  const name = guest?.name?.trim() ?? '';
  return { name: name === '' ? email.toLowerCase() : name, email };
}
