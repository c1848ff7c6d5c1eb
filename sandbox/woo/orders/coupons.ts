import { sum } from '../../decimal';
import { type JsonObject } from '../../json';
import { WooError } from '../answer';
import { type Micro, plain, rounded } from '../money';
import { type Coupon } from '../shop/model';
import { nextId, type Store } from '../store';
import { ratesFor, taxesOn, taxesWithin, totalOf } from '../taxes/rates';
import { asWhole, objectsOf, textOf } from '../values';
import { discountsOf, type ItemDiscounts } from './discounts';
import { type CouponLine, type LineItem, type OrderDraft } from './model';
import { calculateTotals, roundedLineTax, taxPlace } from './totals';

/**
 * Checks the codes of a write, then applies them all from the sub-totals up
 * (woocommerce.md#totals).
 */
export function writeCoupons(store: Store, order: OrderDraft, input: JsonObject): void {
  if (input['coupon_lines'] === undefined) return;
  const coupons = objectsOf(input['coupon_lines']).map((entry) => requested(store, entry));
  const had = order.coupons.length > 0;
  order.coupons = [];
  if (had) order.lines = order.lines.map((line) => ({ ...line, total: line.subtotal }));
  applyCoupons(store, order, coupons);
}

/** Takes the coupons off the lines and sums up. */
export function applyCoupons(store: Store, order: OrderDraft, coupons: readonly Coupon[]): void {
  const before = order.lines;
  order.lines = before.map((line) => ({ ...line, total: line.subtotal }));
  const applied = discountsOf(store, order, coupons);
  for (const { coupon, byLine } of applied) {
    order.lines = order.lines.map((line) => reduced(store, order, line, byLine));
    order.coupons = [...order.coupons, couponLine(store, order, coupon, byLine)];
  }
  if (applied.length === 0) order.lines = before;
  calculateTotals(store, order);
}

function requested(store: Store, entry: JsonObject): Coupon {
  if (asWhole(entry['id']) !== 0) {
    const message = 'Coupon item ID is readonly.';
    throw new WooError(400, 'woocommerce_rest_coupon_item_id_readonly', message);
  }
  const code = (textOf(entry['code']) ?? '').trim().toLowerCase();
  if (code === '')
    throw new WooError(400, 'woocommerce_rest_invalid_coupon', 'Coupon code is required.');
  const coupon = [...store.coupons.values()].find((one) => one.code === code);
  if (coupon !== undefined) return coupon;
  const message = `Coupon &quot;${code}&quot; cannot be applied because it does not exist.`;
  throw new WooError(400, 'woocommerce_rest_invalid_coupon', message);
}

/** With gross prices the discount is gross as well: its tax is taken out. */
function reduced(store: Store, order: OrderDraft, line: LineItem, byLine: ItemDiscounts): LineItem {
  const gross = byLine.get(line.id) ?? 0n;
  const net = order.pricesIncludeTax
    ? gross - totalOf(taxesWithin(gross, rates(store, order, line)))
    : gross;
  const total = line.total - net;
  return { ...line, total: total < 0n ? 0n : total };
}

function rates(store: Store, order: OrderDraft, line: LineItem): ReturnType<typeof ratesFor> {
  return store.options.isTaxed ? ratesFor(store, taxPlace(store, order), line.taxClass) : [];
}

/**
 * Its sums do not match the order's: they are rounded line by line (rec:
 * order_create_coupon_fixed).
 */
function couponLine(
  store: Store,
  order: OrderDraft,
  coupon: Coupon,
  byLine: ItemDiscounts,
): CouponLine {
  const isGross = order.pricesIncludeTax;
  const taxes = order.lines.map((line) => {
    const amount = byLine.get(line.id) ?? 0n;
    const of = isGross ? taxesWithin : taxesOn;
    return roundedLineTax(store, totalOf(of(amount, rates(store, order, line))));
  });
  const given = sum(byLine.values());
  const discountTax = sum(taxes);
  const discount = isGross ? given - discountTax : given;
  const isCheckout = order.createdVia !== 'rest-api';
  const kept = (amount: Micro): Micro =>
    isCheckout ? rounded(amount, store.options.decimals) : amount;
  // The type is left out for a fixed amount on the cart, the shop's default (rec:
  // order_create_coupon_fixed).
  const type = coupon.type === 'fixed_cart' ? null : coupon.type;
  const info = [coupon.id, coupon.code, type, Number(plain(coupon.amount))];
  const id = nextId(store, 'item');
  const meta = {
    id: nextId(store, 'itemMeta'),
    key: 'coupon_info',
    value: JSON.stringify(coupon.isFreeShipping ? [...info, true] : info),
  };
  return {
    id,
    code: coupon.code,
    discount: kept(discount),
    discountTax: kept(discountTax),
    meta: [meta],
  };
}
