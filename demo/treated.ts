import { isShipping, productsOf, type Invoice } from './till';
import type { SalesRow } from './sales-file';

/** Something in the file that a naive reader would lose or merge, and what became of it. */
export interface Treated {
  what: string;
  count: number;
  how: string;
}

/** What of these sales is treated specially, with counts; kinds that do not occur are left out. */
export function treatedSpecially(
  rows: readonly SalesRow[],
  invoices: readonly Invoice[],
): Treated[] {
  const goods = rows.filter((row) => !isShipping(row.stockCode));
  const codes = [...productsOf(rows).keys()];
  const twins = twinsOf(codes);
  const descriptions = groupCodes(goods, (row) => row.description);
  const prices = groupValues(goods);
  const found: Treated[] = [
    {
      what: 'zero price line',
      count: rows.filter((row) => row.unitPriceMinor === 0).length,
      how: 'kept: goods move without money',
    },
    {
      what: 'ticket of 0.00',
      count: invoices.filter((invoice) => invoice.kind === 'sale' && invoice.totalMinor === 0)
        .length,
      how: 'sent without tender, posted as a receipt of 0.00 because goods moved',
    },
    {
      what: 'invoice that begins with C',
      count: invoices.filter((invoice) => invoice.kind === 'refund').length,
      how: 'sent as a refund that puts the goods back',
    },
    {
      what: 'zero price, negative quantity',
      count: invoices.filter((invoice) => invoice.kind === 'adjustment').length,
      how: 'sent as a stock adjustment, no ticket',
    },
    {
      what: 'carriage or postage line',
      count: rows.length - goods.length,
      how: 'sent as shipping of its ticket',
    },
    {
      what: 'code that is no goods',
      count: codes.filter((code) => !/^\d{5}/.test(code)).length,
      how: 'a service without stock',
    },
    {
      what: 'ticket of a guest',
      count: invoices.filter(
        (invoice) => invoice.kind !== 'adjustment' && invoice.customerId === null,
      ).length,
      how: 'paid in cash, booked on the customer for guests',
    },
    {
      what: 'code that differs from another in case only',
      count: twins.length,
      how: `another article: marked code in shop and books (${twins
        .slice(0, 3)
        .map((code) => `${code}~2`)
        .join(', ')}${twins.length > 3 ? ' ...' : ''})`,
    },
    {
      what: 'description shared by several codes',
      count: [...descriptions].filter(([text, group]) => text !== '' && group.size > 1).length,
      how: 'articles are told apart by code',
    },
    {
      what: 'code with several prices',
      count: [...prices.values()].filter((group) => group.size > 1).length,
      how: 'each line keeps its own price; the product shows the first',
    },
    {
      what: 'code twice in one invoice',
      count: invoices.filter(hasCodeTwice).length,
      how: 'both lines kept, told apart by their place',
    },
    {
      what: 'line without description',
      count: rows.filter((row) => row.description === '').length,
      how: 'the code stands for it',
    },
  ];
  return found.filter((entry) => entry.count > 0);
}

/** Codes that, without regard to case, stand there already. */
export function twinsOf(codes: readonly string[]): string[] {
  const seen = new Set<string>();
  return codes.filter((code) => {
    const folded = code.toLowerCase();
    if (seen.has(folded)) return true;
    seen.add(folded);
    return false;
  });
}

function groupCodes(
  rows: readonly SalesRow[],
  keyOf: (row: SalesRow) => string,
): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const row of rows)
    groups.set(keyOf(row), (groups.get(keyOf(row)) ?? new Set()).add(row.stockCode));
  return groups;
}

function groupValues(rows: readonly SalesRow[]): Map<string, Set<number>> {
  const groups = new Map<string, Set<number>>();
  for (const row of rows) {
    groups.set(row.stockCode, (groups.get(row.stockCode) ?? new Set()).add(row.unitPriceMinor));
  }
  return groups;
}

function hasCodeTwice(invoice: Invoice): boolean {
  return new Set(invoice.rows.map((row) => row.stockCode)).size < invoice.rows.length;
}
