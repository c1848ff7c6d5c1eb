import type { PostingCompany } from '../../../domain/posting/document';

// The five kinds of companies of accounting.md#tax, for tests of the decision.

const codes: Record<string, { id: string; rates: { id: string; percent: string }[] }> = {
  none: { id: '10', rates: [{ id: '101', percent: '0' }] },
  NY: { id: '2', rates: [] },
  VAT20: { id: '6', rates: [{ id: '61', percent: '20' }] },
  VAT19: { id: '8', rates: [{ id: '81', percent: '19' }] },
  'GST+QST': {
    id: '7',
    rates: [
      { id: '21', percent: '5' },
      { id: '22', percent: '9.975' },
    ],
  },
};

export const companyKinds = ['usAutomated', 'usManual', 'usNoTax', 'gb', 'ca'] as const;
export type CompanyKind = (typeof companyKinds)[number];

export function companyOf(
  kind: CompanyKind,
  currency: string,
  changes: Partial<PostingCompany> = {},
): PostingCompany {
  const country = kind === 'gb' ? 'GB' : kind === 'ca' ? 'CA' : 'US';
  return {
    country,
    homeCurrency: currency,
    isMultiCurrency: false,
    usingSalesTax: kind !== 'usNoTax',
    isAutomatedTax: kind === 'usAutomated',
    bookCloseDate: null,
    allowDiscount: true,
    taxCode: (taxKey) => codes[taxKey] ?? null,
    ...changes,
  };
}
