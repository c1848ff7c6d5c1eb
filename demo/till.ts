import { minorToText, sumMinor } from '../domain/money';
import { taxedLines, type DemoCompany, type Taxed } from './company';
import { currency, type SalesRow } from './sales-file';
import { instantOf, minutesBefore } from './shop-time';

// What a POS with these sales would send: products, opening stock, customers, then every ticket in
// order of time. What the sales file does not say is decided below, in `shop-time.ts` and in
// `company.ts`.

export interface TillChange {
  id: string;
  kind: 'customer' | 'product' | 'inventory' | 'order' | 'refund';
  op: 'upsert';
  recordId: string;
  revision?: number;
  occurredAt: string;
  body: object;
}

export interface Invoice {
  number: string;
  kind: 'sale' | 'refund' | 'adjustment';
  rows: SalesRow[];
  occurredAt: string;
  businessDate: string;
  customerId: string | null;
  tender: 'card' | 'cash';
  totalMinor: number;
}

/** Codes that are carriage and postage rather than something sold. */
const shippingCodes = new Set(['POST', 'C2', 'DOT']);
/** Goods have a code that begins with five digits; everything else is a service without stock. */
const goodsCode = /^\d{5}/;

export function isGoods(code: string): boolean {
  return goodsCode.test(code);
}

export function isShipping(code: string): boolean {
  return shippingCodes.has(code);
}

/**
 * The invoices of the file, in order of their times; those of one time in the order of the file.
 */
export function invoicesOf(rows: readonly SalesRow[]): Invoice[] {
  const groups = new Map<string, SalesRow[]>();
  for (const row of rows) {
    const group = groups.get(row.invoiceNo);
    if (group === undefined) groups.set(row.invoiceNo, [row]);
    else group.push(row);
  }
  const invoices = [...groups].map(([number, lines]) => invoiceOf(number, lines));
  return invoices.sort((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt));
}

function invoiceOf(number: string, rows: SalesRow[]): Invoice {
  const [first] = rows;
  if (first === undefined) throw new Error(`Bug: invoice ${number} has no line`);
  const isRefund = number.startsWith('C');
  const isAdjustment =
    !isRefund && rows.every((row) => row.quantity < 0 && row.unitPriceMinor === 0);
  const sign = isRefund ? -1 : 1;
  const occurredAt = instantOf(first.invoiceDate);
  return {
    number,
    kind: isRefund ? 'refund' : isAdjustment ? 'adjustment' : 'sale',
    rows,
    occurredAt,
    businessDate: occurredAt.slice(0, 10),
    customerId: first.customerId,
    tender: first.customerId === null ? 'cash' : 'card',
    totalMinor: sumMinor(rows.map((row) => sign * row.quantity * row.unitPriceMinor)),
  };
}

/** What one ticket says to the API. */
export function ticketChanges(invoice: Invoice, company: DemoCompany): TillChange[] {
  const common = { op: 'upsert' as const, occurredAt: invoice.occurredAt };
  if (invoice.kind === 'adjustment') {
    return invoice.rows.map((row, index) => ({
      ...common,
      id: `adj-${invoice.number}-${index + 1}`,
      kind: 'inventory',
      recordId: row.stockCode,
      body: { movement: { delta: String(row.quantity), reason: 'adjustment' } },
    }));
  }
  const kind = invoice.kind === 'refund' ? 'refund' : 'order';
  const id = `${kind}-${invoice.number}`;
  return [
    {
      ...common,
      id,
      kind,
      recordId: invoice.number,
      revision: 1,
      body: ticketBody(invoice, company),
    },
  ];
}

function ticketBody(invoice: Invoice, company: DemoCompany): object {
  const { tax } = company;
  const sign = invoice.kind === 'refund' ? -1 : 1;
  const taxed = taxedRows(invoice, company);
  const entries = invoice.rows.map((row, index) => ({
    row,
    index,
    amounts: taxed.get(row) ?? { netMinor: 0, taxMinor: 0 },
  }));
  const taxes = ({ taxMinor }: Taxed): object[] =>
    tax === null ? [] : [{ code: tax.code, taxMinor }];
  const shipping = entries
    .filter(({ row }) => isShipping(row.stockCode))
    .map(({ row, amounts }) => ({
      name: row.description || row.stockCode,
      amountMinor: amounts.netMinor,
      ...(tax === null ? {} : { taxes: taxes(amounts) }),
    }));
  const netMinor = sumMinor(entries.map(({ amounts }) => amounts.netMinor));
  const taxMinor = sumMinor(entries.map(({ amounts }) => amounts.taxMinor));
  const totalMinor = netMinor + taxMinor;
  return {
    number: invoice.number,
    channel: 'pos',
    businessDate: invoice.businessDate,
    currency: company.currency,
    pricesIncludeTax: tax?.isIncluded ?? false,
    ...(invoice.customerId === null ? {} : { customerId: invoice.customerId }),
    lines: entries
      .filter(({ row }) => !isShipping(row.stockCode))
      .map(({ row, index, amounts }) => ({
        // The line's place in the invoice: one code may stand there twice.
        lineId: String(index + 1),
        sku: row.stockCode,
        name: row.description || row.stockCode,
        quantity: String(sign * row.quantity),
        unitPrice: minorToText(row.unitPriceMinor, currency),
        discountMinor: 0,
        netMinor: amounts.netMinor,
        taxes: taxes(amounts),
      })),
    ...(shipping.length === 0 ? {} : { shipping }),
    tenders: totalMinor === 0 ? [] : [{ tender: invoice.tender, amountMinor: totalMinor }],
    totals: { netMinor, taxMinor, totalMinor },
    ...(invoice.kind === 'refund' ? { restock: true } : {}),
  };
}

/**
 * Net and tax of each row, what is sold and what comes back each for itself; a refund's are
 * positive.
 */
function taxedRows(invoice: Invoice, { tax }: DemoCompany): Map<SalesRow, Taxed> {
  const sign = invoice.kind === 'refund' ? -1 : 1;
  const isBack = (row: SalesRow): boolean => sign * row.quantity < 0 && !isShipping(row.stockCode);
  const sides = [invoice.rows.filter((row) => !isBack(row)), invoice.rows.filter(isBack)];
  return new Map(
    sides.flatMap((rows) => {
      const amounts = rows.map((row) => sign * row.quantity * row.unitPriceMinor);
      const taxed = taxedLines(amounts, tax);
      return rows.flatMap((row, index): [SalesRow, Taxed][] => {
        const one = taxed[index];
        return one === undefined ? [] : [[row, one]];
      });
    }),
  );
}

/** Products, opening stock and customers, before the first ticket. */
export function openingChanges(
  rows: readonly SalesRow[],
  invoices: readonly Invoice[],
  company: DemoCompany,
): TillChange[] {
  const [first] = invoices;
  if (first === undefined) return [];
  const common = { op: 'upsert' as const, occurredAt: minutesBefore(first.occurredAt, 60) };
  const products = [...productsOf(rows)].map(([code, product]): TillChange => ({
    ...common,
    id: `product-${code}`,
    kind: 'product',
    recordId: code,
    revision: 1,
    body: { ...product, currency: company.currency },
  }));
  const counts = [...openingStock(rows, invoices)].map(([code, quantity]): TillChange => ({
    ...common,
    id: `count-${code}`,
    kind: 'inventory',
    recordId: code,
    body: { count: { quantity: String(quantity) } },
  }));
  const customers = [...customersOf(rows)].map(([id, country]): TillChange => ({
    ...common,
    id: `customer-${id}`,
    kind: 'customer',
    recordId: id,
    revision: 1,
    body: { name: `Customer ${id}`, ...(country === '' ? {} : { billing: { country } }) },
  }));
  return [...customers, ...products, ...counts];
}

/**
 * One product per code, codes compared exactly; name and price are the first that the file gives.
 */
export function productsOf(rows: readonly SalesRow[]): Map<string, object> {
  const names = new Map<string, string>();
  const prices = new Map<string, number>();
  for (const row of rows) {
    if (isShipping(row.stockCode)) continue;
    if (!names.get(row.stockCode)) names.set(row.stockCode, row.description);
    if (!prices.get(row.stockCode)) prices.set(row.stockCode, row.unitPriceMinor);
  }
  return new Map(
    [...names].map(([code, name]) => [
      code,
      {
        sku: code,
        name: name === '' ? code : name,
        type: isGoods(code) ? 'goods' : 'service',
        priceMinor: prices.get(code) ?? 0,
        trackStock: isGoods(code),
        status: 'active',
      },
    ]),
  );
}

/** Counted before the first sale: what will be sold, and 100 more. */
export function openingStock(
  rows: readonly SalesRow[],
  invoices: readonly Invoice[],
): Map<string, number> {
  const sold = new Map<string, number>();
  for (const { kind, rows: lines } of invoices) {
    if (kind !== 'sale') continue;
    for (const { stockCode, quantity } of lines) {
      if (quantity > 0) sold.set(stockCode, (sold.get(stockCode) ?? 0) + quantity);
    }
  }
  const goods = new Set(rows.map((row) => row.stockCode).filter(isGoods));
  return new Map([...goods].map((code) => [code, (sold.get(code) ?? 0) + 100]));
}

/** Customer ids with the country of their first invoice. */
export function customersOf(rows: readonly SalesRow[]): Map<string, string> {
  const customers = new Map<string, string>();
  for (const { customerId, country } of rows) {
    if (customerId !== null && !customers.has(customerId)) customers.set(customerId, country);
  }
  return customers;
}
