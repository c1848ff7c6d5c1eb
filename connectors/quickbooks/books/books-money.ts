import { z } from 'zod';
import { canonicalJson } from '../../../domain/canonical';
import type { JsonObject } from '../../../domain/words';
import { documentContentSchema, type QboDocumentContent } from '../api/wire';

// The money of a document in one short form, by which we see whether a person changed it: day,
// customer, account, total, tax, and of each line what, how much, how many and its tax code
// (accounting.md#edits).

const lineSchema = z.tuple([z.string(), z.number(), z.number().nullable(), z.string().nullable()]);

export const booksMoneySchema = z.strictObject({
  date: z.string(),
  customer: z.string(),
  account: z.string().nullable(),
  total: z.number(),
  tax: z.number(),
  /** Item or account, amount, pieces, tax code; in a fixed order. */
  lines: z.array(lineSchema),
});
export type BooksMoney = z.infer<typeof booksMoneySchema>;

/** The money of a document that we write, as the books would hold it. */
export function moneyOfPayload(payload: JsonObject): BooksMoney {
  return moneyOf(documentContentSchema.parse(payload));
}

/** The money of a document as the books hold it. */
export function moneyOf(content: QboDocumentContent): BooksMoney {
  const lines = content.Line.flatMap((line): BooksMoney['lines'] => {
    const { Amount: amount = 0 } = line;
    const sold = line.SalesItemLineDetail;
    if (sold !== undefined)
      return [
        [sold.ItemRef?.value ?? '', amount, sold.Qty ?? null, sold.TaxCodeRef?.value ?? null],
      ];
    const discount = line.DiscountLineDetail;
    if (discount !== undefined)
      return [[`discount ${discount.DiscountAccountRef?.value ?? ''}`, amount, null, null]];
    const journal = line.JournalEntryLineDetail;
    if (journal !== undefined)
      return [
        [`${journal.PostingType ?? ''} ${journal.AccountRef?.value ?? ''}`, amount, null, null],
      ];
    const moved = line.DepositLineDetail ?? line.AccountBasedExpenseLineDetail;
    return moved === undefined
      ? []
      : [[`account ${moved.AccountRef?.value ?? ''}`, amount, null, null]];
  });
  const { FromAccountRef: from, ToAccountRef: to } = content;
  if (from !== undefined && to !== undefined)
    lines.push([`from ${from.value} to ${to.value}`, content.Amount ?? 0, null, null]);
  return {
    date: content.TxnDate ?? '',
    customer: content.CustomerRef?.value ?? owedBy(content) ?? '',
    account: (content.DepositToAccountRef ?? content.AccountRef)?.value ?? null,
    total: content.TotalAmt ?? content.Amount ?? 0,
    tax: content.TxnTaxDetail?.TotalTax ?? 0,
    lines: lines.length < 2 ? lines : inOrder(lines),
  };
}

/** The customer of an entry on receivables. */
function owedBy({ Line: lines }: QboDocumentContent): string | undefined {
  const named = lines.flatMap(
    ({ JournalEntryLineDetail }) => JournalEntryLineDetail?.Entity?.EntityRef?.value ?? [],
  );
  return named[0];
}

/** By their texts, each made once: a summary by article has thousands. */
function inOrder(lines: BooksMoney['lines']): BooksMoney['lines'] {
  return lines
    .map((line) => ({ line, text: canonicalJson(line) }))
    .sort((one, other) => (one.text < other.text ? -1 : 1))
    .map(({ line }) => line);
}

export function isSameBooksMoney(one: BooksMoney, other: BooksMoney): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/** What differs, as a person reads it: ours before, theirs now, ours new. */
export function threeWay(
  before: BooksMoney | null,
  theirs: BooksMoney,
  ours: BooksMoney | null,
): string {
  const names = ['date', 'customer', 'account', 'total', 'tax', 'lines'] as const;
  const show = (money: BooksMoney | null, name: (typeof names)[number]): string =>
    money === null ? 'not known' : showValue(money[name]);
  const texts = names
    .filter(
      (name) => before === null || canonicalJson(before[name]) !== canonicalJson(theirs[name]),
    )
    .map(
      (name) =>
        `${name}: we wrote ${show(before, name)}, the books hold ${show(theirs, name)}, ` +
        `the till says ${ours === null ? 'void' : show(ours, name)}`,
    );
  return `A person changed it in QuickBooks. ${texts.join('; ')}`;
}

function showValue(value: BooksMoney[keyof BooksMoney]): string {
  if (!Array.isArray(value)) return String(value ?? 'none');
  return `[${value.map(([what, amount, pieces, code]) => [what.includes(' ') ? what : `item ${what}`, ...(pieces === null ? [] : [`${pieces} pieces`]), amount.toFixed(2), ...(code === null ? [] : [code])].join(' ')).join(', ')}]`;
}
