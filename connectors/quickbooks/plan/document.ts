import { tenderOfPart } from '../../../domain/posting/part-names';
import type { Composed, Outgoing } from '../../contract';
import type { ReadRows } from '../books/books-state';
import { composeNew } from './create-document';
import type { DocumentFinding } from '../books/findings';
import type { CompanyContext } from '../company/context';
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
  company: CompanyContext,
  rows: ReadRows,
): Planned | PlannedMoney {
  const index = tenderOfPart(item.part);
  return beforeSettling(item, company, rows, (rest) =>
    index === null
      ? planDocument(rest, ticket, company, rows)
      : planPayment({ item: rest, ticket, company, rows }, index),
  );
}

/** The documents that have to be read before a part can be planned. */
export function documentsToRead(
  item: Outgoing,
  ticket: DocumentSource,
  company: CompanyContext,
): BooksKey[] {
  return readToSettle(item, company, () => ownToRead(item, ticket, company));
}

function ownToRead(item: Outgoing, ticket: DocumentSource, company: CompanyContext): BooksKey[] {
  if (tenderOfPart(item.part) === null)
    return needsReading(item, ticket, company) ? standing(postedOf(item)) : [];
  const payments = standing(postedOf(item));
  // Only an edit may have left the invoice with less than this payment.
  const id = item.rev > 1 ? company.references.orders.get(item.recordId)?.remoteId : null;
  return payments.length > 0 || !id ? payments : [{ entity: 'Invoice', id }];
}

export function composeDocument(
  item: Outgoing,
  planned: Planned | PlannedMoney,
  company: CompanyContext,
  finding: DocumentFinding | null,
): Composed {
  switch (planned.type) {
    case 'done':
      return planned.composed;
    case 'new':
      return composeNew(planned, company, finding);
    case 'money':
      return composeNewMoney(item, planned, company, finding);
  }
}
