import { z } from 'zod';

import { sumMinor, textToMinor } from '../../../domain/money';
import type { Posting } from '../../../domain/posting/posting';
import type { Write } from '../../contract';
import type { QboFacts } from '../company/facts';

// What a composed document books, as debits and credits. Read from the very payload that is sent,
// so that it cannot differ from it. Without the cost of goods, which the books compute from what
// they hold. Pure.

/** Income accounts by item id; an item that is missing is shown without account. */
export type IncomeAccounts = ReadonlyMap<string, string>;

const ref = z.looseObject({ value: z.string() });
const lineSchema = z.looseObject({
  Amount: z.number(),
  DetailType: z.string().optional(),
  SalesItemLineDetail: z.looseObject({ ItemRef: ref }).optional(),
  DiscountLineDetail: z.looseObject({ DiscountAccountRef: ref }).optional(),
  DepositLineDetail: z.looseObject({ AccountRef: ref }).optional(),
  AccountBasedExpenseLineDetail: z.looseObject({ AccountRef: ref }).optional(),
  JournalEntryLineDetail: z
    .looseObject({ PostingType: z.enum(['Debit', 'Credit']), AccountRef: ref })
    .optional(),
});
const payloadSchema = z.looseObject({
  TotalAmt: z.number().optional(),
  Amount: z.number().optional(),
  CurrencyRef: ref.optional(),
  DepositToAccountRef: ref.optional(),
  FromAccountRef: ref.optional(),
  ToAccountRef: ref.optional(),
  AccountRef: ref.optional(),
  Line: z.array(lineSchema).default([]),
});
type Payload = z.infer<typeof payloadSchema>;
type Line = z.infer<typeof lineSchema>;

/** What changes sides between sales and what gives back. */
const salesForms: Readonly<Record<string, 1 | -1>> = {
  SalesReceipt: 1,
  Invoice: 1,
  RefundReceipt: -1,
  CreditMemo: -1,
};
const onAccount: readonly string[] = ['Invoice', 'CreditMemo'];

/** Ids of the items whose income accounts `postingsOf` needs. */
export function itemsIn(writes: readonly Write[]): string[] {
  const ids = writes
    .filter(({ entity }) => entity in salesForms)
    .flatMap(({ payload }) => payloadSchema.parse(payload).Line)
    .flatMap(({ SalesItemLineDetail }) => SalesItemLineDetail?.ItemRef.value ?? []);
  return [...new Set(ids)].filter((id) => /^\d+$/.test(id));
}

/** Null for what books nothing: customers, items. Debits are positive; they sum up to zero. */
export function postingsOf(
  { entity, payload, natural }: Write,
  incomeOf: IncomeAccounts,
  facts: QboFacts,
): Posting[] | null {
  const currency = payload['CurrencyRef'] === undefined ? (facts.homeCurrency ?? '') : '';
  const body = payloadSchema.safeParse(payload);
  if (!body.success) return null;
  const books = new Books(body.data.CurrencyRef?.value ?? currency, facts);
  const { Line: lines } = body.data;
  const side = salesForms[entity];
  if (side !== undefined) {
    const { totalMinor } = natural;
    if (typeof totalMinor !== 'number') return null;
    books.sale(body.data, { side, totalMinor }, incomeOf, onAccount.includes(entity));
    return books.postings();
  }
  switch (entity) {
    case 'Payment':
      books.add(
        books.account(body.data.DepositToAccountRef?.value ?? null),
        books.minor(body.data.TotalAmt),
      );
      books.add(books.receivable(), 0 - books.minor(body.data.TotalAmt));
      return books.postings();
    case 'Deposit':
      books.against(
        body.data.DepositToAccountRef?.value,
        lines,
        -1,
        (line) => line.DepositLineDetail?.AccountRef.value,
      );
      return books.postings();
    case 'Purchase':
      books.against(
        body.data.AccountRef?.value,
        lines,
        1,
        (line) => line.AccountBasedExpenseLineDetail?.AccountRef.value,
      );
      return books.postings();
    case 'Transfer':
      books.add(
        books.account(body.data.ToAccountRef?.value ?? null),
        books.minor(body.data.Amount),
      );
      books.add(
        books.account(body.data.FromAccountRef?.value ?? null),
        0 - books.minor(body.data.Amount),
      );
      return books.postings();
    case 'JournalEntry':
      for (const { Amount, JournalEntryLineDetail: detail } of lines) {
        const sign = detail?.PostingType === 'Credit' ? -1 : 1;
        books.add(books.account(detail?.AccountRef.value ?? null), sign * books.minor(Amount));
      }
      return books.postings();
    default:
      return null;
  }
}

interface NamedAccount {
  id: string | null;
  name: string;
}

/** Amounts by account, in order of first sight. */
class Books {
  private readonly currency: string;
  private readonly facts: QboFacts;
  private readonly amounts = new Map<string, { account: NamedAccount; minor: number }>();

  constructor(currency: string, facts: QboFacts) {
    this.currency = currency;
    this.facts = facts;
  }

  minor(amount: number | undefined): number {
    const minor = textToMinor(amount ?? 0, this.currency);
    if (minor === null) throw new Error(`Bug: ${amount ?? 0} is no amount of ${this.currency}`);
    return minor;
  }

  account(id: string | null, otherwise = 'not named'): NamedAccount {
    const known = this.facts.accounts.find((account) => account.id === id);
    return { id, name: known?.name ?? otherwise };
  }

  /** There may be several: then which one depends on the customer. */
  receivable(): NamedAccount {
    const all = this.facts.accounts.filter(
      ({ type, isActive }) => type === 'Accounts Receivable' && isActive,
    );
    const [only] = all;
    return all.length === 1 && only !== undefined
      ? { id: only.id, name: only.name }
      : { id: null, name: 'Accounts Receivable' };
  }

  add(account: NamedAccount, minor: number): void {
    const key = account.id ?? `/${account.name}`;
    const entry = this.amounts.get(key) ?? { account, minor: 0 };
    this.amounts.set(key, { account, minor: entry.minor + minor });
  }

  /** A form: its total on one side, its lines on the other, and what is left is tax. */
  sale(
    { DepositToAccountRef, Line: lines }: Payload,
    { side, totalMinor }: { side: 1 | -1; totalMinor: number },
    incomeOf: IncomeAccounts,
    isOnAccount: boolean,
  ): void {
    const money = isOnAccount
      ? this.receivable()
      : this.account(DepositToAccountRef?.value ?? null, 'Undeposited Funds');
    this.add(money, side * totalMinor);
    const booked = lines.map((line) => {
      const isDiscount = line.DiscountLineDetail !== undefined;
      const minor = this.minor(line.Amount) * (isDiscount ? -1 : 1);
      this.add(
        isDiscount
          ? this.account(line.DiscountLineDetail?.DiscountAccountRef.value ?? null)
          : this.incomeOf(line, incomeOf),
        0 - side * minor,
      );
      return minor;
    });
    this.add({ id: null, name: 'Sales tax' }, side * (sumMinor(booked) - totalMinor));
  }

  private incomeOf(line: Line, incomeOf: IncomeAccounts): NamedAccount {
    const item = line.SalesItemLineDetail?.ItemRef.value ?? '';
    return this.account(incomeOf.get(item) ?? null, `Income of item ${item}`);
  }

  /** Each line on one side, their sum against one account. */
  against(
    id: string | undefined,
    lines: readonly Line[],
    sign: 1 | -1,
    accountOf: (line: Line) => string | undefined,
  ): void {
    for (const line of lines) {
      const minor = sign * this.minor(line.Amount);
      this.add(this.account(id ?? null), 0 - minor);
      this.add(this.account(accountOf(line) ?? null), minor);
    }
  }

  postings(): Posting[] {
    return [...this.amounts.values()]
      .filter(({ minor }) => minor !== 0)
      .map(({ account, minor }) => ({
        accountId: account.id,
        account: account.name,
        currency: this.currency,
        debitMinor: Math.max(0, minor),
        creditMinor: Math.max(0, 0 - minor),
      }));
  }
}
