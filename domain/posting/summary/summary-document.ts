import { decide } from '../decide/decide';
import type { Decision, PostingCompany } from '../document';
import { taxKeyOf } from '../decide/lines';
import type { SaleItem } from '../sale';
import type { PostingSettings } from '../settings';
import type { SummarySale } from './summary';

// A daily summary as one document (accounting.md#summaries): decided like any sale, with few lines.

/** What posting decides for a summary, or for a difference of one. */
export function decideSummary(
  sale: SummarySale,
  settings: PostingSettings,
  company: PostingCompany,
): Decision {
  const decision = decide(
    sale,
    {
      ...settings,
      // A ticket's discounts are not told in a summary.
      discount: { mode: 'net' },
      // Each ticket was rounded and taxed by itself, so each may be off by what a ticket may be.
      rounding: {
        centsPerLine: settings.rounding.centsPerLine * settings.rounding.centsMax * sale.members,
        centsMax: settings.rounding.centsMax * sale.members,
      },
      tax: {
        varianceMinor: settings.tax.varianceMinor * sale.members,
        variancePerLineMinor: settings.tax.variancePerLineMinor * sale.members,
      },
    },
    company,
  );
  if (decision.type !== 'post') return decision;
  return { ...decision, document: { ...decision.document, bucket: 'daily-customer' } };
}

/** The summary with the goods that its document tells: by article, or by tax alone. */
export function withShownGoods(
  sale: SummarySale,
  lines: PostingSettings['summary']['lines'],
  country: string,
): SummarySale {
  return lines === 'item' ? sale : { ...sale, items: inCategories(sale.items, country) };
}

/**
 * One item for what is taxed and one for what is not; where codes decide the tax, one for each set
 * of them.
 */
function inCategories(items: readonly SaleItem[], country: string): SaleItem[] {
  const groups = new Map<string, SaleItem>();
  for (const item of items) {
    const name = categoryOf(item, country);
    const known = groups.get(name);
    groups.set(name, {
      ...item,
      sku: name,
      isCategory: true,
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

function categoryOf({ codes, taxMinor }: SaleItem, country: string): string {
  if (country === 'US') return `Product sales, ${taxMinor === 0 ? 'untaxed' : 'taxable'}`;
  const taxKey = taxKeyOf(codes);
  return `Product sales, ${taxKey === 'none' ? 'untaxed' : taxKey}`;
}
