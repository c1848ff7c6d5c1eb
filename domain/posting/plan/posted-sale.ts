import type { ExchangeRate } from '../../bodies';
import { canonicalJson } from '../../canonical';
import { groupBy } from '../../group-by';
import { addDecimals, signOf, sumMinor } from '../../money';
import { depositAmount, depositOf } from '../deposit-tax';
import {
  blankSale,
  taxLabelOf,
  type Sale,
  type SaleAmount,
  type SaleItem,
  type SaleTender,
} from '../sale';

// What of a sale stands in the books: kept with its delivery, so that a later revision can be
// compared with it and a difference worked out, whatever its labels are (accounting.md#edits).

export const postedKinds = [
  'item',
  'category',
  'fee',
  'discount',
  'tip',
  'shipping',
  'giftCard',
  'unallocated',
  'prorated',
  'deposit',
  'cashRounding',
] as const;
type PostedKind = (typeof postedKinds)[number];

/**
 * All amounts of one article, one tax code and one kind; on the sale's own side, so a discount is
 * negative.
 */
export interface PostedAmount {
  kind: PostedKind;
  /**
   * SKU, kind of tax of a summary's goods, code of a gift card, id of a deposit; empty where all of
   * a kind are one.
   */
  key: string;
  isKept: boolean;
  codes: string[];
  quantity: string;
  netMinor: number;
  taxMinor: number;
}

/** A sale, or what was given back, as far as it is money. */
export interface PostedSale {
  side: 'sale' | 'refund';
  date: string;
  currency: string;
  pricesIncludeTax: boolean;
  customerId: string | null;
  /**
   * Where the money went; null on account, where payments are documents of their own, and on 0.00.
   */
  tender: string | null;
  isOnAccount: boolean;
  dueDate: string | null;
  /** Where the currency is not the one of the books. */
  exchangeRate: ExchangeRate | null;
  amounts: PostedAmount[];
  totalMinor: number;
}

export function isOnAccount(sale: Pick<Sale, 'tenders' | 'isInvoiced'>): boolean {
  return sale.tenders === null || sale.tenders.length > 1 || sale.isInvoiced === true;
}

export function postedSaleOf(sale: Sale): PostedSale {
  const plain = (kind: PostedAmount['kind'], key: string, netMinor: number): PostedAmount => ({
    kind,
    key,
    isKept: false,
    codes: [],
    quantity: '0',
    netMinor,
    taxMinor: 0,
  });
  const taxed = (kind: PostedAmount['kind'], line: SaleAmount): PostedAmount => ({
    ...plain(kind, '', line.netMinor),
    ...taxesOf(line),
  });
  return {
    side: sale.side,
    date: sale.date,
    currency: sale.currency,
    pricesIncludeTax: sale.pricesIncludeTax,
    customerId: sale.customerId,
    tender: isOnAccount(sale) ? null : (sale.tenders?.[0]?.tender ?? null),
    isOnAccount: isOnAccount(sale),
    dueDate: isOnAccount(sale) ? sale.dueDate : null,
    exchangeRate: sale.exchangeRate ?? null,
    amounts: grouped([
      ...sale.items.map(itemAmount),
      ...sale.fees.map((fee) =>
        taxed(fee.isReduction === true || fee.netMinor < 0 ? 'discount' : 'fee', fee),
      ),
      ...sale.tipsMinor.map((tip) => plain('tip', '', tip.amountMinor)),
      ...sale.shipping.map((shipping) => taxed('shipping', shipping)),
      ...sale.giftCards.map(({ code, use, amountMinor }) =>
        plain('giftCard', code, use === 'sold' ? amountMinor : 0 - amountMinor),
      ),
      plain('unallocated', '', sale.unallocatedMinor),
      ...(sale.prorated ?? []).map((part) => taxed('prorated', part)),
      ...(sale.deposits ?? []).map((deposit) => {
        const amount = depositAmount(deposit);
        return { ...plain('deposit', deposit.id, amount.netMinor), ...taxesOf(amount) };
      }),
      plain('cashRounding', '', sale.cashRoundingMinor ?? 0),
    ]),
    totalMinor: sale.totalMinor,
  };
}

function itemAmount(item: SaleItem): PostedAmount {
  const { sku: key, isKept, quantity, netMinor } = item;
  const kind = item.isCategory === true ? 'category' : 'item';
  return { kind, key, isKept, quantity, netMinor, ...taxesOf(item) };
}

function taxesOf(line: { codes: readonly string[]; taxMinor: number }): {
  codes: string[];
  taxMinor: number;
} {
  return { codes: [...new Set(line.codes)].sort(), taxMinor: line.taxMinor };
}

/**
 * One amount for each article, tax code and kind, in a fixed order; what came to nothing is left
 * out.
 */
export function grouped(amounts: readonly PostedAmount[]): PostedAmount[] {
  const groups = [...groupBy(amounts, groupKey)].map(([key, same]) => ({ key, same }));
  return groups
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .flatMap(({ same }) => {
      const [first] = same;
      if (first === undefined) return [];
      const quantity = same.map((one) => one.quantity).reduce(addDecimals, '0');
      const netMinor = sumMinor(same.map((one) => one.netMinor));
      const taxMinor = sumMinor(same.map((one) => one.taxMinor));
      const isNothing = netMinor === 0 && taxMinor === 0 && signOf(quantity) === 0;
      return isNothing ? [] : [{ ...first, quantity, netMinor, taxMinor }];
    });
}

/** What a posted sale or refund is worth before the gift cards that settled it. */
export function postedWorthMinor({
  totalMinor,
  amounts,
}: {
  totalMinor: number;
  amounts: readonly { kind: string; netMinor: number }[];
}): number {
  const used = amounts.filter(({ kind, netMinor }) => kind === 'giftCard' && netMinor < 0);
  return totalMinor - sumMinor(used.map(({ netMinor }) => netMinor));
}

export function groupKey({ kind, key, isKept, codes }: PostedAmount): string {
  return JSON.stringify([kind, key, isKept, codes]);
}

/**
 * Whether two revisions are the same to the books; labels, names and references are not compared.
 */
export function isSameMoney(one: PostedSale, other: PostedSale): boolean {
  return isNothing(one) && isNothing(other)
    ? true
    : canonicalJson({ ...one }) === canonicalJson({ ...other });
}

export function isNothing(sale: PostedSale): boolean {
  return sale.amounts.length === 0 && sale.totalMinor === 0;
}

/** What a sale made of amounts is called, and where its money goes. */
export interface SaleLabels extends Pick<
  Sale,
  'side' | 'marker' | 'notes' | 'number' | 'guest' | 'members'
> {
  tender: SaleTender | null;
  /** Names of articles by their SKU. */
  names: ReadonlyMap<string, string>;
}

/**
 * These amounts as a sale, or as something given back: with it the rules of posting are applied
 * again.
 */
export function saleOfAmounts(posted: PostedSale, labels: SaleLabels): Sale {
  const { tender, names, ...named } = labels;
  const { date, currency, pricesIncludeTax, customerId, exchangeRate, amounts, totalMinor } =
    posted;
  const of = (kind: PostedAmount['kind']): PostedAmount[] =>
    amounts.filter((one) => one.kind === kind);
  const amount = (description: string, line: PostedAmount): SaleAmount => ({
    description,
    netMinor: line.netMinor,
    codes: line.codes,
    taxMinor: line.taxMinor,
  });
  return {
    ...blankSale,
    ...named,
    date,
    currency,
    pricesIncludeTax,
    customerId,
    tenders: posted.isOnAccount
      ? null
      : tender === null
        ? []
        : [{ ...tender, amountMinor: totalMinor }],
    dueDate: posted.dueDate,
    items: [...of('item'), ...of('category')].map((line) => ({
      sku: line.key,
      isCategory: line.kind === 'category',
      description: names.get(line.key) ?? line.key,
      quantity: line.quantity,
      netMinor: line.netMinor,
      discountMinor: 0,
      isKept: line.isKept,
      codes: line.codes,
      taxMinor: line.taxMinor,
    })),
    fees: [
      ...of('fee').map((line) => amount('Fee', line)),
      ...of('discount').map((line) => ({ ...amount('Discount', line), isReduction: true })),
    ],
    tipsMinor: of('tip').map((line) => ({ description: 'Tip', amountMinor: line.netMinor })),
    shipping: of('shipping').map((line) => amount('Shipping', line)),
    giftCards: of('giftCard').map(({ key: code, netMinor }) =>
      netMinor < 0
        ? { code, use: 'used', amountMinor: 0 - netMinor }
        : { code, use: 'sold', amountMinor: netMinor },
    ),
    unallocatedMinor: sumMinor(of('unallocated').map((line) => line.netMinor)),
    prorated: of('prorated').map((line) => amount('Given back without a line', line)),
    deposits: of('deposit').map((line) => depositOf(line.key, line)),
    cashRoundingMinor: sumMinor(of('cashRounding').map((line) => line.netMinor)),
    exchangeRate: exchangeRate ?? undefined,
    taxMinor: sumMinor(amounts.map((line) => line.taxMinor)),
    taxLabel: taxLabelOf(amounts),
    totalMinor,
  };
}
