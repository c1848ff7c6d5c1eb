import { at, textAt, type Answer, type Company } from '../support';

/** The code of the first error of an answer. */
export const codeOf = (answer: Answer): unknown => at(answer.body, 'Fault.Error.0.code');
export const detailOf = (answer: Answer): unknown => at(answer.body, 'Fault.Error.0.Detail');

/** Writes an object and gives it back; a refusal fails the test with the vendor's words. */
export async function made(
  company: Company,
  entity: string,
  body: object,
  query = '',
): Promise<Record<string, unknown>> {
  const answer = await company.post(`${entity.toLowerCase()}${query}`, body);
  const object = at(answer.body, entity);
  if (answer.status !== 200 || typeof object !== 'object' || object === null) {
    throw new Error(`${entity}: ${answer.text}`);
  }
  return Object.fromEntries(Object.entries(object));
}

/** The id of an account of a company. */
export const accountId = (company: Company, name: string): string =>
  textAt(company.given, `ids.accounts.${name}`);

/** `{value}`. */
export const ref = (id: unknown): { value: unknown } => ({ value: id });

/** A line of a journal entry. */
export const entryLine = (
  side: 'Debit' | 'Credit',
  account: string,
  amount: number,
  extra: object = {},
): object => ({
  Amount: amount,
  DetailType: 'JournalEntryLineDetail',
  JournalEntryLineDetail: { PostingType: side, AccountRef: ref(account), ...extra },
});

/** A line of an expense on an account. */
export const expenseLine = (account: string, amount: number): object => ({
  Amount: amount,
  DetailType: 'AccountBasedExpenseLineDetail',
  AccountBasedExpenseLineDetail: { AccountRef: ref(account) },
});

/** A line that buys goods. */
export const goodsLine = (item: unknown, quantity: number, price: number): object => ({
  Amount: Math.round(quantity * price * 100) / 100,
  DetailType: 'ItemBasedExpenseLineDetail',
  ItemBasedExpenseLineDetail: { ItemRef: ref(item), Qty: quantity, UnitPrice: price },
});

/** An inventory item with ten pieces at 3.00. */
export function goods(company: Company, extra: object = {}): Promise<Record<string, unknown>> {
  return made(company, 'Item', {
    Name: 'Lamp',
    Type: 'Inventory',
    TrackQtyOnHand: true,
    QtyOnHand: 10,
    InvStartDate: '2026-01-01',
    PurchaseCost: 3,
    UnitPrice: 8,
    IncomeAccountRef: ref(accountId(company, 'Sales of Product Income')),
    ExpenseAccountRef: ref(accountId(company, 'Cost of Goods Sold')),
    AssetAccountRef: ref(accountId(company, 'Inventory asset')),
    ...extra,
  });
}
