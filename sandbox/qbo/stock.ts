import { divideRounded, multiply, parseDecimal, sum, toMinor } from '../decimal';
import { frozen } from '../server/state-copy';
import { referenceId } from './reference';
import { type MovementDraft } from './kind';
import { post, unpost } from './ledger';
import { type Layer, type Movement, type Realm, type Shortfall, type Stock } from './realm';
import { rowOf } from './tables';

/** Quantities are kept as whole numbers of this many decimals, as the vendor's UI does. */
const quantityDecimals = 7;

/** A quantity from JSON in ten-millionths; `undefined` when it is no number. */
export function quantityOf(value: unknown): bigint | undefined {
  const decimal = parseDecimal(value);
  if (decimal === undefined) return undefined;
  const lift = quantityDecimals - decimal.scale;
  return lift >= 0
    ? decimal.units * 10n ** BigInt(lift)
    : divideRounded(decimal.units, 10n ** BigInt(-lift));
}

/** Ten-millionths as a JSON number. */
export function quantityToNumber(quantity: bigint): number {
  return Number(quantity) / 10 ** quantityDecimals;
}

/** What is there of an item. */
export function quantityOnHand(realm: Realm, itemId: string): bigint {
  return realm.stocks.get(itemId)?.quantity ?? 0n;
}

const nothing: Stock = frozen({
  quantity: 0n,
  layers: [],
  shortfalls: [],
  lastOut: null,
  lastDate: '',
});

/** The movements of a document in place of those it had. Gives the items that were touched. */
export function replaceMovements(
  realm: Realm,
  document: string,
  date: string,
  drafts: readonly MovementDraft[],
): Set<string> {
  const touched = removeMovements(realm, document);
  const late = new Set(touched);
  for (const draft of drafts) {
    touched.add(draft.itemId);
    const key = addMovement(realm, document, date, draft);
    if (late.has(draft.itemId)) continue;
    if (date < (realm.stocks.get(draft.itemId) ?? nothing).lastDate) late.add(draft.itemId);
    else append(realm, draft.itemId, key);
  }
  for (const itemId of late) recount(realm, itemId);
  return touched;
}

/** One more movement of the document: an item's own quantity that was set. */
export function moveStock(
  realm: Realm,
  document: string,
  date: string,
  draft: MovementDraft,
): void {
  addMovement(realm, document, date, draft);
  recount(realm, draft.itemId);
}

function addMovement(realm: Realm, document: string, date: string, draft: MovementDraft): string {
  const { itemId, quantity, costMinor, contraAccountId } = draft;
  const sequence = realm.nextSequence;
  realm.nextSequence += 1;
  const movement: Movement = { document, date, sequence, quantity, costMinor, contraAccountId };
  const key = `${document}#${sequence}`;
  const movements = realm.movements.get(itemId) ?? new Map<string, Movement>();
  movements.set(key, frozen(movement));
  realm.movements.set(itemId, movements);
  const keys = realm.movementsOf.get(document) ?? new Map<string, string>();
  keys.set(key, itemId);
  realm.movementsOf.set(document, keys);
  return key;
}

function removeMovements(realm: Realm, document: string): Set<string> {
  const touched = new Set<string>();
  for (const [key, itemId] of realm.movementsOf.get(document) ?? []) {
    realm.movements.get(itemId)?.delete(key);
    unpost(realm, key);
    touched.add(itemId);
  }
  realm.movementsOf.delete(document);
  return touched;
}

/** Costs every movement of an item anew, in the order of their dates. */
function recount(realm: Realm, itemId: string): void {
  const movements = [...(realm.movements.get(itemId) ?? [])];
  movements.sort(([, a], [, b]) =>
    a.date === b.date ? a.sequence - b.sequence : a.date < b.date ? -1 : 1,
  );
  const costs = new Map<string, bigint>();
  let stock = nothing;
  for (const [key, movement] of movements) stock = step(realm, itemId, stock, key, movement, costs);
  realm.stocks.set(itemId, frozen(stock));
  for (const [key, costMinor] of costs) postCost(realm, itemId, key, costMinor);
}

/** Costs the newest movement only. */
function append(realm: Realm, itemId: string, key: string): void {
  const movement = realm.movements.get(itemId)?.get(key);
  if (movement === undefined) throw new Error(`Bug: no movement ${key}`);
  const costs = new Map<string, bigint>();
  const before = realm.stocks.get(itemId) ?? nothing;
  for (const { movement: short } of before.shortfalls) costs.set(short, postedCost(realm, short));
  realm.stocks.set(itemId, frozen(step(realm, itemId, before, key, movement, costs)));
  for (const [changed, costMinor] of costs) postCost(realm, itemId, changed, costMinor);
}

function postedCost(realm: Realm, key: string): bigint {
  return -(realm.entries.get(key)?.postings.find(({ minor }) => minor < 0n)?.minor ?? 0n);
}

/**
 * One movement: goods in fill what was short and then lie as a layer; goods out take the oldest.
 */
function step(
  realm: Realm,
  itemId: string,
  stock: Stock,
  key: string,
  movement: Movement,
  costs: Map<string, bigint>,
): Stock {
  const after =
    movement.quantity < 0n
      ? taken(realm, itemId, stock, key, -movement.quantity, costs)
      : received(realm, itemId, stock, key, movement, costs);
  const lastDate = movement.date > stock.lastDate ? movement.date : stock.lastDate;
  return { ...after, quantity: stock.quantity + movement.quantity, lastDate };
}

function taken(
  realm: Realm,
  itemId: string,
  stock: Stock,
  key: string,
  quantity: bigint,
  costs: Map<string, bigint>,
): Omit<Stock, 'quantity' | 'lastDate'> {
  const layers = [...stock.layers];
  let open = quantity;
  let costMinor = 0n;
  while (open > 0n) {
    const [oldest] = layers;
    if (oldest === undefined) break;
    const part = split(oldest, open);
    costMinor += part.costMinor;
    open -= part.quantity;
    const rest = {
      quantity: oldest.quantity - part.quantity,
      costMinor: oldest.costMinor - part.costMinor,
    };
    if (rest.quantity === 0n) layers.shift();
    else layers[0] = rest;
  }
  const shortfalls = [...stock.shortfalls];
  if (open > 0n) {
    const estimate = estimated(realm, itemId, stock.lastOut, open);
    shortfalls.push({ movement: key, quantity: open, costMinor: estimate });
    costMinor += estimate;
  }
  costs.set(key, costMinor);
  return { layers, shortfalls, lastOut: { quantity, costMinor } };
}

function received(
  realm: Realm,
  itemId: string,
  stock: Stock,
  key: string,
  movement: Movement,
  costs: Map<string, bigint>,
): Omit<Stock, 'quantity' | 'lastDate'> {
  const { quantity } = movement;
  const costMinor = movement.costMinor ?? estimated(realm, itemId, stock.lastOut, quantity);
  if (movement.costMinor === null) costs.set(key, costMinor);
  let rest: Layer = { quantity, costMinor };
  const shortfalls: Shortfall[] = [];
  for (const short of stock.shortfalls) {
    if (rest.quantity === 0n) {
      shortfalls.push(short);
      continue;
    }
    const part = split(rest, short.quantity);
    const replaced = split(short, part.quantity);
    costs.set(
      short.movement,
      (costs.get(short.movement) ?? 0n) + part.costMinor - replaced.costMinor,
    );
    rest = { quantity: rest.quantity - part.quantity, costMinor: rest.costMinor - part.costMinor };
    const open = short.quantity - part.quantity;
    if (open > 0n) {
      shortfalls.push({
        movement: short.movement,
        quantity: open,
        costMinor: short.costMinor - replaced.costMinor,
      });
    }
  }
  const layers = rest.quantity > 0n ? [...stock.layers, rest] : stock.layers;
  return { layers, shortfalls, lastOut: stock.lastOut };
}

/** So much of a layer, with its share of the cost. */
function split(layer: Layer, wanted: bigint): Layer {
  if (wanted >= layer.quantity) return layer;
  return {
    quantity: wanted,
    costMinor: divideRounded(layer.costMinor * wanted, layer.quantity),
  };
}

/** Goods of unknown cost: as the last that went out, else at the item's purchase cost. */
function estimated(realm: Realm, itemId: string, lastOut: Layer | null, quantity: bigint): bigint {
  if (lastOut !== null && lastOut.quantity > 0n) {
    return divideRounded(lastOut.costMinor * quantity, lastOut.quantity);
  }
  return costOf(quantity, rowOf(realm, 'Item', itemId)?.['PurchaseCost']);
}

/** A quantity at a cost for each. */
export function costOf(quantity: bigint, unitCost: unknown): bigint {
  const cost = parseDecimal(unitCost ?? 0) ?? { units: 0n, scale: 0 };
  return toMinor(multiply(cost, { units: quantity, scale: quantityDecimals }));
}

/** The cost in the books: out of the asset into the other account, or the other way. */
function postCost(realm: Realm, itemId: string, key: string, costMinor: bigint): void {
  const movement = realm.movements.get(itemId)?.get(key);
  const assetId = referenceId(rowOf(realm, 'Item', itemId)?.['AssetAccountRef']);
  if (movement === undefined || assetId === undefined) throw new Error(`Bug: no cost for ${key}`);
  const sign = movement.quantity < 0n ? 1n : -1n;
  const known = realm.entries.get(key);
  const first = known?.postings[0];
  if (first?.accountId === movement.contraAccountId && first.minor === costMinor * sign) return;
  post(realm, key, movement.date, [
    { accountId: movement.contraAccountId, minor: costMinor * sign },
    { accountId: assetId, minor: -costMinor * sign },
  ]);
}

/** The value of the goods that are there; negative while more is short than there. */
export function stockValue(realm: Realm, itemId: string): bigint {
  const stock = realm.stocks.get(itemId) ?? nothing;
  const costs = (parts: readonly { costMinor: bigint }[]): bigint =>
    sum(parts.map(({ costMinor }) => costMinor));
  return costs(stock.layers) - costs(stock.shortfalls);
}
