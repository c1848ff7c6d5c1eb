import { sum } from '../../decimal';
import { type Micro, rounded } from '../money';
import { type Coupon } from '../shop/model';
import { type Store } from '../store';
import { type OrderDraft } from './model';
import { roundedLineTax } from './totals';

/** What a coupon takes off each line, by line id; gross when prices hold the tax. */
export type ItemDiscounts = ReadonlyMap<number, Micro>;

/** A line while discounts are worked out, in the smallest unit of the currency. */
interface Item {
  lineId: number;
  quantity: number;
  priceUnits: bigint;
  takenUnits: bigint;
}

/**
 * Works the discounts of the coupons out, one after the other, as the shop's discount engine does.
 */
export function discountsOf(
  store: Store,
  order: OrderDraft,
  coupons: readonly Coupon[],
): { coupon: Coupon; byLine: ItemDiscounts }[] {
  const unit = 10n ** BigInt(6 - store.options.decimals);
  const items = itemsOf(store, order, unit);
  return coupons.map((coupon) => {
    const before = new Map(items.map((item) => [item.lineId, item.takenUnits]));
    if (coupon.type === 'percent') takePercent(items, coupon.amount);
    else if (coupon.type === 'fixed_cart')
      takeFromCart(items, rounded(coupon.amount, store.options.decimals) / unit);
    else takeFromEach(items, rounded(coupon.amount, store.options.decimals) / unit);
    const byLine = items.map((item) => {
      const taken = item.takenUnits - (before.get(item.lineId) ?? 0n);
      return [item.lineId, taken * unit] as const;
    });
    return { coupon, byLine: new Map(byLine) };
  });
}

/** Dearest unit first; with gross prices the line counts with its tax. */
function itemsOf(store: Store, order: OrderDraft, unit: bigint): Item[] {
  const gross = (line: OrderDraft['lines'][number]): Micro => {
    if (!order.pricesIncludeTax) return line.subtotal;
    return line.subtotal + sum(line.taxes.map((tax) => roundedLineTax(store, tax.subtotal ?? 0n)));
  };
  return order.lines
    .map((line) => ({
      lineId: line.id,
      quantity: Math.max(0, line.quantity),
      priceUnits: rounded(gross(line), store.options.decimals) / unit,
      takenUnits: 0n,
    }))
    .sort((a, b) =>
      Number(b.priceUnits * BigInt(a.quantity || 1) - a.priceUnits * BigInt(b.quantity || 1)),
    );
}

/** Takes up to so much off a line; answers what was taken. */
function take(item: Item, wish: bigint): bigint {
  const left = item.priceUnits - item.takenUnits;
  const taken = wish < left ? wish : left;
  item.takenUnits += taken;
  return taken;
}

/** Each line is rounded down, then what is missing from the whole goes unit by unit. */
function takePercent(items: Item[], percent: Micro): void {
  const whole = 100n * 1_000_000n;
  let taken = 0n;
  let cart = 0n;
  for (const item of items) {
    cart += item.priceUnits;
    taken += take(item, (item.priceUnits * percent) / whole);
  }
  // Half a cent goes down (rec: order_create_coupon_percent has 449.9 → 450).
  const wanted = (cart * percent + whole / 2n - 1n) / whole;
  if (taken < wanted) takeRest(items, wanted - taken);
}

/** The same for every unit as long as that is at least a cent, then the rest. */
function takeFromCart(items: Item[], amount: bigint): void {
  const priced = items.filter((item) => item.priceUnits > item.takenUnits);
  const units = priced.reduce((count, item) => count + BigInt(item.quantity), 0n);
  if (units === 0n || amount <= 0n) return;
  const each = amount / units;
  if (each === 0n) {
    takeRest(priced, amount);
    return;
  }
  const taken = takeFromEach(priced, each);
  if (taken > 0n && taken < amount) takeFromCart(items, amount - taken);
}

function takeFromEach(items: Item[], amount: bigint): bigint {
  return items.reduce((taken, item) => taken + take(item, amount * BigInt(item.quantity)), 0n);
}

/** One cent for each unit of each line, until nothing is left to give. */
function takeRest(items: Item[], rest: bigint): void {
  let left = rest;
  for (const item of items) {
    for (let unit = 0; unit < item.quantity && left > 0n; unit += 1) left -= take(item, 1n);
  }
}
