/** Settings part `posting` (accounting.md 19), as far as they are built. Amounts are minor units of the document's currency. */
export interface PostingSettings {
  /** Older sales are not posted by themselves (accounting.md 1); null: all are. */
  startDate: string | null;
  discount: {
    /** `net`: lines after discounts. `gross`: lines before them and one discount line; US companies only. */
    mode: 'net' | 'gross';
  };
  rounding: {
    /** Cents of a two-decimal currency for each line, and at most, that a rounding line may make up. */
    centsPerLine: number;
    centsMax: number;
  };
  tax: {
    /** How far the tax that the books compute may be from the source's, per document. */
    varianceMinor: number;
  };
  zero: {
    /** A sale of 0.00: posted where goods move, or never. */
    mode: 'stockOnly' | 'never';
  };
  closed: {
    /** A sale of a closed period: held, or dated the first open day with its own day in the note. */
    mode: 'park' | 'firstOpenDay';
  };
  refund: {
    /** An amount without lines that is not the whole rest of its sale: without tax, or with its share of it. */
    amountOnlyTax: 'none' | 'prorate';
  };
  cash: {
    /** Paid-in, paid-out and differences of the drawer: an entry each, or left to the accountant. */
    mode: 'journalEntry' | 'off';
  };
}

export const initialPostingSettings: PostingSettings = {
  startDate: null,
  discount: { mode: 'net' },
  rounding: { centsPerLine: 1, centsMax: 5 },
  tax: { varianceMinor: 2 },
  zero: { mode: 'stockOnly' },
  closed: { mode: 'park' },
  refund: { amountOnlyTax: 'none' },
  cash: { mode: 'journalEntry' },
};

/** What of a company decides which settings fit it. */
export interface CompanyForSettings {
  country: string;
  allowDiscount: boolean;
}

/** Why these settings do not fit this company, by path; empty where they do. */
export function unfitSettings(
  settings: PostingSettings,
  company: CompanyForSettings,
): { path: string; message: string }[] {
  if (settings.discount.mode === 'net') return [];
  const path = 'discount.mode';
  if (company.country !== 'US')
    return [
      { path, message: 'gross needs a US company: elsewhere tax is computed from the lines' },
    ];
  return company.allowDiscount
    ? []
    : [{ path, message: 'gross needs discounts to be switched on in the company' }];
}
