/** Changes for the benchmarks: one product with stock, one customer, and sales of it. */
export function openingOf(occurredAt: string): object[] {
  return [
    change('customer', 'c1', 1, occurredAt, { name: 'Customer c1' }),
    change('product', 'p-MUG', 1, occurredAt, {
      sku: 'MUG',
      name: 'Mug',
      type: 'goods',
      priceMinor: 1_250,
      currency: 'USD',
      trackStock: true,
      status: 'active',
    }),
    change('inventory', 'MUG', null, occurredAt, { count: { quantity: '1000000' } }),
  ];
}

export function sale(number: string, occurredAt: string): object {
  return change('order', number, 1, occurredAt, {
    number,
    channel: 'pos',
    businessDate: '2026-11-21',
    currency: 'USD',
    pricesIncludeTax: false,
    customerId: 'c1',
    lines: [
      {
        lineId: '1',
        sku: 'MUG',
        name: 'Mug',
        quantity: '1',
        unitPrice: '12.50',
        discountMinor: 0,
        netMinor: 1_250,
        taxes: [],
      },
    ],
    tenders: [{ tender: 'card', amountMinor: 1_250 }],
    totals: { netMinor: 1_250, taxMinor: 0, totalMinor: 1_250 },
  });
}

export function movement(id: string, occurredAt: string): object {
  return change(
    'inventory',
    'MUG',
    null,
    occurredAt,
    { movement: { delta: '-1', reason: 'adjustment' } },
    id,
  );
}

function change(
  kind: string,
  recordId: string,
  revision: number | null,
  occurredAt: string,
  body: object,
  id = `${kind}-${recordId}`,
): object {
  return {
    id,
    kind,
    op: 'upsert',
    recordId,
    ...(revision === null ? {} : { revision }),
    occurredAt,
    body,
  };
}
