import { textToMinor } from '../../domain/money';
import { dateOf } from '../../domain/posting/date';
import type { ReadRows } from './books-state';
import type { NewMoney } from './new-money';
import { markerNamed, type Asked } from './new-document';
import { countOf, keyOf, mainOf, standing, type Posted } from './posted';
import { currencyFields, markerOf, noteOf } from './shape';
import { amountOf } from './shape-money';
import { documentContentSchema, type QboDocumentContent } from './wire';

// A credit memo that corrects an invoice which may not be touched takes off what is still owed of it, by a payment of
// 0.00 (accounting.md#documents, quickbooks.md#payments). It moves no money between accounts: where
// nothing is owed, or somebody applied it already, it stays as it is. Pure.

/** The payment of 0.00 that applies the newest of a part's credit memos; null where nothing is left to be applied. */
export function creditToApply(
  { item, place, sale }: Asked,
  posted: Posted,
  rows: ReadRows,
): NewMoney | null {
  const main = mainOf(posted);
  const invoice = main === null ? null : contentOf(rows, keyOf(main));
  const { net } = posted;
  if (main === null || invoice === null || net === null) return null;
  const { currency, exchangeRate } = net;
  const memo = standing(posted).findLast(({ entity }) => entity === 'CreditMemo');
  const read = memo === undefined ? null : contentOf(rows, keyOf(memo));
  if (memo === undefined || read?.CustomerRef?.value !== invoice.CustomerRef?.value) return null;
  const openMinor = ({ Balance = 0 }: QboDocumentContent): number =>
    textToMinor(Balance, currency) ?? 0;
  const appliedMinor = read === null ? 0 : Math.min(openMinor(read), openMinor(invoice));
  const dated = dateOf(read?.TxnDate ?? net.date, 'credit', { closed: { mode: 'firstOpenDay' } }, place.facts); // prettier-ignore
  if (appliedMinor <= 0 || dated.type === 'hold') return null;
  const nth = countOf(posted, 'applied') + 1;
  const marker = markerOf({ marker: markerNamed(sale.marker, `credit ${nth} of rev ${item.rev}`) }); // prettier-ignore
  const amount = amountOf(appliedMinor, currency);
  const payload = {
    CustomerRef: { value: invoice.CustomerRef?.value ?? '' },
    TxnDate: dated.date,
    TotalAmt: 0,
    PrivateNote: noteOf({ notes: dated.notes, guest: null, tender: null }, marker),
    ...currencyFields({ currency, exchangeRate }, place.facts),
    Line: [
      { Amount: amount, LinkedTxn: [{ TxnId: main.id, TxnType: 'Invoice' }] },
      { Amount: amount, LinkedTxn: [{ TxnId: memo.id, TxnType: 'CreditMemo' }] },
    ],
  };
  const { date: txnDate } = dated;
  const shaped = { type: 'shaped' as const, entity: 'Payment' as const, payload, marker, totalMinor: 0, currency, txnDate }; // prettier-ignore
  return { type: 'money', shaped, posted, role: 'applied', isLast: false };
}

function contentOf(rows: ReadRows, key: string): QboDocumentContent | null {
  return documentContentSchema.safeParse(rows.get(key) ?? null).data ?? null;
}
