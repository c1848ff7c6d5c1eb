import { tenderOfPart } from '../../domain/posting/ticket';
import type { Composed, Outgoing } from '../connector';
import type { ReadRows } from './books-state';
import { composeNew } from './create-document';
import type { DocumentFinding } from './findings';
import type { Place } from './place';
import { needsReading, planDocument, type Planned } from './plan-document';
import { composeNewMoney, type PlannedMoney } from './new-money';
import { planPayment } from './plan-payment';
import { postedOf, standing, type WrittenDocument } from './posted';
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
  return index === null
    ? planDocument(item, ticket, place, rows)
    : planPayment({ item, ticket, place, rows }, index);
}

/** The standing documents of a part that have to be read before it can be planned. */
export function documentsToRead(
  item: Outgoing,
  ticket: DocumentSource,
  place: Place,
): WrittenDocument[] {
  if (tenderOfPart(item.part) === null)
    return needsReading(item, ticket, place) ? standing(postedOf(item, 'SalesReceipt')) : [];
  return standing(postedOf(item, 'Payment'));
}

export function composeDocument(
  item: Outgoing,
  ticket: DocumentSource,
  place: Place,
  rows: ReadRows,
  finding: DocumentFinding | null,
): Composed {
  const planned = planPart(item, ticket, place, rows);
  switch (planned.type) {
    case 'done':
      return planned.composed;
    case 'new':
      return composeNew(planned, place, finding);
    case 'money':
      return composeNewMoney(planned, finding);
  }
}
