import type { OrderBody, RefundBody } from '../../domain/bodies';
import { canonicalJson } from '../../domain/canonical';
import {
  notBuiltPart,
  partsOfOrder,
  postingDocument,
  type PostingDocument,
} from '../../domain/posting/ticket';
import type { JsonObject } from '../../domain/words';
import type { Composed, Outgoing, References } from '../connector';
import type { QboFacts } from './facts';
import { linesOf } from './lines';
import type { DocumentFinding } from './findings';
import {
  cleanEmail,
  cleanLines,
  cleanText,
  docNumberOf,
  otherDocNumber,
  shortHash,
} from './mapping';
import { hold, mappedAccount, missingMapping } from './hold';

// A ticket as one document for the books (accounting.md sections 2, 4, 5, 9 to 12, 15). Pure.

export type Ticket = { kind: 'order'; body: OrderBody } | { kind: 'refund'; body: RefundBody };
export type DocumentEntity = 'SalesReceipt' | 'RefundReceipt';

/** A document with its labels, before anything of the company is looked at. */
export interface LabelledDocument {
  document: PostingDocument;
  entity: DocumentEntity;
  /** First line of the note: by it we know our own. */
  marker: string;
  docNumber: string;
  /** Taken where somebody else's document has the first one. */
  otherDocNumber: string;
}

export function labelledDocument(item: Outgoing, ticket: Ticket): LabelledDocument {
  const isRefund = ticket.kind === 'refund' || item.part === 'refund';
  const document = postingDocument(ticket, item.recordId, isRefund ? 'refund' : 'sale');
  const isSplit = ticket.kind === 'order' && partsOfOrder(ticket.body).length === 2;
  const suffix = isSplit && isRefund ? '-R' : '';
  const ending =
    ticket.kind === 'order'
      ? isRefund
        ? ' part refund'
        : ''
      : document.orderId === null
        ? ''
        : ` of order ${document.orderId}`;
  return {
    document,
    entity: isRefund ? 'RefundReceipt' : 'SalesReceipt',
    marker: cleanText(`truth-sync pos ${ticket.kind} ${item.recordId}${ending}`, 300),
    docNumber: docNumberOf(document.number, suffix),
    otherDocNumber: otherDocNumber(document.number, suffix, item.recordId),
  };
}

export function composeDocument(
  item: Outgoing,
  ticket: Ticket,
  references: References,
  facts: QboFacts,
  finding: DocumentFinding | null,
): Composed {
  if (item.op === 'absent')
    return item.remoteId === null
      ? { type: 'skip', reason: 'nothing_to_void' }
      : hold('not_built', 'document_void', 'Voiding a posted document');
  const labelled = labelledDocument(item, ticket);
  const content = shortHash(canonicalJson(labelled.document));
  if (item.remoteId !== null) {
    if (item.snapshot?.['content'] !== content)
      return hold('not_built', 'document_edit', 'Editing a posted document');
    const { remoteId, remoteVersion, snapshot } = item;
    return { type: 'adopt', remoteId, remoteVersion, snapshot, isLinked: false };
  }
  return (
    stopForTicket(ticket, labelled, facts) ??
    composeCreate(ticket, labelled, references, facts, finding, content)
  );
}

/** What the ticket itself and the company's rules forbid, before any reference is resolved. */
function stopForTicket(
  ticket: Ticket,
  { document, entity }: LabelledDocument,
  facts: QboFacts,
): Composed | null {
  const notBuilt = notBuiltPart(ticket.body);
  if (notBuilt !== null) return hold('not_built', notBuilt, `Tickets with ${notBuilt}`);
  if (document.totalMinor < 0)
    return hold('negative_total', entity, 'A sales form below zero is refused');
  if (document.totalMinor === 0 && (entity === 'RefundReceipt' || !document.hasGoods))
    return { type: 'skip', reason: 'nothing_to_post' };
  if (document.totalMinor !== 0 && document.tender === null)
    return hold('not_built', 'no_tender', 'An amount without a tender, as in an even exchange');
  if (document.currency !== facts.homeCurrency)
    return hold(
      'not_built',
      'foreign_currency',
      `The ticket is in ${document.currency}, the books are in ${facts.homeCurrency ?? 'an unknown currency'}`,
    );
  const { bookCloseDate } = facts;
  return bookCloseDate !== null && document.businessDate <= bookCloseDate
    ? hold('closed_period', bookCloseDate, `The books are closed up to ${bookCloseDate}`)
    : null;
}

function composeCreate(
  ticket: Ticket,
  labelled: LabelledDocument,
  references: References,
  facts: QboFacts,
  finding: DocumentFinding | null,
  content: string,
): Composed {
  const { document, entity, marker } = labelled;
  const fixed = { content, totalMinor: document.totalMinor };
  if (finding?.found === 'ours')
    return {
      type: 'adopt',
      remoteId: finding.id,
      remoteVersion: finding.syncToken,
      snapshot: { ...fixed, docNumber: finding.docNumber },
      isLinked: false,
    };
  if (finding?.found === 'touched')
    return hold(
      'ambiguous_match',
      entity,
      `${entity} ${finding.id} has our marker but was changed or voided`,
    );
  const customer = customerOf(document, references);
  if (customer.type === 'stop') return customer.composed;
  const tender = tenderOf(document, references, facts);
  if (tender.type === 'stop') return tender.composed;
  const { lines, missing, missingMappings } = linesOf(document, references, facts);
  const [firstMissing] = missingMappings;
  if (firstMissing !== undefined) return missingMapping(firstMissing);
  const order = document.orderId === null ? null : references.orders.get(document.orderId);
  const orderMissing =
    document.orderId !== null && !order?.remoteId
      ? [{ kind: 'order' as const, ref: document.orderId, isOpen: order?.isOpen ?? false }]
      : [];
  const allMissing = [...customer.missing, ...orderMissing, ...missing];
  if (allMissing.length > 0) return { type: 'notReady', missing: allMissing };
  const docNumber = numberOf(labelled, facts, finding);
  const department = facts.trackDepartments
    ? references.mapping('location', ticket.body.location ?? 'default')
    : null;
  const payload: JsonObject = {
    CustomerRef: { value: customer.id },
    TxnDate: document.businessDate,
    ...(docNumber === null ? {} : { DocNumber: docNumber }),
    PrivateNote: noteOf(document, marker),
    ...tender.fields,
    ...(department === null ? {} : { DepartmentRef: { value: department } }),
    ...guestEmail(document),
    ...(facts.country === 'US' ? {} : { GlobalTaxCalculation: 'TaxExcluded' }),
    Line: lines,
  };
  const { totalMinor, currency, businessDate } = document;
  return {
    type: 'write',
    write: {
      operation: 'create',
      entity,
      group: 'batch',
      payload,
      isLinked: false,
      snapshot: { ...fixed, docNumber },
      natural: { kind: 'document', docNumber, marker, totalMinor, currency, txnDate: businessDate },
    },
  };
}

/** Null where the company numbers by itself: one of ours could become an unwanted duplicate (section 14). */
function numberOf(
  labelled: LabelledDocument,
  facts: QboFacts,
  finding: DocumentFinding | null,
): string | null {
  if (!facts.customTxnNumbers) return null;
  return finding?.found === 'foreign' ? labelled.otherDocNumber : labelled.docNumber;
}

type Part<T> = ({ type: 'known' } & T) | { type: 'stop'; composed: Composed };

function customerOf(
  document: PostingDocument,
  references: References,
): Part<{ id: string; missing: { kind: 'customer'; ref: string; isOpen: boolean }[] }> {
  if (document.customerId === null) {
    const bucket = references.mapping('account', 'guest-customer');
    return bucket === null
      ? { type: 'stop', composed: missingMapping('account:guest-customer') }
      : { type: 'known', id: bucket, missing: [] };
  }
  const customer = references.customers.get(document.customerId);
  if (customer?.remoteId) return { type: 'known', id: customer.remoteId, missing: [] };
  const isOpen = customer?.isOpen ?? false;
  const missing = [{ kind: 'customer' as const, ref: document.customerId, isOpen }];
  return { type: 'known', id: '', missing };
}

/** How it was paid and where the money lies until its payout (accounting.md 9); nothing on a total of 0.00. */
function tenderOf(
  document: PostingDocument,
  references: References,
  facts: QboFacts,
): Part<{ fields: JsonObject }> {
  if (document.totalMinor === 0 || document.tender === null) return { type: 'known', fields: {} };
  const { tender, reference } = document.tender;
  const method = references.mapping('tender', tender);
  if (method === null) return { type: 'stop', composed: missingMapping(`tender:${tender}`) };
  const account = mappedAccount(references, facts, `clearing:${tender}`);
  if (account.type === 'stop') return account;
  const number = reference === null ? '' : cleanText(reference, 200).slice(-refMax);
  return {
    type: 'known',
    fields: {
      PaymentMethodRef: { value: method },
      ...(number === '' ? {} : { PaymentRefNum: number.replace(/^\p{Cs}/u, '') }),
      DepositToAccountRef: { value: account.id },
    },
  };
}

/** PaymentRefNum; a longer reference keeps its last characters and stands whole in the note (accounting.md 11). */
const refMax = 21;

function noteOf(document: PostingDocument, marker: string): string {
  const { guest, tender } = document;
  const reference = tender?.reference ?? '';
  const email = guest?.email === undefined ? '' : ` <${guest.email}>`;
  return cleanLines([
    marker,
    guest === null ? undefined : `guest ${guest.name ?? ''}${email}`,
    reference.length > refMax ? `reference ${reference}` : undefined,
  ]);
}

function guestEmail(document: PostingDocument): JsonObject {
  const email = cleanEmail(document.guest?.email);
  return email === null ? {} : { BillEmail: { Address: email } };
}
