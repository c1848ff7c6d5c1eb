import { minorToText, percentOfMinor, taxWithinMinor, addDecimals } from '../money';
import type { DocumentTax, PostingCompany, PostingLine, Reason, TaxOverride } from './document';
import { taxKeyOf } from './lines';
import type { Sale } from './sale';

// How the tax of a document is stated, in the five kinds of companies (accounting.md 7).

export type TaxDecision =
  | { type: 'stated'; tax: DocumentTax; reasons: Reason[] }
  | { type: 'hold'; reason: string; what: string; detail: string };

export function decideTax(
  sale: Sale,
  lines: readonly PostingLine[],
  company: PostingCompany,
  varianceMinor: number,
): TaxDecision {
  if (company.country !== 'US') return taxByCode(sale, lines, company, varianceMinor);
  if (sale.taxMinor === 0) return { type: 'stated', tax: { mode: 'none' }, reasons: [] };
  if (!company.usingSalesTax) return { type: 'stated', tax: { mode: 'line' }, reasons: [] };
  if (sale.taxMinor < 0)
    return {
      type: 'hold',
      reason: 'negative_tax',
      what: sale.side,
      detail: 'A document with tax below zero is refused',
    };
  const taxed = [...sale.items, ...sale.fees, ...sale.shipping, ...(sale.prorated ?? [])].filter(
    (line) => line.taxMinor !== 0,
  );
  const rateKey = company.isAutomatedTax ? null : taxKeyOf(taxed.flatMap((line) => line.codes));
  if (rateKey !== null && company.taxCode(rateKey) === null) return unmapped(rateKey);
  const tax: DocumentTax = { mode: 'total', totalMinor: sale.taxMinor, rateKey };
  return { type: 'stated', tax, reasons: [] };
}

function unmapped(taxKey: string): TaxDecision {
  const what = `taxCode:${taxKey}`;
  const detail = `Map ${what} to its id in QuickBooks`;
  return { type: 'hold', reason: 'mapping_missing', what, detail };
}

/** Outside the US the books compute the tax from the codes: predicted here, so that nothing else is posted. */
function taxByCode(
  sale: Sale,
  lines: readonly PostingLine[],
  company: PostingCompany,
  varianceMinor: number,
): TaxDecision {
  const bases = new Map<string, { rates: Rates; minor: number }>();
  for (const line of lines) {
    const code = company.taxCode(line.taxKey);
    if (code === null) return unmapped(line.taxKey);
    const minor = line.grossMinor ?? line.amountMinor;
    const known = bases.get(code.id);
    if (known === undefined) bases.set(code.id, { rates: code.rates, minor });
    else known.minor += minor;
  }
  return sale.pricesIncludeTax
    ? included(sale, [...bases.values()], varianceMinor)
    : excluded(sale, [...bases.values()], varianceMinor);
}

type Rates = readonly { id: string; percent: string }[];
interface Base {
  rates: Rates;
  minor: number;
}

/** The total holds by the gross amounts; the share of tax may differ by a cent and is listed. */
function included(sale: Sale, bases: readonly Base[], varianceMinor: number): TaxDecision {
  let booksMinor = 0;
  for (const { rates, minor } of bases)
    booksMinor += taxWithinMinor(minor, rates.map((rate) => rate.percent).reduce(addDecimals, '0'));
  const sourceMinor = sale.taxMinor;
  if (Math.abs(booksMinor - sourceMinor) > varianceMinor) return differs(sale, booksMinor);
  const reasons: Reason[] =
    booksMinor === sourceMinor ? [] : [{ choice: 'tax_variance', booksMinor, sourceMinor }];
  return { type: 'stated', tax: { mode: 'included' }, reasons };
}

function excluded(sale: Sale, bases: readonly Base[], varianceMinor: number): TaxDecision {
  const predicted: TaxOverride[] = bases.flatMap(({ rates, minor }) =>
    rates.map(({ id, percent }) => ({
      rateId: id,
      percent,
      taxMinor: percentOfMinor(minor, percent),
      netMinor: minor,
    })),
  );
  let booksMinor = 0;
  for (const { taxMinor } of predicted) booksMinor += taxMinor;
  const sourceMinor = sale.taxMinor;
  if (booksMinor === sourceMinor)
    return { type: 'stated', tax: { mode: 'excluded', overrides: [] }, reasons: [] };
  // Of several codes nobody could say whose tax is overridden.
  const isNear = Math.abs(booksMinor - sourceMinor) <= varianceMinor;
  if (!isNear || bases.length !== 1 || predicted.length === 0) return differs(sale, booksMinor);
  const [biggest] = [...predicted].sort((one, other) => other.taxMinor - one.taxMinor);
  const overrides = predicted.map((rate) =>
    rate === biggest ? { ...rate, taxMinor: rate.taxMinor + sourceMinor - booksMinor } : rate,
  );
  const reasons: Reason[] = [{ choice: 'tax_override', booksMinor, sourceMinor }];
  return { type: 'stated', tax: { mode: 'excluded', overrides }, reasons };
}

function differs(sale: Sale, booksMinor: number): TaxDecision {
  const text = (minor: number): string => minorToText(minor, sale.currency);
  const detail = `The books would compute ${text(booksMinor)} of tax, the source has ${text(sale.taxMinor)}`;
  return { type: 'hold', reason: 'tax_differs', what: 'tax', detail };
}
