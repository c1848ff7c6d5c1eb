import type { PaymentDocument } from '../../domain/posting/payment';
import type { Composed, References } from '../connector';
import type { QboFacts } from './facts';
import type { DocumentFinding } from './findings';
import { foundAgain } from './found-again';
import { hold } from './hold';
import { shapePayment } from './shape-money';

export interface PaymentOfRecord {
  recordId: string;
  /** Null where the record has no such payment any more. */
  payment: PaymentDocument | null;
  content: string;
}

/** A payment of the invoice that the same record is: it waits until that is in the books. Pure. */
export function composePayment(
  { recordId, payment, content }: PaymentOfRecord,
  references: References,
  facts: QboFacts,
  finding: DocumentFinding | null,
): Composed {
  if (payment === null) return { type: 'skip', reason: 'part_gone' };
  const invoice = references.orders.get(recordId);
  if (!invoice?.remoteId) {
    const isOpen = invoice?.isOpen ?? false;
    return { type: 'notReady', missing: [{ kind: 'order', ref: recordId, isOpen }] };
  }
  // Posted with one tender and edited since: a receipt takes no payment.
  if (invoice.entity !== 'Invoice')
    return hold('not_built', 'document_edit', 'Editing the tenders of a posted document');
  const { totalMinor, currency, date: txnDate } = payment;
  const snapshot = { content, entity: 'Payment', totalMinor };
  if (finding?.found === 'ours' || finding?.found === 'touched')
    return foundAgain(finding, 'Payment', snapshot);
  const shaped = shapePayment(payment, invoice.remoteId, references, facts);
  if (shaped.type === 'stop') return shaped.composed;
  const { payload, marker } = shaped;
  return {
    type: 'write',
    write: {
      operation: 'create',
      entity: 'Payment',
      group: 'batch',
      payload,
      isLinked: false,
      snapshot,
      natural: { kind: 'document', docNumber: null, marker, totalMinor, currency, txnDate },
    },
  };
}
