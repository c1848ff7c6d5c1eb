import { orderBody } from './samples';

/** A change as the POS sends it over HTTP. */
export interface Change {
  id: string;
  kind: string;
  op: string;
  recordId: string;
  revision?: number;
  occurredAt: string;
  body: unknown;
}

export interface NastyThings {
  customer: Change;
  product: Change;
  count: Change;
  order: Change;
  deposit: Change;
}

/**
 * One text as everything that a POS may name by it: ids, SKU, names, location, tender, reference.
 */
export function nastyThings(text: string, index: number): NastyThings {
  const of = (kind: string, body: object, recordId = text): Change => ({
    id: `${kind}-${index}`,
    kind,
    op: 'upsert',
    recordId,
    ...(kind === 'inventory' ? {} : { revision: 1 }),
    occurredAt: '2026-11-22T10:00:00Z',
    body,
  });
  const [line] = orderBody('T', [['A', 1]], null).lines;
  return {
    customer: of('customer', {
      name: text,
      company: text,
      notes: text,
      billing: { line1: text, city: text },
    }),
    product: of('product', {
      sku: text,
      name: text,
      description: text,
      type: 'goods',
      priceMinor: 1_250,
      currency: 'USD',
      trackStock: true,
      status: 'active',
    }),
    count: of('inventory', { location: text, count: { quantity: '7' } }),
    order: of('order', {
      ...orderBody(text, [['A', 1]], text),
      lines: [{ ...line, lineId: text, sku: text, name: text }],
      location: text,
      tenders: [{ tender: text, amountMinor: 1_250, reference: text }],
    }),
    deposit: of('payment', {
      number: text,
      depositFor: text,
      tender: text,
      amountMinor: 100,
      customerId: text,
      reference: text,
      businessDate: '2026-11-22',
    }),
  };
}

export function allOf({ customer, product, count, order, deposit }: NastyThings): Change[] {
  return [customer, product, count, order, deposit];
}
