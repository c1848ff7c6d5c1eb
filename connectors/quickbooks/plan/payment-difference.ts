import { correctionDateOf } from '../../../domain/posting/decide/date';
import { moneyMarker } from '../../../domain/posting/marker';
import { receivableAccount } from '../../../domain/posting/source/money-document';
import { paymentStep } from '../../../domain/posting/plan/payment-difference';
import type { Outgoing } from '../../contract';
import { done, held, kept, newMoney, type PlannedMoney } from './new-money';
import { markerNamed } from '../../../domain/posting/marker';
import type { CompanyContext } from '../company/context';
import { countOf, type Posted, type PostedPayment } from '../books/posted';
import { shapeMoney } from '../shape/money';

/**
 * A payment that may not be touched is corrected by an entry between receivables and the account of
 * its tender, as an accountant books a cheque that came back (ADR 0009).
 */
export function receivableDifference(
  { item, posted, company }: { item: Outgoing; posted: Posted; company: CompanyContext },
  wanted: PostedPayment | null,
): PlannedMoney {
  const step = paymentStep(posted.payment, wanted);
  // Only another invoice of the same customer, or a credit that is applied: receivables hold the
  // same.
  if (step === null) return kept(item, { ...posted, payment: wanted });
  if (step.of.tender === '') return kept(item, posted);
  const { of, amountMinor, net, isLast } = step;
  const dated = correctionDateOf(
    { ownDate: of.date, changedOn: item.changedOn, what: 'payment' },
    company.settings,
    company.facts,
  );
  if (dated.type === 'hold') return held(dated.reason, dated.what, dated.detail);
  const nth = countOf(posted, 'difference') + 1;
  const { recordId, part, record, rev } = item;
  const marker = markerNamed(
    moneyMarker(record.kind, recordId, part),
    `difference ${nth} of rev ${rev}`,
  );
  const rate = 'exchangeRate' in record.body ? record.body.exchangeRate : undefined;
  const clearing = `clearing:${of.tender}`;
  const isMore = amountMinor > 0;
  const shaped = shapeMoney(
    {
      type: 'journal',
      marker,
      date: dated.date,
      notes: [isMore ? 'received' : 'taken back', ...dated.notes],
      currency: of.currency,
      exchangeRate: rate,
      debit: isMore ? clearing : receivableAccount,
      credit: isMore ? receivableAccount : clearing,
      amountMinor: Math.abs(amountMinor),
      description: isMore ? 'Received' : 'Taken back',
      location: null,
      owedBy: { customerId: of.customerId, guest: null },
    },
    company,
  );
  if (shaped.type === 'stop') return done(shaped.composed);
  return newMoney(shaped, { ...posted, payment: net }, 'difference', isLast);
}
