import { tenderOfPart } from '../../../domain/posting/part-names';
import type { Composed, Outgoing } from '../../contract';
import type { ReadRows } from '../books/books-state';
import { composeNew } from './create-document';
import type { DocumentFinding } from '../books/findings';
import type { Place } from '../company/context';
import { needsReading, planDocument, type Planned } from './sales-form';
import { composeNewMoney, type PlannedMoney } from './new-money';
import { planPayment } from './payment';
import { postedOf, standing, type BooksKey } from '../books/posted';
import { beforeSettling, readToSettle } from './settlement';
import type { DocumentSource } from './sale-of';

// A part of a ticket as a document for the books. Pure.

/** What a part needs next. */
export function planPart(
  item: Outgoing,
  ticket: DocumentSource,
  place: Place,
  rows: ReadRows,
): Planned | PlannedMoney {
  const index = tenderOfPart(item.part);
  return beforeSettling(item, place, rows, (rest) =>
    index === null
      ? planDocument(rest, ticket, place, rows)
      : planPayment({ item: rest, ticket, place, rows }, index),
  );
}

/** The documents that have to be read before a part can be planned. */
export function documentsToRead(item: Outgoing, ticket: DocumentSource, place: Place): BooksKey[] {
  return readToSettle(item, place, () => ownToRead(item, ticket, place));
}

function ownToRead(item: Outgoing, ticket: DocumentSource, place: Place): BooksKey[] {
  if (tenderOfPart(item.part) === null)
    return needsReading(item, ticket, place) ? standing(postedOf(item)) : [];
  const payments = standing(postedOf(item));
  // Only an edit may have left the invoice with less than this payment.
  const id = item.rev > 1 ? place.references.orders.get(item.recordId)?.remoteId : null;
  return payments.length > 0 || !id ? payments : [{ entity: 'Invoice', id }];
}

export function composeDocument(
  item: Outgoing,
  planned: Planned | PlannedMoney,
  place: Place,
  finding: DocumentFinding | null,
): Composed {
  switch (planned.type) {
    case 'done':
      return planned.composed;
    case 'new':
      return composeNew(planned, place, finding);
    case 'money':
      return composeNewMoney(item, planned, place, finding);
  }
}
