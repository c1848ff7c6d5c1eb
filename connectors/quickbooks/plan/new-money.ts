import type { Composed, Outgoing } from '../../contract';
import { booksMoneyOf } from '../books/books-money';
import { adopted, touched } from './create-document';
import { creation } from './creation';
import type { DocumentFinding } from '../books/findings';
import { hold } from '../company/hold';
import { moneyNumberOf } from './money-number';
import type { CompanyContext } from '../company/context';
import { labelsIn, snapshotOf, type Posted, type WrittenDocument } from '../books/posted';
import type { MoneyShape, ShapedMoney } from '../shape/money';
import type { HoldCode } from '../../../domain/hold-reasons';

// A document of money alone that does not stand in the books: created, or taken over where it is
// there already.

export interface NewMoney {
  type: 'money';
  shaped: ShapedMoney;
  /** What is posted once it stands, but for itself. */
  posted: Posted;
  role: WrittenDocument['role'];
  isLast: boolean;
}

export type PlannedMoney = { type: 'done'; composed: Composed } | NewMoney;

export function newMoney(
  shape: MoneyShape,
  posted: Posted,
  role: WrittenDocument['role'],
  isLast: boolean,
): PlannedMoney {
  if (shape.type === 'stop') return done(shape.composed);
  return { type: 'money', shaped: shape, posted, role, isLast };
}

/**
 * Refusals that may come from others who apply the same at that moment; one more is for a person.
 */
export const contestedMax = 4;

export function composeNewMoney(
  item: Outgoing,
  made: NewMoney,
  { facts }: Pick<CompanyContext, 'facts'>,
  finding: DocumentFinding | null,
): Composed {
  const { shaped, posted, role, isLast } = made;
  const { entity, payload: unnumbered, marker, totalMinor, currency, txnDate } = shaped;
  const labels = { totalMinor };
  const withNew = (
    written: Pick<WrittenDocument, 'id' | 'version' | 'docNumber' | 'money'>,
  ): Posted => ({
    ...posted,
    documents: [...posted.documents, { ...written, entity, role, isVoided: false }],
  });
  if (finding?.found === 'touched') return touched(entity, finding.id);
  if (finding?.found === 'ours') {
    const { id, syncToken: version, docNumber, row } = finding;
    return adopted(withNew({ id, version, docNumber, money: booksMoneyOf(row) }), labels, isLast);
  }
  const docNumber = facts.customTxnNumbers
    ? moneyNumberOf(item, entity, made, finding?.found === 'foreign')
    : null;
  const payload = { ...unnumbered, ...(docNumber === null ? {} : { DocNumber: docNumber }) };
  // Found again by its day and marker: not every company has numbers.
  const natural = { kind: 'document', docNumber: null, marker, totalMinor, currency, txnDate };
  const snapshot = snapshotOf(withNew({ id: '', version: null, docNumber, money: null }), labels);
  return creation(entity, payload, snapshot, {
    ...natural,
    then: isLast ? 'whole' : 'step',
    // What a payment pays may have been paid by another one meanwhile.
    isSettling: role === 'applied' || (entity === 'Payment' && item.attempts < contestedMax),
  });
}

/** What stands is as it is to be. */
export function kept(item: Outgoing, posted: Posted): PlannedMoney {
  return done({
    type: 'adopt',
    remoteId: item.remoteId ?? '',
    remoteVersion: item.remoteVersion,
    snapshot: snapshotOf(posted, labelsIn(item.snapshot)),
    isLinked: false,
  });
}

export function done(composed: Composed): Extract<PlannedMoney, { type: 'done' }> {
  return { type: 'done', composed };
}

export function held(reason: HoldCode, what: string, detail: string): PlannedMoney {
  return done(hold(reason, what, detail));
}
