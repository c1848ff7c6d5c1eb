import { groupBy } from '../../group-by';
import { sumMinor, signOf } from '../../money';
import type { PostingLine } from '../document';
import { depositAmount } from '../deposit-tax';
import type { LineTaxes, Sale, SaleAmount, SaleDeposit } from '../sale';

// The lines of a document in their fixed order (accounting.md#lines): items, fees, tips, shipping,
// gift cards, what has no line, then tax, discount and rounding, so that a payload is the same at
// each try.

export interface LineOptions {
  /** `discount.mode = gross`: items before their discounts, which one line takes off again. */
  isGross: boolean;
  /** Whether lines state their amount with tax (inclusive, outside the US). */
  hasGross: boolean;
  /** Whether each line's code decides its tax (outside the US). */
  isByCode: boolean;
}

/** The lines that the source itself has; tax, discount and rounding are added to them. */
export function sourceLines(sale: Sale, options: LineOptions): PostingLine[] {
  const plain = (
    kind: PostingLine['kind'],
    description: string,
    amountMinor: number,
  ): PostingLine => ({
    ...untaxed,
    kind,
    description,
    amountMinor,
    grossMinor: options.hasGross ? amountMinor : null,
  });
  const amount = (
    kind: 'fee' | 'shipping' | 'unallocated' | 'deposit',
    line: SaleAmount,
  ): PostingLine => ({
    ...plain(kind, line.description, line.netMinor),
    ...taxedAs(line),
    isReduction: line.isReduction === true,
    grossMinor: options.hasGross ? line.netMinor + line.taxMinor : null,
  });
  return [
    ...itemLines(sale, options),
    ...sale.fees.map((fee) => amount('fee', fee)),
    ...sale.tipsMinor.map((tip) => plain('tip', tip.description, tip.amountMinor)),
    ...shippingOf(sale.shipping, options.isByCode).map((shipping) => amount('shipping', shipping)),
    ...sale.giftCards.map(({ code, use, amountMinor }) =>
      use === 'sold'
        ? plain('giftCard', `Gift card ${code} sold`, amountMinor)
        : plain('giftCard', `Gift card ${code} redeemed`, 0 - amountMinor),
    ),
    ...(sale.deposits ?? []).map((deposit) =>
      amount('deposit', { description: nameOf(deposit, sale.side), ...depositAmount(deposit) }),
    ),
    ...(sale.prorated ?? []).map((part) => amount('unallocated', part)),
    ...(sale.unallocatedMinor === 0
      ? []
      : [plain('unallocated', 'not allocated to a line', sale.unallocatedMinor)]),
    ...(sale.cashRoundingMinor ? [plain('rounding', 'Cash rounding', sale.cashRoundingMinor)] : []),
  ];
}

function nameOf({ id, use }: SaleDeposit, side: Sale['side']): string {
  if (use === 'used') return `Deposit ${id} used`;
  return `${side === 'sale' ? 'Deposit for' : 'Deposit given back:'} ${id}`;
}

/** A line without tax and goods. */
export const untaxed: PostingLine = {
  kind: 'rounding',
  sku: null,
  description: '',
  quantity: null,
  amountMinor: 0,
  grossMinor: null,
  isTaxed: false,
  taxKey: 'none',
  isKept: false,
  isReduction: false,
};

function itemLines(sale: Sale, options: LineOptions): PostingLine[] {
  return sale.items.map((item) => ({
    kind: item.isCategory === true ? 'dailySales' : 'item',
    sku: item.isCategory === true ? null : item.sku,
    description: item.isKept ? `${item.sku}: money back, goods kept` : item.description,
    quantity: signOf(item.quantity) > 0 ? item.quantity : null,
    amountMinor: options.isGross ? item.netMinor + item.discountMinor : item.netMinor,
    grossMinor: options.hasGross ? item.netMinor + item.taxMinor : null,
    ...taxedAs(item),
    isKept: item.isKept,
    isReduction: false,
  }));
}

/**
 * A vendor's code may bundle several rates: the set of codes is one key (quickbooks.md#sales-tax).
 */
function taxedAs(line: LineTaxes): { isTaxed: boolean; taxKey: string } {
  return { isTaxed: line.taxMinor !== 0, taxKey: taxKeyOf(line.codes) };
}

export function taxKeyOf(codes: readonly string[]): string {
  if (codes.length < 2) return codes[0] ?? 'none';
  return [...new Set(codes)].sort().join('+');
}

/**
 * All shipping is one line, where codes count one for each set of them; none where the sum is 0.
 */
function shippingOf(shipping: readonly SaleAmount[], isByCode: boolean): SaleAmount[] {
  if (shipping.length === 0) return [];
  const groups = isByCode
    ? [...groupBy(shipping, (line) => taxKeyOf(line.codes)).values()]
    : [shipping];
  return groups
    .map((lines) => ({
      description: lines.map((line) => line.description).join(', '),
      netMinor: sumMinor(lines.map((line) => line.netMinor)),
      taxMinor: sumMinor(lines.map((line) => line.taxMinor)),
      codes: lines.flatMap((line) => line.codes),
    }))
    .filter((line) => line.netMinor !== 0 || line.taxMinor !== 0);
}
