import { tenderOfPart } from '../../../domain/posting/part-names';
import type { Outgoing } from '../../contract';
import { postedAnew } from '../books/books-state';
import type { DocumentFinding } from '../books/find-documents';
import { keyOf, standing, type BooksKey, type PostedItem } from '../books/posted';
import type { CompanyContext } from '../company/context';
import { held } from '../company/hold';
import { circleDocuments } from '../settle/circle';
import { planMoney } from './entry';
import { created } from './new-document';
import { planPayment } from './payment';
import { voidWrite, type Planned, type PlanRequest, type Step } from './planned';
import { needsReading, planDocument } from './sales-form';
import type { DocumentSource } from './sale-of';
import { thenSettled } from './opens-on-account';
import { beforeSettling, readToSettle } from './settlement';
import { isMoney } from './wanted-money';
import { invoiceToRead } from './wanted-payment';

// A part of a record as a document for the books: what is read, what is planned, what is composed.
// Pure.

/** Whether a delivery becomes documents; customers and items are rows of lists. */
export function isDocument({ record: { kind } }: Outgoing): boolean {
  return kind !== 'customer' && kind !== 'product' && kind !== 'inventory';
}

/** The ticket whose form or own payment a part is; null where it is money alone. */
function ticketOf(item: Outgoing): DocumentSource | null {
  const { record } = item;
  switch (record.kind) {
    case 'order':
    case 'refund':
    case 'invoice':
    case 'payment':
    case 'summary':
      return isMoney(item) ? null : record;
    case 'payout':
    case 'cash':
    case 'customer':
    case 'product':
    case 'inventory':
      return null;
  }
}

/** The documents that have to be read before a part can be planned. */
export function partToRead(item: PostedItem, company: CompanyContext): BooksKey[] {
  return readToSettle(item, company, () => ownToRead(item, company));
}

function ownToRead(item: PostedItem, company: CompanyContext): BooksKey[] {
  const { references } = company;
  const documents = standing(item.posted);
  const ticket = ticketOf(item);
  if (ticket === null) {
    if (documents.length === 0) return invoiceToRead(item, references);
    // Of entries on account the books do not say which payments of 0.00 applied them.
    const hasEntry = documents.some(({ entity }) => entity === 'JournalEntry');
    const links = hasEntry ? (circleDocuments(item, company)?.settlements ?? []) : [];
    return [...documents, ...links];
  }
  if (tenderOfPart(item.part) === null) return needsReading(item, ticket, company) ? documents : [];
  // Only an edit may have left the invoice with less than this payment.
  const id = item.rev > 1 ? references.orders.get(item.recordId)?.remoteId : null;
  return documents.length > 0 || !id ? documents : [{ entity: 'Invoice', id }];
}

/** What a part needs next. */
export function planPart(asked: PlanRequest): Planned {
  return beforeSettling(asked, (rest) => firstOf(rest) ?? planOwn(rest));
}

function planOwn(asked: PlanRequest): Planned {
  const ticket = ticketOf(asked.item);
  if (ticket === null) return planMoney(asked);
  const index = tenderOfPart(asked.item.part);
  return index === null
    ? planDocument({ ...asked, ticket })
    : planPayment({ ...asked, ticket }, index);
}

/** What comes before all else; null where nothing does. */
function firstOf(asked: PlanRequest): Step | null {
  const { item, rows } = asked;
  const { posted, lastClass, attempts } = item;
  const due = posted.voidDue;
  // A document whose answer was not the source's; one that is void already is passed.
  const isDue =
    due !== null &&
    postedAnew(item, rows) === null &&
    posted.documents.some((one) => keyOf(one) === keyOf(due) && !one.isVoided);
  if (due !== null && isDue) {
    const { entity, why, netBefore } = due;
    return isVoidable(due)
      ? voidWrite(asked, due, 'hold', { posted: { ...posted, net: netBefore, voidDue: null }, why })
      : held(
          'totals_differ_in_books',
          entity,
          `${why}. It cannot be voided there: correct it by hand`,
        );
  }
  return lastClass === 'CLOSED' && attempts > 1
    ? held('closed_period', 'refused', 'QuickBooks refuses the day as one of a closed period')
    : null;
}

/** Money between accounts cannot be voided there (quickbooks.md#voids). */
function isVoidable({ entity }: BooksKey): boolean {
  return !['Deposit', 'Purchase', 'Transfer', 'JournalEntry'].includes(entity);
}

/** What to do for a planned part, by what was found in the place of a new document. */
export function finished(
  asked: Pick<PlanRequest, 'item' | 'company'>,
  planned: Planned,
  finding: DocumentFinding | null,
): Step {
  const { item, company } = asked;
  const step = planned.type === 'new' ? created(planned, company, finding) : planned;
  return thenSettled(item, company, step);
}
