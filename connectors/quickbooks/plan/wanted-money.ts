import { currencyHold } from '../../../domain/posting/decide/currency';
import { dateOf } from '../../../domain/posting/decide/date';
import { appliedPart, isMovePart } from '../../../domain/posting/part-names';
import {
  cashDocument,
  moveOf,
  paidBackOf,
  type MoneyDecision,
} from '../../../domain/posting/source/money-document';
import { payoutHold } from '../../../domain/posting/source/paid-out';
import { clearingOf, payoutPart } from '../../../domain/posting/source/payout';
import { backOfPart, moveOfPart, saleOfTicket } from '../../../domain/posting/source/ticket';
import { thingsReferredTo } from '../../../domain/records/record-references';
import type { MissingReference, Outgoing, References } from '../../contract';
import type { CompanyContext } from '../company/context';
import { heldBy, moneyAccount, notReady, skip } from '../company/hold';
import { shapeMoney, type MoneyShape } from '../shape/money';
import { otherSideHold } from './mixed-ticket';
import { isOnAccountThere } from './sale-of';

// Documents of money alone, as the POS has them: payouts, cash, and what settles exchanges. Pure.

/** Whether this delivery is money alone rather than a sales form or a payment of its own ticket. */
export function isMoney({ record, part }: Outgoing): boolean {
  switch (record.kind) {
    case 'payment':
      return record.body.depositFor === undefined;
    case 'payout':
    case 'cash':
      return true;
    case 'order':
    case 'refund':
      return isMovePart(part) || part === appliedPart;
    case 'customer':
    case 'product':
    case 'inventory':
    case 'invoice':
    case 'summary':
      return false;
  }
}

/** Whether it is a payment: they apply to invoices, everything else is between accounts. */
export function isPayment({ record, part }: Outgoing): boolean {
  return record.kind === 'payment' || part === appliedPart;
}

/** Money between accounts, or why there is none. */
export function entryShape(item: Outgoing, company: CompanyContext): MoneyShape {
  const { record, recordId, part } = item;
  const { references, facts, settings } = company;
  switch (record.kind) {
    case 'payout': {
      const { body } = record;
      const missing = missingOf(thingsReferredTo(record), references);
      // Each that arrives sets it going again: of many the last are waited for.
      if (missing.length > 0) return notReady(...missing.slice(-waitsMax));
      const currency = body.currency ?? facts.homeCurrency ?? '';
      const listing = payoutHold(recordId, body, currency, (kind, id) =>
        references.listed.get(`${kind}/${id}`),
      );
      if (listing !== null) return heldBy(listing);
      const clearing = moneyAccount(company, clearingOf(body), currency);
      if (clearing.type === 'stop') return clearing;
      const kept = { currency, isClearingBank: clearing.accountType === 'Bank' };
      return decided(payoutPart(body, recordId, part, kept), 'payout', company);
    }
    case 'cash': {
      const decision = cashDocument(record.body, recordId, facts.homeCurrency ?? '', settings);
      return decided(decision, 'cash', company);
    }
    case 'order':
    case 'refund':
      return moveShape(item, company);
    case 'payment':
    case 'customer':
    case 'product':
    case 'inventory':
    case 'invoice':
    case 'summary':
      throw new Error(`Bug: a ${record.kind} is no money between accounts`);
  }
}

/** Included records that a payout waits for at a time. */
const waitsMax = 10;

/**
 * A decision of money between accounts, with what holds for every document: currency and open
 * period.
 */
function decided(decision: MoneyDecision, what: string, company: CompanyContext): MoneyShape {
  const { facts, settings } = company;
  if (decision.type === 'hold') return heldBy(decision);
  if (decision.type === 'nothing') return skip(decision.reason);
  if (settings.startDate !== null && decision.date < settings.startDate)
    return skip('before_start_date');
  const currency = currencyHold(decision, facts);
  if (currency !== null) return heldBy(currency);
  const dated = dateOf(decision.date, what, settings, facts);
  if (dated.type === 'hold') return heldBy(dated);
  const notes = [...decision.notes, ...dated.notes];
  return shapeMoney({ ...decision, date: dated.date, notes }, company, { ownDate: decision.date });
}

/** A tender of a ticket that its own document does not say: after that. */
function moveShape(item: Outgoing, company: CompanyContext): MoneyShape {
  const { record, recordId, part } = item;
  if (record.kind !== 'order' && record.kind !== 'refund')
    throw new Error(`Bug: ${recordId} is no ticket with tenders`);
  const back = record.kind === 'refund' ? backOfPart(record.body, part) : null;
  const tender = back ?? moveOfPart(record, part);
  if (tender === null) return skip('part_gone');
  const { startDate } = company.settings;
  if (startDate !== null && record.body.businessDate < startDate) return skip('before_start_date');
  const side = otherSideHold({ recordId, part }, record, company);
  if (side !== null) return heldBy(side);
  const known =
    record.kind === 'order'
      ? company.references.orders.get(recordId)
      : company.references.documents.get(`refund/${recordId}`);
  // What it is there says how the money goes, so that it is asked when it is as it is to be.
  if (!known?.remoteId || (back !== null && known.isOpen))
    return notReady({ kind: record.kind, ref: recordId, isGivenUp: known?.isGivenUp });
  const sale = saleOfTicket(record, recordId, record.kind === 'refund' ? 'refund' : 'sale');
  const { marker, date, currency, exchangeRate, customerId, guest } = sale;
  const head = { marker, date, currency, exchangeRate, notes: [] };
  if (back !== null && isOnAccountThere(known)) {
    const { location = 'default' } = record.body;
    const entry = paidBackOf(head, part, back, { owedBy: { customerId, guest }, location });
    return decided(entry, record.kind, company);
  }
  const move = moveOfPart(record, part);
  if (move === null) return skip('within_document');
  return decided(moveOf(head, part, move), record.kind, company);
}

/** Those among these records that are not in the books yet. */
function missingOf(
  things: ReturnType<typeof thingsReferredTo>,
  references: References,
): MissingReference[] {
  return things.flatMap(({ kind, recordId: ref }): MissingReference[] => {
    if (kind !== 'order' && kind !== 'refund' && kind !== 'invoice' && kind !== 'payment')
      return [];
    const known =
      kind === 'order' ? references.orders.get(ref) : references.documents.get(`${kind}/${ref}`);
    return known?.remoteId ? [] : [{ kind, ref, isGivenUp: known?.isGivenUp }];
  });
}
