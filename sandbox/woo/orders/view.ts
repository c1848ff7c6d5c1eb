import { sum } from '../../decimal';
import { type Json, type JsonObject, plainText } from '../../json';
import { selfLinks } from '../links';
import { type Meta, metaView } from '../meta';
import { fixed, plain } from '../money';
import { type Store } from '../store';
import { localTime, utcTime } from '../zone';
import { orderNumber } from './number';
import { feeView, itemMetaView, lineView, shippingView, taxLineView } from './line-view';
import { type CouponLine, type Order, type Refund } from './model';
import { shownDecimals } from './shown-decimals';

const symbols: Record<string, string> = { EUR: '€', GBP: '£', USD: '$', CAD: '$', JPY: '¥' };

/** An order as it stands on the wire, members in the recorded order. `dp` decimals are shown. */
export function orderView(store: Store, order: Order, input: JsonObject = {}): JsonObject {
  const decimals = shownDecimals(store, input);
  const local = (ms: number | null): Json => (ms === null ? null : localTime(ms, store.zone));
  const utc = (ms: number | null): Json => (ms === null ? null : utcTime(ms));
  return {
    id: order.id,
    parent_id: order.parentId,
    status: order.status,
    currency: order.currency,
    version: '11.0.1',
    prices_include_tax: order.pricesIncludeTax,
    date_created: local(order.createdMs),
    date_modified: local(order.modifiedMs),
    ...sums(order, decimals),
    customer_id: order.customerId,
    order_key: order.orderKey,
    billing: { ...order.billing },
    shipping: { ...order.shipping },
    payment_method: order.paymentMethod,
    payment_method_title: order.paymentMethodTitle,
    transaction_id: order.transactionId,
    customer_ip_address: order.customerIp,
    customer_user_agent: order.customerAgent,
    created_via: order.createdVia,
    customer_note: order.customerNote,
    date_completed: local(order.completedMs),
    date_paid: local(order.paidMs),
    cart_hash: order.cartHash,
    number: orderNumber(store, order),
    meta_data: metaView([...order.meta].sort(byHiddenKey), input),
    line_items: order.lines.map((line) => lineView(store, line, decimals)),
    tax_lines: order.taxLines.map((line) => taxLineView(line, decimals)),
    shipping_lines: order.shippingLines.map((line) => shippingView(store, line, decimals)),
    fee_lines: order.fees.map((fee) => feeView(store, fee, decimals)),
    coupon_lines: order.coupons.map((line) => couponView(line)),
    refunds: refundRows(store, order, decimals),
    payment_url: `${store.homeUrl}/checkout/order-pay/${order.id}/?pay_for_order=true&key=${order.orderKey}`,
    is_editable: ['pending', 'on-hold', 'auto-draft'].includes(order.status),
    needs_payment: ['pending', 'failed'].includes(order.status) && order.total > 0n,
    needs_processing: needsProcessing(store, order),
    date_created_gmt: utc(order.createdMs),
    date_modified_gmt: utc(order.modifiedMs),
    date_completed_gmt: utc(order.completedMs),
    date_paid_gmt: utc(order.paidMs),
    currency_symbol: symbols[order.currency] ?? order.currency,
    _links: links(store, order),
  };
}

function sums(order: Order, decimals: number): JsonObject {
  return {
    discount_total: fixed(order.discountTotal, decimals),
    discount_tax: fixed(order.discountTax, decimals),
    shipping_total: fixed(order.shippingTotal, decimals),
    shipping_tax: fixed(order.shippingTax, decimals),
    cart_tax: fixed(order.cartTax, decimals),
    total: fixed(order.total, decimals),
    total_tax: fixed(order.totalTax, decimals),
  };
}

/** Checkout meta comes sorted by key (rec: order_get_checkout_guest_cod). */
function byHiddenKey(a: Meta, b: Meta): number {
  const isHash = (meta: Meta): boolean => /^_.*_hash$|^_debug|^is_vat/.test(meta.key);
  if (!isHash(a) || !isHash(b)) return a.id - b.id;
  return a.key < b.key ? -1 : Number(a.key > b.key);
}

/** Amounts without zeros at the end; type and amount from the coupon as it was used. */
function couponView(line: CouponLine): JsonObject {
  const info = JSON.parse(plainText(line.meta[0]?.value ?? '[]')) as Json[];
  return {
    id: line.id,
    code: line.code,
    discount: plain(line.discount),
    discount_tax: plain(line.discountTax),
    meta_data: itemMetaView(line.meta),
    discount_type: info[2] ?? 'fixed_cart',
    nominal_amount: info[3] ?? 0,
    free_shipping: info[4] ?? false,
  };
}

/** Latest second first, in one second by id (rec: order_list_include_584_571). */
function refundRows(store: Store, order: Order, decimals: number): Json[] {
  const second = (ms: number): number => Math.floor(ms / 1000);
  return order.refundIds
    .map((id) => store.refunds.get(id))
    .filter((refund) => refund !== undefined)
    .sort((a, b) => second(b.createdMs) - second(a.createdMs) || a.id - b.id)
    .map((refund) => ({
      id: refund.id,
      reason: refund.reason,
      total: `-${fixed(refund.amount, decimals)}`,
      total_tax: fixed(refundTax(refund), decimals),
    }));
}

/** Negative, as its lines are; without tax lines nothing. */
function refundTax(refund: Refund): bigint {
  return sum(refund.taxLines.map((line) => line.taxTotal + line.shippingTaxTotal));
}

/** Something in it has to be packed; a line whose product is gone does not count. */
export function needsProcessing(store: Store, order: Order): boolean {
  return order.lines.some((line) => {
    const product = store.products.get(line.variationId || line.productId);
    if (product === undefined) return false;
    return product.fields['virtual'] !== true || product.fields['downloadable'] !== true;
  });
}

function links(store: Store, order: Order): JsonObject {
  const own = selfLinks(store, 'orders', String(order.id));
  const root = `${store.homeUrl}/wp-json/wc/v3`;
  return {
    ...own,
    email_templates: [
      { embeddable: true, href: `${root}/orders/${order.id}/actions/email_templates` },
    ],
    ...(order.customerId === 0
      ? {}
      : { customer: [{ href: `${root}/customers/${order.customerId}` }] }),
  };
}
