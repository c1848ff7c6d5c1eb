import {
  addDecimals,
  currencyDecimals,
  minorToText,
  percentOfMinor,
  sumMinor,
  taxWithinMinor,
} from '../../money';
import { depositTaxMinor } from '../deposit-tax';
import {
  hold,
  type DocumentTax,
  type Hold,
  type PostingCompany,
  type PostingLine,
  type Reason,
  type TaxOverride,
} from '../document';
import { taxKeyOf } from './lines';
import type { LineTaxes, Sale } from '../sale';
import type { PostingSettings } from '../settings';

// How the tax of a document is stated, in the five kinds of companies (accounting.md#tax).

export type TaxDecision = { type: 'stated'; tax: DocumentTax; reasons: Reason[] } | Hold;

export function decideTax(
  sale: Sale,
  lines: readonly PostingLine[],
  company: PostingCompany,
  tax: PostingSettings['tax'],
): TaxDecision {
  if (company.country !== 'US') return taxByCode(sale, lines, company, tax);
  if (sale.taxMinor === 0) return { type: 'stated', tax: { mode: 'none' }, reasons: [] };
  if (!company.usingSalesTax) return { type: 'stated', tax: { mode: 'line' }, reasons: [] };
  if (sale.taxMinor < 0)
    return hold('negative_tax', sale.side, 'A document with tax below zero is refused');
  const taxed = taxedOf(sale).filter((line) => line.taxMinor !== 0);
  const rateKey = company.isAutomatedTax ? null : taxKeyOf(taxed.flatMap((line) => line.codes));
  if (rateKey !== null && company.taxCode(rateKey) === null) return unmapped(rateKey);
  const stated: DocumentTax = { mode: 'total', totalMinor: sale.taxMinor, rateKey };
  return { type: 'stated', tax: stated, reasons: [] };
}

/** All of them are named at once; the first is the cause. */
function unmapped(taxKey: string, ...others: readonly string[]): TaxDecision {
  const codes = [taxKey, ...others].map((key) => `taxCode:${key}`);
  const target = others.length === 0 ? 'its id' : 'their ids';
  const detail = `Map ${codes.join(', ')} to ${target} in QuickBooks`;
  return hold('mapping_missing', `taxCode:${taxKey}`, detail);
}

/**
 * Outside the US the books compute the tax from the codes: predicted here, so that nothing else is
 * posted.
 */
function taxByCode(
  sale: Sale,
  lines: readonly PostingLine[],
  company: PostingCompany,
  tax: PostingSettings['tax'],
): TaxDecision {
  const bases = new Map<string, Base>();
  const lacking = new Set<string>();
  for (const line of lines) {
    const code = company.taxCode(line.taxKey);
    if (code === null) {
      lacking.add(line.taxKey);
      continue;
    }
    const minor = line.grossMinor ?? line.amountMinor;
    const known = bases.get(code.id);
    if (known === undefined) bases.set(code.id, { rates: code.rates, minor, sourceMinor: 0 });
    else known.minor += minor;
  }
  const [first, ...others] = lacking;
  if (first !== undefined) return unmapped(first, ...others);
  for (const line of taxedOf(sale)) {
    const base = bases.get(company.taxCode(taxKeyOf(line.codes))?.id ?? '');
    if (base !== undefined) base.sourceMinor += line.taxMinor;
  }
  return sale.pricesIncludeTax
    ? included(sale, [...bases.values()], tax)
    : excluded(sale, [...bases.values()], tax);
}

function taxedOf({ items, fees, shipping, prorated = [], deposits = [] }: Sale): LineTaxes[] {
  const ofDeposits = deposits.map((one) => ({
    codes: one.codes ?? [],
    taxMinor: depositTaxMinor(one),
  }));
  return [...items, ...fees, ...shipping, ...prorated, ...ofDeposits];
}

/** What of a document has one code there. */
interface Base {
  rates: readonly { id: string; percent: string }[];
  minor: number;
  /** The source's tax of it. */
  sourceMinor: number;
}

/** The total holds by the gross amounts; the share of tax may differ by a cent and is listed. */
function included(
  sale: Sale,
  bases: readonly Base[],
  settings: PostingSettings['tax'],
): TaxDecision {
  const varianceMinor = taxVarianceOf(sale, settings);
  let booksMinor = 0;
  for (const { rates, minor } of bases)
    booksMinor += taxWithinMinor(minor, rates.map((rate) => rate.percent).reduce(addDecimals, '0'));
  const sourceMinor = sale.taxMinor;
  if (Math.abs(booksMinor - sourceMinor) > varianceMinor)
    return differs(sale, booksMinor, settings);
  const reasons: Reason[] =
    booksMinor === sourceMinor ? [] : [{ choice: 'tax_variance', booksMinor, sourceMinor }];
  return { type: 'stated', tax: { mode: 'included' }, reasons };
}

function excluded(
  sale: Sale,
  bases: readonly Base[],
  settings: PostingSettings['tax'],
): TaxDecision {
  const varianceMinor = taxVarianceOf(sale, settings);
  const predicted = bases.map((base) => ({ base, taxes: predictedOf(base) }));
  const booksMinor = sumMinor(predicted.flatMap(({ taxes }) => taxes.map(taxMinorOf)));
  const sourceMinor = sale.taxMinor;
  if (booksMinor === sourceMinor && bases.every((base) => isWholeTax(base, sale.currency)))
    return { type: 'stated', tax: { mode: 'excluded', overrides: [] }, reasons: [] };
  if (Math.abs(booksMinor - sourceMinor) > varianceMinor)
    return differs(sale, booksMinor, settings);
  const rateIds = predicted.flatMap(({ taxes }) => taxes.map(({ rateId }) => rateId));
  // A rate of two codes has one amount there: nobody could say whose is overridden.
  if (new Set(rateIds).size < rateIds.length) return differs(sale, booksMinor, settings);
  // With one code all of the source's tax is its; of several each has that of its lines.
  const restMinor = sourceMinor - sumMinor(bases.map((base) => base.sourceMinor));
  if (restMinor !== 0 && bases.length > 1) return differs(sale, booksMinor, settings);
  const overrides: TaxOverride[] = [];
  for (const { base, taxes } of predicted) {
    const offMinor = base.sourceMinor + restMinor - sumMinor(taxes.map(taxMinorOf));
    const [biggest] = [...taxes].sort(
      (one, other) => Math.abs(other.taxMinor) - Math.abs(one.taxMinor),
    );
    if (offMinor !== 0 && (biggest === undefined || Math.abs(offMinor) > varianceMinor))
      return differs(sale, booksMinor, settings);
    overrides.push(
      ...taxes.map((rate) =>
        rate === biggest ? { ...rate, taxMinor: rate.taxMinor + offMinor } : rate,
      ),
    );
  }
  const reasons: Reason[] = [{ choice: 'tax_override', booksMinor, sourceMinor }];
  return { type: 'stated', tax: { mode: 'excluded', overrides }, reasons };
}

/**
 * How far the tax of a document may be from the source's, in minor units: for the whole, or by its
 * taxed lines.
 */
export function taxVarianceOf(sale: Sale, tax: PostingSettings['tax']): number {
  const lines = taxedOf(sale).filter(({ taxMinor }) => taxMinor !== 0).length;
  return Math.max(tax.varianceMinor, tax.variancePerLineMinor * lines);
}

/**
 * In a currency without decimals the books compute parts of a unit all the same: then the whole
 * amount is stated.
 */
function isWholeTax({ rates, minor }: Base, currency: string): boolean {
  if (currencyDecimals(currency) > 0) return true;
  return rates.every(({ percent }) => percentOfMinor(minor * 100, percent) % 100 === 0);
}

/** The tax that the books work out of each rate, on the sub-total of its code. */
function predictedOf({ rates, minor: netMinor }: Base): TaxOverride[] {
  return rates.map(({ id: rateId, percent }) => ({
    rateId,
    percent,
    taxMinor: percentOfMinor(netMinor, percent),
    netMinor,
  }));
}

function taxMinorOf({ taxMinor }: TaxOverride): number {
  return taxMinor;
}

function differs(sale: Sale, booksMinor: number, settings: PostingSettings['tax']): TaxDecision {
  const text = (minor: number): string => minorToText(minor, sale.currency);
  const { varianceMinor, variancePerLineMinor } = settings;
  const allowed = text(taxVarianceOf(sale, settings));
  const detail =
    `QuickBooks would compute ${text(booksMinor)} of tax, the POS has ` +
    `${text(sale.taxMinor)}; ${allowed} apart is allowed. Where the POS rounds tax by line, ` +
    `set tax.variancePerLineMinor to 1 (now ${variancePerLineMinor}), else correct the ` +
    `ticket or its tax codes, or raise tax.varianceMinor (now ${varianceMinor})`;
  return hold('tax_differs', 'tax', detail);
}
