import { currencyDecimals, minorToText } from '../../money';
import {
  hold,
  type Decision,
  type DocumentTax,
  type DocumentType,
  type Hold,
  type PostingCompany,
  type PostingDocument,
  type PostingLine,
  type Reason,
} from '../document';
import { currencyHold } from './currency';
import { depositTaxMinor } from '../deposit-tax';
import { dateOf, type Dated } from './date';
import { sourceLines, untaxed } from './lines';
import { isOnAccount } from '../plan/posted-sale';
import type { Sale, SaleTender } from '../sale';
import type { PostingSettings } from '../settings';
import { decideTax, taxVarianceOf } from './tax';

// A sale, or what was given back, as one document for the books, with the reasons for what is not
// obvious. Nothing is posted to a guess: what does not add up or has no rule is held.

export function decide(sale: Sale, settings: PostingSettings, company: PostingCompany): Decision {
  const stop = stopOf(sale, settings, company);
  if (stop !== null) return stop;
  const isUs = company.country === 'US';
  const lines = sourceLines(sale, {
    isGross: settings.discount.mode === 'gross' && sale.side === 'sale',
    hasGross: !isUs && sale.pricesIncludeTax,
    isByCode: !isUs,
  });
  const reasons: Reason[] = [];
  const differenceMinor = sale.totalMinor - sumOfSource(sale, isUs);
  const rounding: PostingLine[] = [];
  if (differenceMinor !== 0) {
    const differs = differenceHold(sale, differenceMinor, lines.length, settings);
    if (differs !== null) return differs;
    rounding.push(roundingLine(differenceMinor, !isUs && sale.pricesIncludeTax));
    reasons.push({ choice: 'rounding_line', amountMinor: differenceMinor });
  }
  const tax = decideTax(sale, [...lines, ...rounding], company, settings.tax);
  if (tax.type === 'hold') return tax;
  const dated = dateOf(sale.date, sale.side, settings, company);
  if (dated.type === 'hold') return dated;
  const all = [
    ...withMarks(lines, tax.tax),
    ...taxLine(sale, tax.tax),
    ...discountLine(sale, settings),
    ...rounding,
  ];
  return {
    type: 'post',
    document: {
      ...documentOf(sale, dated, { lines: all, tax: tax.tax }, company.homeCurrency),
      taxVarianceMinor: taxVarianceOf(sale, settings.tax),
    },
    reasons: [...reasons, ...tax.reasons, ...dated.reasons],
  };
}

/** What the sale and the company's rules forbid before any figure is looked at. */
function stopOf(sale: Sale, settings: PostingSettings, company: PostingCompany): Decision | null {
  if (settings.startDate !== null && sale.date < settings.startDate)
    return { type: 'nothing', reason: 'before_start_date' };
  if (sale.totalMinor < 0)
    return hold('negative_total', sale.side, 'A sales form below zero is refused');
  if (sale.totalMinor === 0 && !isWorthPosting(sale, settings))
    return { type: 'nothing', reason: 'nothing_to_post' };
  if (sale.totalMinor !== 0 && sale.tenders?.length === 0)
    return hold('no_tender', sale.side, 'It is not said how this was paid');
  const currency = currencyHold(sale, company);
  if (currency !== null) return currency;
  if (settings.discount.mode === 'gross' && (company.country !== 'US' || !company.allowDiscount))
    return hold(
      'settings_unfit',
      'discount.mode',
      'Discount lines do not fit this company: set discount.mode to net',
    );
  return null;
}

/**
 * Of 0.00 only a sale that moves goods, or uses up a gift card or deposit, says anything to the
 * books.
 */
function isWorthPosting(sale: Sale, settings: PostingSettings): boolean {
  if (sale.giftCards.length > 0 || sale.isCorrection === true) return true;
  if ((sale.deposits ?? []).some(({ amountMinor }) => amountMinor !== 0)) return true;
  return sale.side === 'sale' && settings.zero.mode === 'stockOnly' && sale.items.length > 0;
}

/**
 * What the source's own figures come to: gross lines where tax is in the price, else net and the
 * one tax.
 */
function sumOfSource(sale: Sale, isUs: boolean): number {
  let sumMinor = sale.unallocatedMinor + (sale.cashRoundingMinor ?? 0);
  const hasOwnTax = !isUs && sale.pricesIncludeTax;
  for (const taxed of [sale.items, sale.fees, sale.shipping, sale.prorated ?? []])
    for (const line of taxed) sumMinor += line.netMinor + (hasOwnTax ? line.taxMinor : 0);
  for (const tip of sale.tipsMinor) sumMinor += tip.amountMinor;
  for (const { use, amountMinor } of sale.giftCards)
    sumMinor += use === 'sold' ? amountMinor : -amountMinor;
  for (const deposit of sale.deposits ?? []) {
    sumMinor += deposit.use === 'received' ? deposit.amountMinor : -deposit.amountMinor;
    // Its amount has its tax in it, which is added with that of the sale.
    if (!hasOwnTax) sumMinor -= depositTaxMinor(deposit);
  }
  return hasOwnTax ? sumMinor : sumMinor + sale.taxMinor;
}

/** More than cents is an error somewhere and is never hidden in a line (accounting.md#totals). */
function differenceHold(
  sale: Sale,
  differenceMinor: number,
  lines: number,
  { rounding }: PostingSettings,
): Hold | null {
  const cents = Math.min(rounding.centsMax, rounding.centsPerLine * lines);
  const toleranceMinor = Math.floor(cents * 10 ** (currencyDecimals(sale.currency) - 2));
  if (Math.abs(differenceMinor) <= toleranceMinor) return null;
  const text = (minor: number): string => minorToText(minor, sale.currency);
  const detail =
    `The total is ${text(sale.totalMinor)}, its parts come to ` +
    text(sale.totalMinor - differenceMinor);
  return hold('totals_differ', sale.side, detail);
}

function roundingLine(amountMinor: number, hasGross: boolean): PostingLine {
  const grossMinor = hasGross ? amountMinor : null;
  return { ...untaxed, kind: 'rounding', description: 'Rounding', amountMinor, grossMinor };
}

/** Without tax on the document no line is marked as taxed; with tax at least one must be. */
function withMarks(lines: readonly PostingLine[], tax: DocumentTax): readonly PostingLine[] {
  if (tax.mode === 'none')
    return lines.some((line) => line.isTaxed)
      ? lines.map((line) => ({ ...line, isTaxed: false }))
      : lines;
  if (tax.mode !== 'total' || lines.some((line) => line.isTaxed)) return lines;
  return lines.map((line) => ({ ...line, isTaxed: line.taxKey !== 'none' }));
}

function taxLine(sale: Sale, tax: DocumentTax): PostingLine[] {
  if (tax.mode !== 'line') return [];
  const description = `Sales tax ${sale.taxLabel}`.trim();
  return [{ ...untaxed, kind: 'tax', description, amountMinor: sale.taxMinor }];
}

/**
 * What the lines show too much is taken off by one line: Σ of their own discounts, never the
 * coupon's figure.
 */
function discountLine(sale: Sale, settings: PostingSettings): PostingLine[] {
  if (settings.discount.mode === 'net' || sale.side === 'refund') return [];
  let amountMinor = 0;
  for (const item of sale.items) amountMinor += item.discountMinor;
  return amountMinor === 0 ? [] : [{ ...untaxed, kind: 'discount', amountMinor }];
}

/** The document that a sale becomes (accounting.md#documents). */
export function typeOf(sale: Pick<Sale, 'side' | 'tenders' | 'isInvoiced'>): DocumentType {
  const isSale = sale.side === 'sale';
  if (isOnAccount(sale)) return isSale ? 'invoice' : 'creditMemo';
  return isSale ? 'salesReceipt' : 'refundReceipt';
}

function documentOf(
  sale: Sale,
  dated: Dated,
  { lines, tax }: { lines: readonly PostingLine[]; tax: DocumentTax },
  homeCurrency: string | null,
): Omit<PostingDocument, 'taxVarianceMinor'> {
  // Of several tenders each is a payment of its own.
  const type = typeOf(sale);
  const tender: SaleTender | undefined = sale.tenders?.[0];
  return {
    type,
    marker: sale.marker,
    notes: [...sale.notes, ...dated.notes],
    number: sale.number,
    date: dated.date,
    dueDate: type === 'invoice' ? (sale.dueDate ?? sale.date) : null,
    currency: sale.currency,
    exchangeRate: sale.currency === homeCurrency ? null : (sale.exchangeRate ?? null),
    customerId: sale.customerId,
    guest: sale.guest,
    billTo: sale.billTo,
    shipTo: sale.shipTo,
    tender: sale.totalMinor === 0 || isOnAccount(sale) ? null : (tender ?? null),
    lines,
    tax,
    taxMinor: sale.taxMinor,
    totalMinor: sale.totalMinor,
  };
}
