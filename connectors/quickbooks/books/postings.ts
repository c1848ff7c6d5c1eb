import { sumMinor, textToMinor } from '../../../domain/money';
import type { Posting } from '../../../domain/posting/posting';
import type { Write } from '../../contract';
import { documentContentSchema, type QboDocumentContent } from '../api/wire';
import type { QboFacts } from '../company/facts';

// What a composed document books, as debits and credits. Read from the very payload that is sent,
// so that it cannot differ from it. Without the cost of goods, which the books compute from what
// they hold. Pure.

/** Income accounts by item id; an item that is missing is shown without account. */
export type IncomeAccounts = ReadonlyMap<string, string>;

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
    .flatMap(({ payload }) => documentContentSchema.parse(payload).Line)
    .flatMap(({ SalesItemLineDetail }) => SalesItemLineDetail?.ItemRef?.value ?? []);
  return [...new Set(ids)].filter((id) => /^\d+$/.test(id));
}

/** Null for what books nothing: customers, items. Debits are positive; they sum up to zero. */
export function postingsOf(
  { entity, payload, natural }: Write,
  incomeOf: IncomeAccounts,
  facts: QboFacts,
): Posting[] | null {
  const body = documentContentSchema.safeParse(payload).data;
  if (body === undefined) return null;
  const { Line: lines, TotalAmt, Amount } = body;
  const books = new Books(body.CurrencyRef?.value ?? facts.homeCurrency ?? '', facts);
  const side = salesForms[entity];
  if (side !== undefined) {
    const { totalMinor } = natural;
    if (typeof totalMinor !== 'number') return null;
    books.sale(body, { side, totalMinor }, incomeOf, onAccount.includes(entity));
    return books.postings();
  }
  switch (entity) {
    case 'Payment':
      books.move(books.receivable(), books.account(body.DepositToAccountRef), TotalAmt);
      break;
    case 'Transfer':
      books.move(books.account(body.FromAccountRef), books.account(body.ToAccountRef), Amount);
      break;
    case 'Deposit':
      for (const { Amount: amount, DepositLineDetail: detail } of lines)
        books.move(
          books.account(detail?.AccountRef),
          books.account(body.DepositToAccountRef),
          amount,
        );
      break;
    case 'Purchase':
      for (const { Amount: amount = 0, AccountBasedExpenseLineDetail: detail } of lines)
        books.move(books.account(detail?.AccountRef), books.account(body.AccountRef), 0 - amount);
      break;
    case 'JournalEntry':
      for (const { Amount: amount, JournalEntryLineDetail: detail } of lines) {
        const sign = detail?.PostingType === 'Credit' ? -1 : 1;
        books.add(books.account(detail?.AccountRef), sign * books.minor(amount));
      }
      break;
    default:
      return null;
  }
  return books.postings();
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

  account(ref: { value: string } | undefined, otherwise = 'not named'): NamedAccount {
    const id = ref?.value ?? null;
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
    { DepositToAccountRef, Line: lines }: QboDocumentContent,
    { side, totalMinor }: { side: 1 | -1; totalMinor: number },
    incomeOf: IncomeAccounts,
    isOnAccount: boolean,
  ): void {
    const money = isOnAccount
      ? this.receivable()
      : this.account(DepositToAccountRef, 'Undeposited Funds');
    this.add(money, side * totalMinor);
    const booked = lines.map((line) => {
      const isDiscount = line.DiscountLineDetail !== undefined;
      const minor = this.minor(line.Amount) * (isDiscount ? -1 : 1);
      this.add(
        isDiscount
          ? this.account(line.DiscountLineDetail?.DiscountAccountRef)
          : this.incomeOf(line, incomeOf),
        0 - side * minor,
      );
      return minor;
    });
    this.add({ id: null, name: 'Sales tax' }, side * (sumMinor(booked) - totalMinor));
  }

  private incomeOf(
    line: QboDocumentContent['Line'][number],
    incomeOf: IncomeAccounts,
  ): NamedAccount {
    const item = line.SalesItemLineDetail?.ItemRef?.value ?? '';
    const value = incomeOf.get(item);
    return this.account(value === undefined ? undefined : { value }, `Income of item ${item}`);
  }

  /** An amount out of one account into another. */
  move(from: NamedAccount, to: NamedAccount, amount: number | undefined): void {
    this.add(to, this.minor(amount));
    this.add(from, 0 - this.minor(amount));
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
