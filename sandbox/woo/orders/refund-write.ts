import { sum } from '../../decimal';
import { type Json, type JsonObject } from '../../json';
import { WooError } from '../answer';
import { type WooCall } from '../call';
import { writtenMeta } from '../meta';
import { type Micro, toMicro } from '../money';
import { nextId } from '../store';
import { asBoolean, asWhole, objectsOf, textOf } from '../values';
import { type LineTax, type Order, type OrderDraft, type Refund, type TaxLine } from './model';
import { keepRefund, refundable } from './refund-rest';
import { addNote, moved, setStatus, stockMeta } from './status';

/**
 * Creates a refund by the rules of woocommerce.md#refunds; refusals are 500 with an integer in
 * `data`.
 */
export function createRefund(call: WooCall, orderId: string): Refund {
  const { store, input, nowMs } = call;
  const order = store.orders.get(Number(orderId));
  if (order === undefined)
    throw refused('woocommerce_rest_invalid_order_id', 'Invalid order ID.', 404);
  const parts = refundParts(call, order, input['line_items']);
  const sent = input['amount'];
  const amount = sent === undefined ? -parts.total : toMicro(sent);
  if (amount < 0n) {
    const message = 'Refund amount must be greater than zero.';
    throw refused('woocommerce_rest_invalid_order_refund', message, 400);
  }
  // The rest is read when the call comes: parallel refunds do not see each other
  // (woocommerce.md#refunds).
  const seen = call.arrival.order?.id === order.id ? call.arrival.order : order;
  const cannot = 'woocommerce_rest_cannot_create_order_refund';
  if (amount > refundable(call, seen)) throw refused(cannot, 'Invalid refund amount.', 500);
  const isPaidBack = input['api_refund'] === undefined || asBoolean(input['api_refund']);
  if (isPaidBack && order.paymentMethod !== gatewayWithRefunds) {
    throw refused(cannot, 'The payment gateway for this order does not exist.', 500);
  }
  const isFull = amount === refundable(call, order);
  const refund: Refund = {
    id: nextId(store, 'post'),
    orderId: order.id,
    createdMs: nowMs,
    modifiedMs: nowMs,
    amount,
    reason: textOf(input['reason']) ?? '',
    isPaidBack,
    meta: writtenMeta(
      [{ id: nextId(store, 'orderMeta'), key: '_refund_type', value: isFull ? 'full' : 'partial' }],
      input['meta_data'],
      () => nextId(store, 'orderMeta'),
    ),
    ...numbered(call, order, parts),
  };
  const draft: OrderDraft = { ...order };
  if (input['api_restock'] === undefined || asBoolean(input['api_restock']))
    restock(call, draft, refund);
  if (isFull && amount > 0n) setStatus(call, draft, 'refunded', undefined);
  keepRefund(call, draft, refund);
  return refund;
}

/** The gateway of the sandbox that can pay back by itself; no real shop has it. */
const gatewayWithRefunds = 'sandbox_gateway';

function refused(code: string, message: string, data: number): WooError {
  return new WooError(500, code, message, {}, data);
}

type Parts = Pick<Refund, 'lines' | 'shippingLines' | 'fees'> & { total: Micro };

/** Lines, shipping and fees by the id of the order's line, amounts turned round. */
function refundParts({ store }: WooCall, order: Order, sent: Json | undefined): Parts {
  const entries = objectsOf(sent).map((entry) => ({ id: asWhole(entry['id']), entry }));
  const turned = <T extends { id: number }>(
    items: readonly T[],
  ): { item: T; entry: JsonObject }[] =>
    entries.flatMap(({ id, entry }) => {
      const item = items.find((one) => one.id === id);
      return item === undefined ? [] : [{ item, entry }];
    });
  const amountOf = (entry: JsonObject): Micro => -toMicro(entry['refund_total']);
  const meta = (item: { id: number }): Refund['meta'] => [
    { id: nextId(store, 'itemMeta'), key: '_refunded_item_id', value: String(item.id) },
  ];
  const lines = turned(order.lines).map(({ item, entry }) => ({
    ...item,
    quantity: -asWhole(entry['quantity']),
    total: amountOf(entry),
    subtotal: amountOf(entry),
    taxes: refundTaxes(entry, true),
    meta: meta(item),
  }));
  const shippingLines = turned(order.shippingLines).map(({ item, entry }) => {
    return { ...item, total: amountOf(entry), taxes: refundTaxes(entry, false), meta: meta(item) };
  });
  const fees = turned(order.fees).map(({ item, entry }) => {
    return { ...item, total: amountOf(entry), taxes: refundTaxes(entry, false), meta: meta(item) };
  });
  const all = [...lines, ...shippingLines, ...fees];
  const total = sum(all.map((one) => one.total + sum(one.taxes.map((tax) => tax.total))));
  return { lines, shippingLines, fees, total };
}

function refundTaxes(entry: JsonObject, hasSubtotal: boolean): LineTax[] {
  return objectsOf(entry['refund_tax']).map((tax) => {
    const total = -toMicro(tax['refund_total']);
    return { rateId: asWhole(tax['id']), total, subtotal: hasSubtotal ? total : null };
  });
}

/** The refund's own line ids, and a tax line for each rate that is met. */
function numbered(
  { store }: WooCall,
  order: Order,
  parts: Parts,
): Pick<Refund, 'lines' | 'shippingLines' | 'fees' | 'taxLines'> {
  const withId = <T>(item: T): T & { id: number } => ({ ...item, id: nextId(store, 'item') });
  const lines = parts.lines.map(withId);
  const shippingLines = parts.shippingLines.map(withId);
  const fees = parts.fees.map(withId);
  const cart = [...lines, ...fees].flatMap((line) => line.taxes);
  const shipping = shippingLines.flatMap((line) => line.taxes);
  const totalOf = (taxes: LineTax[], rateId: number): Micro =>
    sum(taxes.filter((tax) => tax.rateId === rateId).map((tax) => tax.total));
  const rateIds = [...new Set([...cart, ...shipping].map((tax) => tax.rateId))];
  const taxLines = rateIds.flatMap((rateId): TaxLine[] => {
    const known = order.taxLines.find((line) => line.rateId === rateId);
    if (known === undefined) return [];
    const sums = { taxTotal: totalOf(cart, rateId), shippingTaxTotal: totalOf(shipping, rateId) };
    return [withId({ ...known, ...sums })];
  });
  return { lines, shippingLines, fees, taxLines };
}

/** Puts refunded units back into stock and notes on the order's line how many were. */
function restock(call: WooCall, order: OrderDraft, refund: Refund): void {
  for (const refunded of refund.lines) {
    const lineId = Number(refunded.meta[0]?.value);
    const units = -refunded.quantity;
    const line = order.lines.find((one) => one.id === lineId);
    const reduced = line?.meta.find((one) => one.key === '_reduced_stock');
    if (line === undefined || reduced === undefined || units <= 0) continue;
    const change = moved(call, line, -units);
    if (change === null) continue;
    addNote(call, order, `Item #${change.id} stock increased from ${change.from} to ${change.to}.`);
    const before = Number(
      line.meta.find((one) => one.key === '_restock_refunded_items')?.value ?? 0,
    );
    const left = {
      ...line,
      meta: stockMeta(call.store, line, '_reduced_stock', String(Number(reduced.value) - units)),
    };
    const noted = {
      ...left,
      meta: stockMeta(call.store, left, '_restock_refunded_items', String(before + units)),
    };
    order.lines = order.lines.map((one) => (one === line ? noted : one));
  }
}
