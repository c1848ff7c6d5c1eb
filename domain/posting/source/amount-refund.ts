import type { RefundBody } from '../../bodies';
import { addDecimals, negateDecimal, shareMinor, signOf, sumMinor } from '../../money';
import { groupBy } from '../../group-by';
import { earlierRefunds, type KnownSale } from './known-sale';
import { taxKeyOf } from '../decide/lines';
import { taxLabelOf, type LineTaxes, type Sale, type SaleAmount, type SaleItem } from '../sale';
import type { PostingSettings } from '../settings';
import { saleOfTicket, worthMinor } from './ticket';

// What a refund gives back of its sale (accounting.md#refunds). What is given back without a line
// is one line, by setting with its share of the tax. The refund with which the whole sale is given
// back carries all that is left of its lines and tax, and takes off what was given back without a
// line before: so the refunds of a sale come to the same, in whatever order they arrive.

interface RefundSettings {
  refund: Pick<PostingSettings['refund'], 'amountOnlyTax'>;
}

interface Given {
  body: RefundBody;
  sale: Sale;
}

/** The refund with what its sale and the refunds before it say about it. */
export function refundOfSale(
  recordId: string,
  body: RefundBody,
  known: KnownSale,
  settings: RefundSettings,
): Sale {
  const sold = saleOfTicket(known.ticket, known.recordId, 'sale');
  // Earlier ones may have been such amounts themselves: each is derived from those before it.
  const before: Given[] = [];
  for (const earlier of earlierRefunds(known, recordId, body))
    before.push({ ...earlier, sale: derived(plainOf(earlier), sold, before, settings) });
  return derived(plainOf({ recordId, body }), sold, before, settings);
}

/**
 * Whether all of the sale is given back with this refund, and some of it without a line: then this
 * one carries what is left of the sale's lines, beside its own.
 */
export function carriesRest(recordId: string, body: RefundBody, known: KnownSale): boolean {
  const sold = saleOfTicket(known.ticket, known.recordId, 'sale');
  const before = earlierRefunds(known, recordId, body).map(plainOf);
  return restOf(plainOf({ recordId, body }), sold, before) !== null;
}

function plainOf({ recordId, body }: { recordId: string; body: RefundBody }): Given {
  return { body, sale: saleOfTicket({ kind: 'refund', body }, recordId, 'refund') };
}

function derived(
  plain: Given,
  sold: Sale,
  before: readonly Given[],
  settings: RefundSettings,
): Sale {
  const rest = restOf(plain, sold, before);
  if (rest !== null) return rest;
  const { amountOnlyTax } = settings.refund;
  const isProrated =
    amountOnlyTax === 'inclusiveOnly' ? sold.pricesIncludeTax : amountOnlyTax === 'prorate';
  return isProrated && isAmountOnly(plain.body) ? prorated(plain.sale, sold) : plain.sale;
}

/** Whether a refund says nothing but an amount, in money or onto gift cards. */
export function isAmountOnly(body: RefundBody): boolean {
  const { lines, fees = [], shipping = [], tips = [], giftCards, unallocatedMinor = 0 } = body;
  const stated = [lines, fees, shipping, tips, giftCards?.sold ?? []];
  return unallocatedMinor > 0 && stated.every((list) => list.length === 0);
}

/**
 * The refund with all that is left of the sale's lines; null where it does not complete the sale,
 * where all was given back by lines, or where more of a line was given back than sold, so that
 * nobody can say what is left.
 */
function restOf({ body, sale: plain }: Given, sold: Sale, before: readonly Given[]): Sale | null {
  const all = [...before.map(({ sale }) => sale), plain];
  if (worthMinor(sold) !== sumMinor(all.map(worthMinor))) return null;
  const withoutLine = [...before.map((given) => given.body), body].filter(
    ({ unallocatedMinor = 0 }) => unallocatedMinor > 0,
  );
  if (withoutLine.length === 0) return null;
  const items = leftOf(
    sold.items,
    all.flatMap((sale) => sale.items),
    itemKey,
  );
  const fees = leftOf(
    sold.fees,
    all.flatMap((sale) => sale.fees),
    feeKey,
  );
  const shipping = leftOf(
    sold.shipping,
    all.flatMap((sale) => sale.shipping),
    taxKey,
  );
  if (items === null || fees === null || shipping === null) return null;
  if (all.some((sale) => cardsSold(sale).length > 0)) return null;
  const tipsMinor = sumOf(sold.tipsMinor) - sumMinor(all.map((sale) => sumOf(sale.tipsMinor)));
  if (tipsMinor < 0) return null;
  // What was given back without a line before, and its tax, is taken off again.
  const offset = before
    .flatMap(({ sale }) => sale.prorated ?? [])
    .map((part) => ({ ...part, netMinor: 0 - part.netMinor, taxMinor: 0 - part.taxMinor }));
  // Nobody says which of these came back: they did where each refund without lines says so.
  const isRestocked = withoutLine.every(({ restock }) => restock);
  const isKept = ({ quantity }: SaleItem): boolean => !isRestocked || signOf(quantity) === 0;
  const whole = {
    ...plain,
    items: [
      ...plain.items,
      ...items.map((item) => ({ ...item, discountMinor: 0, isKept: isKept(item) })),
    ],
    fees: [...plain.fees, ...fees],
    shipping: [...plain.shipping, ...shipping],
    tipsMinor: [
      ...plain.tipsMinor,
      ...(tipsMinor === 0 ? [] : [{ description: 'Tip', amountMinor: tipsMinor }]),
    ],
    giftCards: [...cardsSold(sold), ...plain.giftCards],
  };
  const taxed: SaleAmount[] = [...taxedOf(whole), ...offset];
  const taxMinor = sumOfTax(taxed);
  const statedMinor =
    sumOfNet(taxed) +
    taxMinor +
    sumOf(whole.tipsMinor) +
    sumMinor(cardsSold(sold).map(({ amountMinor }) => amountMinor)) +
    (plain.cashRoundingMinor ?? 0);
  return {
    ...whole,
    ...(isAmountOnly(body) ? { pricesIncludeTax: sold.pricesIncludeTax } : {}),
    ...(offset.length === 0 ? {} : { prorated: offset }),
    unallocatedMinor: worthMinor(plain) - statedMinor,
    taxMinor,
    taxLabel: taxLabelOf(taxed),
  };
}

/** Cards that settled it are no part of what was sold or given back. */
function cardsSold({ giftCards }: Sale): Sale['giftCards'] {
  return giftCards.filter(({ use }) => use === 'sold');
}

const itemKey = (item: SaleItem): string => JSON.stringify([item.sku, taxKeyOf(item.codes)]);
const feeKey = (fee: SaleAmount): string => JSON.stringify([fee.description, taxKeyOf(fee.codes)]);
const taxKey = (line: LineTaxes): string => taxKeyOf(line.codes);

/**
 * Per key what was sold less what was given back, where anything is left; null where it would be
 * below zero.
 */
function leftOf<T extends SaleAmount | SaleItem>(
  sold: readonly T[],
  given: readonly T[],
  keyOf: (line: T) => string,
): T[] | null {
  const givenBy = groupBy(given, keyOf);
  const lefts: T[] = [];
  for (const [key, lines] of groupBy(sold, keyOf)) {
    const [first] = lines;
    const back = givenBy.get(key) ?? [];
    givenBy.delete(key);
    const netMinor = sumOfNet(lines) - sumOfNet(back);
    const taxMinor = sumOfTax(lines) - sumOfTax(back);
    const quantity = [
      ...lines.map(quantityOf),
      ...back.map((line) => negateDecimal(quantityOf(line))),
    ].reduce(addDecimals, '0');
    const isBelow = Math.sign(netMinor) * Math.sign(sumOfNet(lines)) < 0 || signOf(quantity) < 0;
    if (isBelow) return null;
    if (first === undefined || (netMinor === 0 && taxMinor === 0 && signOf(quantity) === 0))
      continue;
    lefts.push({ ...first, netMinor, taxMinor, ...('quantity' in first ? { quantity } : {}) });
  }
  return givenBy.size > 0 ? null : lefts;
}

function quantityOf(line: SaleAmount | SaleItem): string {
  return 'quantity' in line ? line.quantity : '0';
}

function sumOfNet(lines: readonly SaleAmount[] | readonly SaleItem[]): number {
  return sumMinor(lines.map(({ netMinor }) => netMinor));
}

function sumOfTax(lines: readonly LineTaxes[]): number {
  return sumMinor(lines.map(({ taxMinor }) => taxMinor));
}

function sumOf(tips: Sale['tipsMinor']): number {
  return sumMinor(tips.map(({ amountMinor }) => amountMinor));
}

/**
 * tax = round(amount x tax / total), spread over the codes of the sale as the sale's own is; the
 * last takes the rest.
 */
function prorated(plain: Sale, sold: Sale): Sale {
  const amountMinor = worthMinor(plain);
  const soldMinor = sumOfNet(taxedOf(sold)) + sold.taxMinor;
  const taxMinor = shareMinor(amountMinor, sold.taxMinor, soldMinor);
  if (taxMinor === 0) return plain;
  const groups = [...groupBy(taxedOf(sold), taxKey).values()];
  const nets = spread(amountMinor - taxMinor, groups.map(sumOfNet));
  const taxes = spread(taxMinor, groups.map(sumOfTax));
  const parts = groups.map((lines, index): SaleAmount => ({
    description: 'not allocated to a line',
    netMinor: nets[index] ?? 0,
    taxMinor: taxes[index] ?? 0,
    codes: [...new Set(lines.flatMap(({ codes }) => codes))],
  }));
  return {
    ...plain,
    pricesIncludeTax: sold.pricesIncludeTax,
    unallocatedMinor: 0,
    prorated: parts.filter((part) => part.netMinor !== 0 || part.taxMinor !== 0),
    taxMinor,
    taxLabel: taxLabelOf(parts),
  };
}

function taxedOf({ items, fees, shipping }: Sale): SaleAmount[] {
  return [...items, ...fees, ...shipping];
}

/** An amount in shares of these weights; the last one with a weight takes what rounding leaves. */
function spread(amountMinor: number, weights: readonly number[]): number[] {
  const whole = sumMinor(weights);
  const last = weights.findLastIndex((weight) => weight !== 0);
  let restMinor = amountMinor;
  return weights.map((weight, index) => {
    const share =
      index === last ? restMinor : weight === 0 ? 0 : shareMinor(amountMinor, weight, whole);
    if (index !== last) restMinor -= share;
    return share;
  });
}
