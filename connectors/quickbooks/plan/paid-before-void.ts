import type { KnownSale } from '../../../domain/posting/source/known-sale';
import { minorToText, sumMinor, textToMinor } from '../../../domain/money';
import type { Composed } from '../../contract';
import type { ReadRows } from '../books/books-state';
import { hold } from '../company/hold';
import type { Asked } from './new-document';
import { settledMinor } from '../settle/open-items';
import { keyOf, type WrittenDocument } from '../books/posted';
import { documentContentSchema } from '../api/wire';

/**
 * Why an invoice cannot be voided yet: money that was paid on it would stand without it. Payments
 * of a ticket itself go with it, and so does what was taken back of others before: where such a one
 * is locked, it stands with a document against it.
 */
export function paidBeforeVoid(
  { item, ticket, sale, company }: Asked,
  main: WrittenDocument,
  rows: ReadRows,
): Composed | null {
  const read = documentContentSchema.safeParse(rows.get(keyOf(main)) ?? null);
  if (main.entity !== 'Invoice' || ticket.kind !== 'invoice' || !read.success) return null;
  const { TotalAmt = 0, Balance = TotalAmt } = read.data;
  const minor = (amount: number): number => textToMinor(amount, sale.currency) ?? 0;
  // What we applied to it ourselves moves no money, and is taken away with it.
  const paidMinor = minor(TotalAmt) - minor(Balance) - settledMinor(rows, main, sale.currency);
  const known = company.references.sales.get(`invoice/${item.recordId}`);
  const ours = settlingEntries(known);
  const isOurs = ours.some(({ isPosted }) => isPosted);
  if (
    paidMinor === 0 ||
    (!isOurs && paidMinor <= sumMinor(ours.map(({ amountMinor }) => amountMinor)))
  )
    return null;
  const names = (known?.entries ?? [])
    .filter(({ isPosted }) => isPosted)
    .map(({ kind, recordId }) => `${kind} ${recordId}`)
    .slice(0, 5);
  const by = names.length === 0 ? 'made in QuickBooks' : names.join(', ');
  return hold(
    'paid_above_total',
    'invoice',
    `Invoice ${main.docNumber ?? main.id} is voided at the POS, but ` +
      `${minorToText(paidMinor, sale.currency)} were paid on it (${by}): void these payments ` +
      'first',
  );
}

/** What of ours settles an invoice: payments, and refunds without money. */
function settlingEntries(
  sale: KnownSale | undefined,
): { isPosted: boolean; amountMinor: number }[] {
  return (sale?.entries ?? []).flatMap((entry) => {
    const { isPosted } = entry;
    if (entry.kind === 'payment') return [{ isPosted, amountMinor: entry.body.amountMinor }];
    return entry.body.tenders.length > 0
      ? []
      : [{ isPosted, amountMinor: entry.body.totals.totalMinor }];
  });
}
