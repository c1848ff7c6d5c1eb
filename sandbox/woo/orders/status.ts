import { plainText } from '../../json';
import { type Moment } from '../call';
import { countSales, moveStock, stockOwner } from '../products/stock';
import { withMeta } from '../meta';
import { nextId, type Store } from '../store';
import { type LineItem, type Note, type Order, type OrderDraft } from './model';
import { needsProcessing } from './view';

/** Statuses the shop knows of itself; what a plug-in adds comes on top. */
const orderStatuses = [
  'auto-draft',
  'pending',
  'processing',
  'on-hold',
  'completed',
  'cancelled',
  'refunded',
  'failed',
  'checkout-draft',
];

export function knownStatuses({ store, settings }: Moment): string[] {
  return [...orderStatuses, ...store.pluginStatuses, ...settings['woo.customStatuses'].names];
}

const reducing = new Set(['processing', 'completed', 'on-hold']);
const restoring = new Set(['pending', 'cancelled', 'failed']);

const names: Record<string, string> = {
  pending: 'Pending payment',
  processing: 'Processing',
  'on-hold': 'On hold',
  completed: 'Completed',
  cancelled: 'Cancelled',
  refunded: 'Refunded',
  failed: 'Failed',
};

/**
 * Changes the status with all that hangs on it: dates, stock, notes, mail
 * (woocommerce.md#order-status).
 */
export function setStatus(
  moment: Moment,
  order: OrderDraft,
  status: string,
  seen: Order | undefined,
): void {
  // What was read when the call came counts: parallel calls all leave the same status.
  const from = seen?.status ?? order.status;
  order.status = status;
  if (from === status) return;
  setDates(moment, order);
  if (reducing.has(status)) reduceStock(moment, order, seen);
  if (restoring.has(status) && order.isStockReduced) restoreStock(moment, order);
  if (from !== 'trash') {
    addNote(
      moment,
      order,
      `Order status changed from ${names[from] ?? from} to ${names[status] ?? status}.`,
    );
  }
  if (status === 'processing' || status === 'on-hold') mail(moment, order, 'new_order');
}

/** A payment: the status it leads to, the date, the reference (set_paid). */
export function completePayment(moment: Moment, order: OrderDraft, seen: Order | undefined): void {
  order.paidMs ??= moment.nowMs;
  setStatus(moment, order, paidStatus(moment, order), seen);
}

/** Cash on delivery is paid when it is completed, all else when it is in work. */
function paidStatus({ store, settings }: Moment, order: OrderDraft): string {
  const { onPayment } = settings['woo.customStatuses'];
  if (onPayment !== null) return onPayment;
  if (order.paymentMethod === 'cod') return 'completed';
  return needsProcessing(store, order) ? 'processing' : 'completed';
}

/** The date of payment is set once and never taken back (rec: order_update_to_cancelled). */
function setDates(moment: Moment, order: OrderDraft): void {
  const reached = paidStatus(moment, order);
  const isPaid =
    order.status === reached || (reached === 'processing' && order.status === 'completed');
  if (isPaid) order.paidMs ??= moment.nowMs;
  if (order.status === 'completed') order.completedMs = moment.nowMs;
}

/**
 * Takes the lines out of stock, once. Whether it was done is read when the call comes: parallel
 * calls do it again (woocommerce.md#order-status).
 */
function reduceStock(moment: Moment, order: OrderDraft, seen: Order | undefined): void {
  const isDone = seen === undefined ? order.isStockReduced : seen.isStockReduced;
  if (isDone) return;
  order.isStockReduced = true;
  const changes: string[] = [];
  order.lines = order.lines.map((line) => {
    const sold = line.variationId || line.productId;
    countSales(moment.store, sold, line.quantity);
    const change = moved(moment, line, line.quantity);
    if (change === null) return line;
    changes.push(`${line.name} (${change.from}&rarr;${change.to})`);
    return {
      ...line,
      meta: stockMeta(moment.store, line, '_reduced_stock', String(line.quantity)),
    };
  });
  if (changes.length > 0) addNote(moment, order, `Stock levels reduced: ${changes.join(', ')}`);
}

function restoreStock(moment: Moment, order: OrderDraft): void {
  order.isStockReduced = false;
  order.lines = order.lines.map((line) => {
    const reduced = line.meta.find((one) => one.key === '_reduced_stock');
    countSales(moment.store, line.variationId || line.productId, -line.quantity);
    if (reduced === undefined) return line;
    moved(moment, line, -Number(reduced.value));
    return { ...line, meta: line.meta.filter((one) => one !== reduced) };
  });
}

/** Moves the stock of a line's product; null when nobody keeps it. */
export function moved(
  moment: Moment,
  line: LineItem,
  units: number,
): { from: number; to: number; id: number } | null {
  const product = moment.store.products.get(line.variationId || line.productId);
  if (product === undefined) return null;
  const owner = stockOwner(moment.store, product);
  if (!owner.isStockManaged) return null;
  const from = owner.stockQuantity ?? 0;
  moveStock(moment, owner.id, units);
  return { from, to: from - units, id: owner.id };
}

export function stockMeta(
  store: Store,
  line: LineItem,
  key: string,
  value: string,
): LineItem['meta'] {
  return withMeta(line.meta, key, value, () => nextId(store, 'itemMeta'));
}

export function addNote(
  moment: Moment,
  order: OrderDraft,
  text: string,
  author = 'WooCommerce',
  isForCustomer = false,
): Note {
  const note: Note = {
    id: nextId(moment.store, 'comment'),
    text,
    isForCustomer,
    author,
    createdMs: moment.nowMs,
  };
  order.notes = [...order.notes, note];
  return note;
}

/**
 * Order e-mails go out inside the request (woocommerce.md#orders); this machine cannot send (rec:
 * order_notes_list).
 */
function mail(moment: Moment, order: OrderDraft, kind: string): void {
  const { store, nowMs } = moment;
  store.mails.push({ kind, to: plainText(order.billing['email']), atMs: nowMs });
  const title = 'New order';
  addNote(moment, order, `Email "${title}" failed to send: Could not instantiate mail function..`);
}
