import { signOf } from '../money';
import { decide } from './decide';
import type { Decision, PostingCompany, PostingLine } from './document';
import { taxKeyOf } from './lines';
import type { SaleItem } from './sale';
import type { PostingSettings } from './settings';
import type { SummarySale } from './summary';

// A daily summary as one document (accounting.md 16): decided like any sale, with few lines.

/**
 * What posting decides for a summary. A change of one that is posted may come to 0.00, and in a closed period it
 * is the difference that gets the first open day, whatever the setting says of new sales (accounting.md 16).
 */
export function decideSummary(
  sale: SummarySale,
  settings: PostingSettings,
  company: PostingCompany,
  isChange: boolean,
): Decision {
  const { lines } = settings.summary;
  const items = lines === 'item' ? sale.items : inCategories(sale.items, company);
  const decision = decide(
    { ...sale, items: items.length === 0 && isChange ? [noItem] : items },
    {
      ...settings,
      ...(isChange ? { zero: { mode: 'stockOnly' }, closed: { mode: 'firstOpenDay' } } : {}),
      // A ticket's discounts are not told in a summary.
      discount: { mode: 'net' },
      // Each ticket was rounded and taxed by itself, so each may be off by what a ticket may be.
      rounding: {
        centsPerLine: settings.rounding.centsPerLine * settings.rounding.centsMax * sale.members,
        centsMax: settings.rounding.centsMax * sale.members,
      },
      tax: { varianceMinor: settings.tax.varianceMinor * sale.members },
    },
    company,
  );
  if (decision.type !== 'post') return decision;
  const { document } = decision;
  const shown = document.lines.map((line) => shownLine(line, lines === 'category'));
  return {
    ...decision,
    document: {
      ...document,
      bucket: 'daily-customer',
      lines: shown,
    },
  };
}

/** Of a day of which no goods are left the document stays, with 0.00. */
const noItem: SaleItem = {
  sku: '',
  description: 'Product sales',
  quantity: '0',
  netMinor: 0,
  discountMinor: 0,
  taxMinor: 0,
  codes: [],
  isKept: false,
};

function shownLine(line: PostingLine, isCategory: boolean): PostingLine {
  if (line.kind !== 'item') return line;
  if (isCategory || line.sku === '')
    return { ...line, kind: 'dailySales', sku: null, quantity: null };
  return line.quantity !== null && signOf(line.quantity) <= 0 ? { ...line, quantity: null } : line;
}

/** One item for what is taxed and one for what is not; where codes decide the tax, one for each set of them. */
function inCategories(items: readonly SaleItem[], company: PostingCompany): SaleItem[] {
  const groups = new Map<string, SaleItem>();
  for (const item of items) {
    const name = categoryOf(item, company);
    const known = groups.get(name);
    groups.set(name, {
      ...item,
      sku: '',
      description: name,
      quantity: '0',
      isKept: false,
      netMinor: (known?.netMinor ?? 0) + item.netMinor,
      taxMinor: (known?.taxMinor ?? 0) + item.taxMinor,
      codes: known === undefined ? item.codes : [...new Set([...known.codes, ...item.codes])],
    });
  }
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, item]) => item);
}

function categoryOf({ codes, taxMinor }: SaleItem, company: PostingCompany): string {
  if (company.country === 'US') return `Product sales, ${taxMinor === 0 ? 'untaxed' : 'taxable'}`;
  const taxKey = taxKeyOf(codes);
  return `Product sales, ${taxKey === 'none' ? 'untaxed' : taxKey}`;
}
