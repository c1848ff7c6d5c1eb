import type { OrderBody, ProductBody, RefundBody } from '../../domain/bodies';
import type { TestChange } from './stack';

// Small bodies that hold, for tests to vary.

export function product(sku: string, change: Partial<ProductBody> = {}): TestChange {
  const body: ProductBody = {
    sku,
    name: `Article ${sku}`,
    type: 'goods',
    priceMinor: 1_250,
    currency: 'USD',
    trackStock: true,
    status: 'active',
    ...change,
  };
  return { kind: 'product', recordId: `p-${sku}`, body };
}

export function customer(recordId: string, name = `Customer ${recordId}`): TestChange {
  return { kind: 'customer', recordId, body: { name, email: `${recordId}@example.test` } };
}

export function count(sku: string, quantity: string, occurredAt?: string): TestChange {
  return {
    kind: 'inventory',
    recordId: sku,
    body: { count: { quantity } },
    ...(occurredAt === undefined ? {} : { occurredAt }),
  };
}

/** A ticket of whole pieces at 12.50, paid by card. */
export function orderBody(
  number: string,
  lines: readonly [sku: string, quantity: number][],
  customerId: string | null,
): OrderBody {
  const body: OrderBody = {
    number,
    channel: 'pos',
    businessDate: '2026-11-21',
    currency: 'USD',
    pricesIncludeTax: false,
    lines: lines.map(([sku, quantity], index) => ({
      lineId: String(index + 1),
      sku,
      name: `Article ${sku}`,
      quantity: String(quantity),
      unitPrice: '12.50',
      discountMinor: 0,
      netMinor: quantity * 1_250,
      taxes: [],
    })),
    tenders: [],
    totals: { netMinor: 0, taxMinor: 0, totalMinor: 0 },
  };
  const netMinor = body.lines.reduce((sum, line) => sum + line.netMinor, 0);
  body.totals = { netMinor, taxMinor: 0, totalMinor: netMinor };
  body.tenders = netMinor === 0 ? [] : [{ tender: 'card', amountMinor: netMinor }];
  if (customerId !== null) body.customerId = customerId;
  return body;
}

export function order(
  number: string,
  lines: readonly [string, number][],
  customerId: string | null = null,
): TestChange {
  return { kind: 'order', recordId: number, body: orderBody(number, lines, customerId) };
}

export function refund(
  number: string,
  lines: readonly [string, number][],
  customerId: string | null,
  restock = true,
): TestChange {
  const body: RefundBody = { ...orderBody(number, lines, customerId), restock };
  return { kind: 'refund', recordId: number, body };
}
