import { type JsonObject } from '../../json';
import { WooError } from '../answer';
import { type Answered, type WooCall } from '../call';
import { selfLinks } from '../links';
import { asBoolean, textOf } from '../values';
import { localTime, utcTime } from '../zone';
import { type Note, type Order, type OrderDraft } from './model';
import { addNote } from './status';

/** Latest second first, in one second by id; without paging headers (rec: order_notes_list). */
export function listNotes(call: WooCall, [orderId = '']: string[]): Answered {
  const order = known(call, orderId);
  const second = (note: Note): number => Math.floor(note.createdMs / 1000);
  const sorted = [...order.notes].sort((a, b) => second(b) - second(a) || a.id - b.id);
  return { status: 200, body: sorted.map((note) => view(call, order, note)) };
}

/** A note neither counts as a change of the order nor fires a webhook (woocommerce.md#dates). */
export function postNote(call: WooCall, [orderId = '']: string[]): Answered {
  const order: OrderDraft = { ...known(call, orderId) };
  const { input, store } = call;
  const note = addNote(
    call,
    order,
    textOf(input['note']) ?? '',
    'WooCommerce',
    asBoolean(input['customer_note']),
  );
  store.revision += 1;
  store.orders.set(order.id, order);
  const location = `${store.homeUrl}/wp-json/wc/v3/orders/${order.id}/notes/${note.id}`;
  return { status: 201, body: view(call, order, note), headers: { location }, committed: true };
}

function known(call: WooCall, orderId: string): Order {
  const order = call.store.orders.get(Number(orderId));
  if (order !== undefined) return order;
  throw new WooError(404, 'woocommerce_rest_order_invalid_id', 'Invalid order ID.');
}

function view({ store }: WooCall, order: Order, note: Note): JsonObject {
  const collection = `orders/${order.id}/notes`;
  return {
    id: note.id,
    author: note.author,
    date_created: localTime(note.createdMs, store.zone),
    date_created_gmt: utcTime(note.createdMs),
    note: note.text,
    customer_note: note.isForCustomer,
    _links: {
      ...selfLinks(store, collection, String(note.id), ['GET', 'DELETE']),
      up: [{ href: `${store.homeUrl}/wp-json/wc/v3/orders/${order.id}` }],
    },
  };
}
