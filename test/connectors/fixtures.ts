import type {
  CallGate,
  Composed,
  Connector,
  Outgoing,
  ProductReference,
  RecordReference,
  References,
  StoredSend,
  Write,
} from '../../connectors/contract';
import { writeText } from '../../connectors/stored-write';
import type {
  OrderBody,
  ProductBody,
  RecordBody,
  RefundBody,
  StockBody,
} from '../../domain/bodies';

import type { CirclePart } from '../../domain/posting/plan/circle';
import type { LayAway } from '../../domain/posting/source/deposit';
import type { KnownSale } from '../../domain/posting/source/known-sale';
import type { ListedThing } from '../../domain/posting/source/paid-out';

// Builders for connector tests: whole by default, changed where a test says so.

export function openGate(): CallGate & { reads: number } {
  return {
    reads: 0,
    signal: new AbortController().signal,
    read(call) {
      this.reads += 1;
      return call();
    },
    write: (call) => call(),
  };
}

export function productBody(changes: Partial<ProductBody> = {}): ProductBody {
  return {
    sku: 'MUG',
    name: 'Mug',
    type: 'goods',
    priceMinor: 1250,
    currency: 'USD',
    trackStock: true,
    status: 'active',
    ...changes,
  };
}

export function stockBody(quantity: string, countedAt: string | null = null): StockBody {
  return { places: { default: { quantity, countedAt } } };
}

/** A ticket of two mugs at 12.50, paid by card. */
export function orderBody(changes: Partial<OrderBody> = {}): OrderBody {
  return {
    number: 'P1-1001',
    channel: 'pos',
    businessDate: '2026-11-21',
    currency: 'USD',
    pricesIncludeTax: false,
    customerId: 'c1',
    lines: [line()],
    tenders: [{ tender: 'card', amountMinor: 2500, reference: 'ch_1' }],
    totals: { netMinor: 2500, taxMinor: 0, totalMinor: 2500 },
    ...changes,
  };
}

export function refundBody(changes: Partial<RefundBody> = {}): RefundBody {
  return { ...orderBody({ number: 'P1-1001-1' }), restock: true, ...changes };
}

export function line(
  changes: Partial<OrderBody['lines'][number]> = {},
): OrderBody['lines'][number] {
  return {
    lineId: '1',
    sku: 'MUG',
    name: 'Mug',
    quantity: '2',
    unitPrice: '12.50',
    discountMinor: 0,
    netMinor: 2500,
    taxes: [],
    ...changes,
  };
}

export function outgoing(record: RecordBody, changes: Partial<Outgoing> = {}): Outgoing {
  return {
    deliveryId: 'd1',
    recordId: 'r1',
    part: record.kind === 'order' ? 'sale' : record.kind === 'refund' ? 'refund' : 'main',
    rev: 1,
    op: 'present',
    record,
    attempts: 0,
    lastClass: null,
    remoteId: null,
    remoteVersion: null,
    snapshot: null,
    ...changes,
  };
}

export function known(changes: Partial<ProductReference> = {}): ProductReference {
  return {
    remoteId: '11',
    isOpen: false,
    code: 'MUG',
    isStockTracked: true,
    isLinked: false,
    ...changes,
  };
}

export interface ReferenceParts {
  products?: Record<string, ProductReference>;
  ownProducts?: Record<string, ProductReference>;
  sharedEmails?: string[];
  customers?: Record<string, RecordReference>;
  orders?: Record<string, RecordReference>;
  documents?: Record<string, RecordReference>;
  sales?: Record<string, KnownSale>;
  layAways?: Record<string, LayAway>;
  circles?: Record<string, CirclePart[]>;
  listed?: Record<string, ListedThing>;
  mappings?: Record<string, string>;
}

export function references(parts: ReferenceParts = {}): References {
  return {
    products: new Map(Object.entries(parts.products ?? {})),
    ownProducts: new Map(Object.entries(parts.ownProducts ?? {})),
    stocked: new Map(Object.entries(parts.products ?? {})),
    sharedEmails: new Set(parts.sharedEmails ?? []),
    customers: new Map(Object.entries(parts.customers ?? {})),
    orders: new Map(Object.entries(parts.orders ?? {})),
    documents: new Map(Object.entries(parts.documents ?? {})),
    sales: new Map(Object.entries(parts.sales ?? {})),
    layAways: new Map(Object.entries(parts.layAways ?? {})),
    circles: new Map(Object.entries(parts.circles ?? {})),
    listed: new Map(Object.entries(parts.listed ?? {})),
    mapping: (kind, key) => parts.mappings?.[`${kind}:${key}`] ?? null,
  };
}

export function writeOf(composed: Composed): Write {
  if (composed.type !== 'write')
    throw new Error(`Expected a write, composed ${JSON.stringify(composed)}`);
  return composed.write;
}

/** Look-up and composing of some deliveries, as a turn does it. */
export async function composed(
  connector: Connector,
  items: readonly Outgoing[],
  known: References,
): Promise<Composed[]> {
  const compose = await connector.lookUp(items, known, openGate());
  return items.map((item) => compose(item, known));
}

let sends = 0;
export function stored(connector: Connector, writes: readonly Write[]): StoredSend {
  sends += 1;
  const requestId = `ts1-${sends.toString(16).padStart(32, '0')}`;
  return { request: connector.freeze(writes.map(writeText)), requestId, members: writes };
}
