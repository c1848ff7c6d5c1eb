// One body of each kind, as the OpenAPI document shows it. Intake's checks are tested on each.

const order = {
  number: 'P1-1001',
  channel: 'pos',
  location: 'main',
  businessDate: '2026-11-22',
  currency: 'USD',
  pricesIncludeTax: false,
  customerId: 'c-1',
  lines: [
    {
      lineId: '1',
      sku: 'MUG',
      name: 'Mug',
      quantity: '2',
      unitPrice: '12.50',
      discountMinor: 100,
      netMinor: 2400,
      taxes: [{ code: 'NY', taxMinor: 213 }],
    },
  ],
  totals: { netMinor: 2400, taxMinor: 213, totalMinor: 2613 },
};

export const bodyExamples = {
  customer: {
    name: 'Kim Lee',
    email: 'kim@example.test',
    billing: { city: 'Albany', country: 'US' },
  },
  product: {
    sku: 'MUG',
    name: 'Mug',
    type: 'goods',
    priceMinor: 1250,
    currency: 'USD',
    trackStock: true,
    status: 'active',
  },
  inventory: { location: 'main', movement: { delta: '-3', reason: 'damage' } },
  order: { ...order, tenders: [{ tender: 'card', amountMinor: 2613, reference: 'auth 118' }] },
  invoice: { ...order, dueDate: '2026-12-22' },
  /** The deposit of an order that was given up. */
  refund: {
    number: 'P1-1001-1',
    channel: 'pos',
    businessDate: '2026-11-28',
    currency: 'USD',
    pricesIncludeTax: false,
    lines: [],
    tenders: [{ tender: 'cash', amountMinor: 1000 }],
    orderId: 'P1-1001',
    restock: false,
    deposits: [{ paymentId: 'P1-77', amountMinor: 1000 }],
    totals: { netMinor: 0, taxMinor: 0, totalMinor: 1000 },
  },
  payment: {
    number: 'P1-77',
    invoiceId: 'inv-1',
    tender: 'cash',
    amountMinor: 1904,
    businessDate: '2026-11-24',
  },
  payout: {
    processor: 'stripe',
    tender: 'card',
    reference: 'po_55',
    businessDate: '2026-11-25',
    grossMinor: 7076,
    feesMinor: 234,
    netMinor: 6842,
    includes: [
      { kind: 'order', recordId: 'P1-1001', amountMinor: 8437 },
      { kind: 'refund', recordId: 'P1-1001-1', amountMinor: -1361 },
    ],
  },
  cash: {
    businessDate: '2026-11-21',
    tender: 'cash',
    type: 'difference',
    amountMinor: -105,
    reason: 'count at close',
  },
};
