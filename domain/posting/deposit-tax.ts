import { addDecimals, shareMinor, sumMinor, taxWithinMinor } from '../money';
import type { CompanyTaxCode } from './document';
import type { Sale, SaleAmount, SaleDeposit } from './sale';
import type { PostingSettings } from './settings';

// Tax of lay-away money (accounting.md#when-to-post, #tax). Where tax is due when money is
// received, it is stated on the deposit and taken back by what uses or gives back that deposit, so
// that the sale is taxed once in all.

/** The key of the tax code that lay-away money has. */
export const depositTaxKey = '@deposit';

/**
 * Where the law makes tax due on money received in advance: the United Kingdom and the European
 * Union (VAT directive, 65).
 */
const dueAtReceipt = new Set(
  'GB AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
);

/**
 * Whether deposits of this company are taxed when they are received. A US company's never are:
 * sales tax is due on sales.
 */
export function isTaxedAtReceipt(
  { tax }: PostingSettings['deposit'],
  { country, usingSalesTax }: { country: string; usingSalesTax: boolean },
): boolean {
  if (country === 'US' || !usingSalesTax || tax === 'atSale') return false;
  return tax === 'atReceipt' || dueAtReceipt.has(country);
}

/** What the books have of one deposit, tax included; no codes: it was received without tax. */
export interface BookedDeposit {
  codes: readonly string[];
  taxMinor: number;
  totalMinor: number;
}

/** The tax within a deposit that is received now; without a code its mapping is asked for. */
export function receivedTax(
  amountMinor: number,
  code: Pick<CompanyTaxCode, 'rates'> | null,
): BookedDeposit {
  const percent = (code?.rates ?? []).map((rate) => rate.percent).reduce(addDecimals, '0');
  const taxMinor = taxWithinMinor(amountMinor, percent);
  return { codes: [depositTaxKey], taxMinor, totalMinor: amountMinor };
}

/**
 * The sale with the tax that its deposits have, each its share of what was booked. `bookedOf`: null
 * where there was none.
 */
export function withDepositTax(
  sale: Sale,
  bookedOf: (depositId: string) => BookedDeposit | null,
): Sale {
  const deposits = (sale.deposits ?? []).map((deposit) => {
    const booked = bookedOf(deposit.id);
    if (booked === null || booked.codes.length === 0) return deposit;
    const { codes, taxMinor, totalMinor } = booked;
    return { ...deposit, codes, taxMinor: shareMinor(taxMinor, deposit.amountMinor, totalMinor) };
  });
  if (deposits.every(({ codes }) => codes === undefined)) return sale;
  const isAlone = [sale.items, sale.fees, sale.shipping].every((lines) => lines.length === 0);
  return {
    ...sale,
    deposits,
    // Nothing else says how its prices are meant: of a deposit the amount is what was paid.
    pricesIncludeTax: isAlone || sale.pricesIncludeTax,
    taxMinor: sale.taxMinor + sumMinor(deposits.map(depositTaxMinor)),
  };
}

/** The tax of one deposit on its sale's side: what uses it takes tax away. */
export function depositTaxMinor({ use, taxMinor = 0 }: SaleDeposit): number {
  return use === 'received' ? taxMinor : 0 - taxMinor;
}

/** One deposit as an amount on its sale's side: what uses it is negative. */
export function depositAmount(deposit: SaleDeposit): Omit<SaleAmount, 'description'> {
  const { use, amountMinor, codes = [] } = deposit;
  const taxMinor = depositTaxMinor(deposit);
  return {
    netMinor: (use === 'received' ? amountMinor : 0 - amountMinor) - taxMinor,
    taxMinor,
    codes,
  };
}

/** The same back from an amount. */
export function depositOf(
  id: string,
  { netMinor, taxMinor, codes }: Omit<SaleAmount, 'description'>,
): SaleDeposit {
  const sign = netMinor + taxMinor < 0 ? -1 : 1;
  const amountMinor = sign * (netMinor + taxMinor);
  const use = sign < 0 ? ('used' as const) : ('received' as const);
  return codes.length === 0
    ? { id, use, amountMinor }
    : { id, use, amountMinor, codes, taxMinor: sign * taxMinor };
}
