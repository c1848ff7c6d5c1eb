import type { InventoryBody, OrderBody, OrderLine, RefundBody, StockBody } from '../bodies';
import { addDecimals, negateDecimal, signOf } from '../money';
import { homeOf } from '../records/record-home';
import type { ChangeRow } from '../rows';
import type { Kind, System } from '../words';

// The stock ledger: movements and counts of one SKU at one place. A place's balance is its last
// count plus the movements that occurred after that count, whenever they arrived
// (accounting.md#stock).

const defaultPlace = 'default';

export type StockReason =
  'sale' | 'return' | 'receipt' | 'damage' | 'adjustment' | 'transfer' | 'count';

/** What moves stock: a ticket or an inventory change of a system. */
export interface StockSource {
  source: System;
  sourceId: string;
}

/** One row of the ledger. `reason` count: `quantity` is the figure counted, else a delta. */
export interface StockEntry extends StockSource {
  line: string;
  reason: StockReason;
  sku: string;
  place: string;
  quantity: string;
  occurredAt: string;
}

/** A movement that is new, or replaces the one that the same source line had before. */
export interface StockChange {
  before: StockEntry | null;
  after: StockEntry | null;
}

/**
 * What an inventory change says; its event id identifies it, told apart from a ticket of that name.
 */
export function inventoryEntry(
  { source, eventId, occurredAt }: Pick<ChangeRow, 'source' | 'eventId' | 'occurredAt'>,
  sku: string,
  body: InventoryBody,
): StockEntry {
  const place = body.location ?? defaultPlace;
  const common = { source, sourceId: `event/${eventId}`, line: '', sku, place, occurredAt };
  return 'count' in body
    ? { ...common, reason: 'count', quantity: body.count.quantity }
    : { ...common, reason: body.movement.reason, quantity: body.movement.delta };
}

/** A ticket as what moves stock. */
export function ticketSource(kind: Kind, recordId: string): StockSource {
  return { source: homeOf(recordId), sourceId: `${kind}/${recordId}` };
}

/**
 * What a ticket moves: goods leave with an order and come back with a refund that restocks.
 * `stockOf`: the SKU under which the stock of a line's article is kept; null where it has none.
 */
export function ticketEntries(
  ticket: { kind: 'order'; body: OrderBody } | { kind: 'refund'; body: RefundBody },
  recordId: string,
  occurredAt: string,
  stockOf: (line: OrderLine) => string | null,
): StockEntry[] {
  if (ticket.body.voided === true) return [];
  if (ticket.kind === 'refund' && !ticket.body.restock) return [];
  return ticket.body.lines.flatMap((line): StockEntry[] => {
    const sku = signOf(line.quantity) === 0 ? null : stockOf(line);
    if (sku === null) return [];
    const entry = {
      ...ticketSource(ticket.kind, recordId),
      line: line.lineId,
      sku,
      place: ticket.body.location ?? defaultPlace,
      occurredAt,
    };
    return ticket.kind === 'order'
      ? [{ ...entry, reason: 'sale', quantity: negateDecimal(line.quantity) }]
      : [{ ...entry, reason: 'return', quantity: line.quantity }];
  });
}

type PlaceStock = StockBody['places'][string];

/** Sum of the movements of one place after a new count: the database adds them up. */
export type SumAfterCount = (place: string, countedAt: string) => string;

/**
 * The stock of one SKU after these changes. A new count takes the place's figure anew from the
 * ledger (`sumAfter`, which already holds these changes); without one, only the differences are
 * added.
 */
export function applyStock(
  stock: StockBody,
  changes: readonly StockChange[],
  sumAfter: SumAfterCount,
): StockBody {
  const places = new Map(Object.entries(stock.places));
  const recounted = new Set<string>();
  for (const { after } of changes) {
    if (after?.reason !== 'count') continue;
    const countedAt = places.get(after.place)?.countedAt ?? null;
    // Of two counts of one instant the one that arrived later is the correction.
    if (countedAt !== null && after.occurredAt < countedAt) continue;
    const sum = sumAfter(after.place, after.occurredAt);
    const quantity = addDecimals(after.quantity, sum);
    places.set(after.place, { quantity, countedAt: after.occurredAt });
    recounted.add(after.place);
  }
  for (const { before, after } of changes) {
    if (before !== null) addMovement(places, recounted, before, true);
    if (after !== null) addMovement(places, recounted, after, false);
  }
  return { places: Object.fromEntries(places) };
}

function addMovement(
  places: Map<string, PlaceStock>,
  recounted: ReadonlySet<string>,
  entry: StockEntry,
  isTakenBack: boolean,
): void {
  if (entry.reason === 'count' || recounted.has(entry.place)) return;
  const present = places.get(entry.place) ?? { quantity: '0', countedAt: null };
  if (present.countedAt !== null && entry.occurredAt <= present.countedAt) {
    places.set(entry.place, present);
    return;
  }
  const delta = isTakenBack ? negateDecimal(entry.quantity) : entry.quantity;
  places.set(entry.place, { ...present, quantity: addDecimals(present.quantity, delta) });
}
