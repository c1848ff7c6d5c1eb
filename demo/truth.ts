import { sumMinor } from '../domain/money';
import { taxedSum, type DemoTax, type Taxed } from './company';
import { customersOf, isGoods, isShipping, openingStock, productsOf, type Invoice } from './till';
import type { SalesRow } from './sales-file';

/** Net is without tax. */
export interface SideFigures {
  count: number;
  netMinor: number;
  taxMinor: number;
}

/**
 * The figures that one side of the comparison gives. Null: this side does not hold such figures.
 */
export interface Figures {
  sales: SideFigures | null;
  refunds: SideFigures | null;
  /** Calendar day → sales less refunds, with tax. */
  netMinorByDay: Map<string, number> | null;
  /** Tender → sales less refunds, with tax. */
  netMinorByTender: Map<string, number> | null;
  /** SKU → units sold, and SKU → units given back. */
  unitsSold: Map<string, number> | null;
  unitsReturned: Map<string, number> | null;
  /** SKU → units on hand. */
  stock: Map<string, number> | null;
  customers: number | null;
  products: number | null;
}

export type Side = 'pos' | 'woo' | 'qbo';

export interface TruthRow {
  measure: string;
  pos: string | null;
  woo: string | null;
  qbo: string | null;
  equal: boolean;
  /** What differs, by name; empty when all is equal. */
  differences: string[];
}

/**
 * What one invoice is for the books: goods that leave, goods that come back, or both (an exchange).
 */
interface Ticket {
  invoice: Invoice;
  sold: SalesRow[];
  returned: SalesRow[];
  isSale: boolean;
  isRefund: boolean;
}

function ticketOf(invoice: Invoice): Ticket {
  if (invoice.kind === 'refund') {
    return { invoice, sold: [], returned: invoice.rows, isSale: false, isRefund: true };
  }
  const isBack = (row: SalesRow): boolean => row.quantity < 0 && !isShipping(row.stockCode);
  const returned = invoice.rows.filter(isBack);
  const sold = invoice.rows.filter((row) => !isBack(row));
  return { invoice, sold, returned, isSale: sold.length > 0, isRefund: returned.length > 0 };
}

function rowsMinor(rows: readonly SalesRow[]): number {
  return sumMinor(rows.map((row) => row.quantity * row.unitPriceMinor));
}

function unitsOf(rows: readonly SalesRow[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const row of rows) if (!isShipping(row.stockCode)) add(units, row.stockCode, row.quantity);
  return units;
}

/** Figures computed straight from the file, not from what was sent or stored. */
export function figuresOfFile(
  rows: readonly SalesRow[],
  invoices: readonly Invoice[],
  tax: DemoTax | null,
): Figures {
  const tickets = invoices.filter((invoice) => invoice.kind !== 'adjustment').map(ticketOf);
  const taxed = (part: readonly SalesRow[]): Taxed => taxedSum(Math.abs(rowsMinor(part)), tax);
  const total = (part: readonly SalesRow[]): number => taxed(part).netMinor + taxed(part).taxMinor;
  const side = (parts: readonly (readonly SalesRow[])[]): SideFigures => ({
    count: parts.length,
    netMinor: sumMinor(parts.map((part) => taxed(part).netMinor)),
    taxMinor: sumMinor(parts.map((part) => taxed(part).taxMinor)),
  });
  const byDay = new Map<string, number>();
  const byTender = new Map<string, number>();
  for (const { invoice, sold, returned } of tickets) {
    const amountMinor = total(sold) - total(returned);
    add(byDay, invoice.businessDate, amountMinor);
    if (amountMinor !== 0) add(byTender, invoice.tender, amountMinor);
  }
  const stock = openingStock(rows, invoices);
  for (const invoice of invoices) {
    const sign = invoice.kind === 'adjustment' ? 1 : -1;
    for (const [code, units] of unitsOf(invoice.rows))
      if (isGoods(code)) add(stock, code, sign * units);
  }
  const sold = tickets.flatMap((ticket) => ticket.sold);
  const returned = tickets.flatMap((ticket) => ticket.returned);
  return {
    sales: side(tickets.filter(({ isSale }) => isSale).map((ticket) => ticket.sold)),
    refunds: side(tickets.filter(({ isRefund }) => isRefund).map((ticket) => ticket.returned)),
    netMinorByDay: byDay,
    netMinorByTender: byTender,
    unitsSold: unitsOf(sold),
    unitsReturned: new Map([...unitsOf(returned)].map(([code, units]) => [code, 0 - units])),
    stock,
    customers: customersOf(rows).size,
    products: productsOf(rows).size,
  };
}

export function add(totals: Map<string, number>, key: string, amount: number): void {
  totals.set(key, (totals.get(key) ?? 0) + amount);
}

type Sides = Record<Side, Figures>;
type Money = (amountMinor: number) => string;

/**
 * Every row of the truth table: the three sides side by side, equal or not, differences named. Of a
 * sum of tickets with tax in their prices the books work out the tax themselves: totals are exact,
 * net and tax may be apart by `taxVarianceMinor` (accounting.md#principles, #tax), which is said.
 */
export function truthTable(sides: Sides, money: Money, taxVarianceMinor: number): TruthRow[] {
  const net = (figures: Figures): number | null =>
    figures.sales && figures.refunds ? figures.sales.netMinor - figures.refunds.netMinor : null;
  const taxRows = [
    figureRow('sales tax', sides, (f) => f.sales?.taxMinor ?? null, money, taxVarianceMinor),
    figureRow('refunds tax', sides, (f) => f.refunds?.taxMinor ?? null, money, taxVarianceMinor),
    figureRow('sales with tax', sides, (f) => withTax(f.sales), money),
    figureRow('refunds with tax', sides, (f) => withTax(f.refunds), money),
  ];
  const hasTax = [sides.pos, sides.qbo].some(({ sales }) => (sales?.taxMinor ?? 0) !== 0);
  return [
    figureRow('sales', sides, (f) => f.sales?.count ?? null, String),
    figureRow('sales net', sides, (f) => f.sales?.netMinor ?? null, money, taxVarianceMinor),
    figureRow('refunds', sides, (f) => f.refunds?.count ?? null, String),
    figureRow('refunds net', sides, (f) => f.refunds?.netMinor ?? null, money, taxVarianceMinor),
    ...(hasTax ? taxRows : []),
    figureRow('net', sides, net, money, taxVarianceMinor),
    ...keyedRows('net of', sides, (f) => f.netMinorByDay, money),
    ...keyedRows('net by', sides, (f) => f.netMinorByTender, money),
    mapRow('units sold per SKU', sides, (f) => f.unitsSold),
    mapRow('units returned per SKU', sides, (f) => f.unitsReturned),
    mapRow('stock per SKU', sides, (f) => f.stock),
    figureRow('customers', sides, (f) => f.customers, String),
    figureRow('products', sides, (f) => f.products, String),
  ];
}

function figureRow(
  measure: string,
  sides: Sides,
  read: (figures: Figures) => number | null,
  show: Money,
  varianceMinor = 0,
): TruthRow {
  const values = { pos: read(sides.pos), woo: read(sides.woo), qbo: read(sides.qbo) };
  const isNear = (value: number): boolean =>
    values.pos !== null && Math.abs(value - values.pos) <= varianceMinor;
  const differences = (['woo', 'qbo'] as const).flatMap((side) => {
    const value = values[side];
    if (value === null || value === values.pos) return [];
    const text =
      `${side} ${show(value)} instead of ` + (values.pos === null ? 'nothing' : show(values.pos));
    return [isNear(value) ? `${text}: within ${show(varianceMinor)}, as stated` : text];
  });
  const text = (value: number | null): string | null => (value === null ? null : show(value));
  return {
    measure,
    pos: text(values.pos),
    woo: text(values.woo),
    qbo: text(values.qbo),
    equal: [values.woo, values.qbo].every(
      (value) => value === null || value === values.pos || isNear(value),
    ),
    differences,
  };
}

function withTax(side: SideFigures | null): number | null {
  return side === null ? null : side.netMinor + side.taxMinor;
}

function keyedRows(
  prefix: string,
  sides: Sides,
  read: (figures: Figures) => Map<string, number> | null,
  show: Money,
): TruthRow[] {
  const keys = new Set(
    [sides.pos, sides.woo, sides.qbo].flatMap((figures) => [...(read(figures)?.keys() ?? [])]),
  );
  return [...keys].sort().map((key) =>
    figureRow(
      `${prefix} ${key}`,
      sides,
      (figures) => {
        const map = read(figures);
        return map === null ? null : (map.get(key) ?? 0);
      },
      show,
    ),
  );
}

/** Differences named in a row: more are counted. */
const namedMax = 20;

function mapRow(
  measure: string,
  sides: Sides,
  read: (figures: Figures) => Map<string, number> | null,
): TruthRow {
  const pos = read(sides.pos) ?? new Map<string, number>();
  const differences = (['woo', 'qbo'] as const).flatMap((side) => {
    const map = read(sides[side]);
    if (map === null) return [];
    const keys = new Set([...pos.keys(), ...map.keys()]);
    return [...keys]
      .filter((key) => (pos.get(key) ?? 0) !== (map.get(key) ?? 0) || pos.has(key) !== map.has(key))
      .map(
        (key) =>
          `${side} ${key}: ${map.get(key) ?? 'nothing'} instead of ${pos.get(key) ?? 'nothing'}`,
      );
  });
  const named = differences.slice(0, namedMax);
  if (differences.length > namedMax) named.push(`and ${differences.length - namedMax} more`);
  return {
    measure,
    pos: mapText(pos),
    woo: mapText(read(sides.woo)),
    qbo: mapText(read(sides.qbo)),
    equal: differences.length === 0,
    differences: named,
  };
}

function mapText(map: Map<string, number> | null): string | null {
  if (map === null) return null;
  return `${sumMinor(map.values())} in ${map.size} SKUs`;
}
