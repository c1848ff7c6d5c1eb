import { shareMinor } from '../domain/money';

// The company that keeps the books of the demo. The file has no tax: for a company with tax it is
// laid over the sales as a POS would, once for each ticket and side, so that the sums of lines and
// ticket are the same.

export interface DemoTax {
  /** What the POS calls the rate. */
  code: string;
  /**
   * Name of the tax code in the books that it is mapped to; null where the books find it
   * themselves.
   */
  codeInBooks: string | null;
  /** Tax on 100,000 of net. */
  per100000: number;
  isIncluded: boolean;
}

export interface DemoCompany {
  country: string;
  currency: string;
  tax: DemoTax | null;
}

export const companyNames = ['default', 'us', 'gb'] as const;
export type CompanyName = (typeof companyNames)[number];

/**
 * default: as the file is, without tax. us: 8.875 % on top. gb: 20 % within the prices of the file.
 */
export const companies: Readonly<Record<CompanyName, DemoCompany>> = {
  default: { country: 'GB', currency: 'GBP', tax: null },
  us: {
    country: 'US',
    currency: 'USD',
    tax: { code: 'NY', codeInBooks: null, per100000: 8_875, isIncluded: false },
  },
  gb: {
    country: 'GB',
    currency: 'GBP',
    tax: { code: 'VAT20', codeInBooks: '20.0% S', per100000: 20_000, isIncluded: true },
  },
};

/** An amount of the file as net and tax, in minor units. */
export interface Taxed {
  netMinor: number;
  taxMinor: number;
}

/** What one side of a ticket comes to: tax is rounded once, half up. */
export function taxedSum(amountMinor: number, tax: DemoTax | null): Taxed {
  if (tax === null) return { netMinor: amountMinor, taxMinor: 0 };
  const whole = tax.isIncluded ? 100_000 + tax.per100000 : 100_000;
  const taxMinor = shareMinor(amountMinor, tax.per100000, whole);
  return { netMinor: tax.isIncluded ? amountMinor - taxMinor : amountMinor, taxMinor };
}

/** The amounts of one side's lines, each with its tax: together what their sum comes to. */
export function taxedLines(amountsMinor: readonly number[], tax: DemoTax | null): Taxed[] {
  let sumMinor = 0;
  let before = taxedSum(0, tax);
  return amountsMinor.map((amountMinor) => {
    sumMinor += amountMinor;
    const after = taxedSum(sumMinor, tax);
    const line = {
      netMinor: after.netMinor - before.netMinor,
      taxMinor: after.taxMinor - before.taxMinor,
    };
    before = after;
    return line;
  });
}
