import type { InvoiceBody } from '../../bodies';
import { hold, type Hold } from '../document';
import type { KnownSale } from './known-sale';
import type { PostingSettings } from '../settings';

/** Why an invoice waits for money. */
export const unpaid = 'unpaid';

/**
 * By `unpaid.as = wait` an invoice is posted with the first money received of it, in part or in
 * whole: from then on what is still owed is owed in the books too (accounting.md#documents,
 * #when-to-post). Null where it may be posted.
 */
export function unpaidHold(
  { totals, giftCards }: InvoiceBody,
  known: KnownSale | undefined,
  { unpaid: { as } }: Pick<PostingSettings, 'unpaid'>,
): Hold | null {
  if (as === 'invoice' || totals.totalMinor <= 0) return null;
  const hasCard = (giftCards?.used ?? []).some(({ amountMinor }) => amountMinor > 0);
  const hasPayment = (known?.entries ?? []).some(
    (entry) => entry.kind === 'payment' && entry.isWanted && entry.body.amountMinor > 0,
  );
  if (hasCard || hasPayment || known?.hasMore === true) return null;
  const detail =
    'Nothing was paid of this invoice yet: its first payment posts it. To post it now, set ' +
    'unpaid.as to invoice and redrive';
  return hold(unpaid, 'invoice', detail);
}
