import { textToMinor } from '../../domain/money';
import type { Composed } from '../connector';
import type { ReadRows } from './books-state';
import { hold } from './hold';
import type { Asked } from './new-document';
import { keyOf, type WrittenDocument } from './posted';
import { documentContentSchema } from './wire';

/**
 * Why an invoice cannot be voided yet: money that was paid on it would stand without it. Payments of the same
 * ticket are taken away by themselves; of others a person decides.
 */
export function paidBeforeVoid(
  { item, ticket, sale }: Asked,
  main: WrittenDocument,
  rows: ReadRows,
): Composed | null {
  const read = documentContentSchema.safeParse(rows.get(keyOf(main)) ?? null);
  if (main.entity !== 'Invoice' || !read.success) return null;
  const { TotalAmt = 0, Balance = TotalAmt } = read.data;
  if (textToMinor(Balance, sale.currency) === textToMinor(TotalAmt, sale.currency)) return null;
  if (ticket.kind === 'order')
    return { type: 'notReady', missing: [{ kind: 'order', ref: item.recordId, isOpen: true }] };
  return hold('paid_above_total', 'invoice', `Money was paid on invoice ${main.docNumber ?? main.id}: take its payments away first`); // prettier-ignore
}
