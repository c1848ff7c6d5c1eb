import type { RecordBody } from '../../../domain/bodies';
import { inUseByDeposit, inUseByPayout, inUseByRefund } from '../../../domain/posting/in-use';
import type { Hold } from '../../../domain/posting/document';
import type { Outgoing, References } from '../../contract';
import type { QboFacts } from '../company/facts';

/** What it is asked of: what names the record, and the currency of the books. */
interface InUseContext {
  references: Pick<References, 'sales' | 'listed' | 'layAways'>;
  facts: Pick<QboFacts, 'homeCurrency'>;
}

/**
 * Why a posted record is neither taken away nor made smaller: others that are in the books rest on
 * it; null where it may be.
 */
export function inUseHold(
  { op, isPartGone, record, recordId }: Pick<Outgoing, 'op' | 'isPartGone' | 'record' | 'recordId'>,
  { references, facts }: InUseContext,
): Hold | null {
  const isAway = (op === 'absent' && isPartGone !== true) || isVoided(record);
  const home = facts.homeCurrency ?? '';
  const listed = isAway ? references.listed.get(`${record.kind}/${recordId}`) : undefined;
  const invoice = references.listed.get(`invoice/${listed?.invoiceId ?? ''}`);
  const paidOut = listed === undefined ? null : inUseByPayout(listed, invoice, home);
  if (record.kind === 'order' || record.kind === 'invoice') {
    const known = references.sales.get(`${record.kind}/${recordId}`);
    return (known === undefined ? null : inUseByRefund(known, isAway)) ?? paidOut;
  }
  if (record.kind !== 'payment' || record.body.depositFor === undefined) return paidOut;
  const layAway = references.layAways.get(record.body.depositFor);
  const receivedMinor = isAway ? 0 : record.body.amountMinor;
  const used =
    layAway === undefined
      ? null
      : inUseByDeposit({
          recordId,
          receivedMinor,
          layAway,
          currency: record.body.currency ?? home,
        });
  return used ?? paidOut;
}

function isVoided({ body }: RecordBody): boolean {
  return 'voided' in body && body.voided === true;
}
