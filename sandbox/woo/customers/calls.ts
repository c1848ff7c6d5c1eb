import { createHash } from 'node:crypto';

import { type JsonObject, plainText } from '../../json';
import { emptyAddress, writtenAddress } from '../address';
import { WooError } from '../answer';
import { batchAnswer, itemWrite } from '../batch';
import { type Answered, type Moment, type WooCall } from '../call';
import { onlyFields } from '../fields';
import { selfLinks } from '../links';
import { metaView, writtenMeta } from '../meta';
import { pageAnswer, sortedBy } from '../paging';
import { type Arrival } from '../races';
import { emailText, type Parameter } from '../schema';
import { nextId, type Store } from '../store';
import { asBoolean, ids, parameterText, textOf } from '../values';
import { announce } from '../webhooks/events';
import { localTime, utcTime } from '../zone';
import { type Customer } from './model';

const text: Parameter = { type: 'string' };

/** Parameters of a customer write; a new one needs its e-mail (rec: customer_create_no_email). */
export const createParameters: Record<string, Parameter> = {
  email: { ...text, isRequired: true },
  first_name: text,
  last_name: text,
  username: text,
  password: text,
};
export const updateParameters: Record<string, Parameter> = { ...createParameters, email: text };

/** Parameters of the list: there is no date filter (rec: customer_list_modified_after). */
export const listParameters: Record<string, Parameter> = {
  page: { type: 'integer', bounds: { min: 1 } },
  per_page: { type: 'integer', bounds: { min: 1, max: 100 } },
  order: { type: 'string', allowed: ['asc', 'desc'] },
  orderby: { type: 'string', allowed: ['id', 'include', 'name', 'registered_date'] },
  role: text,
  email: text,
};

export function listCustomers(call: WooCall): Answered {
  const { store, input } = call;
  const email = parameterText(input['email']).toLowerCase();
  const search = parameterText(input['search']).toLowerCase();
  const role = input['role'] === undefined ? 'customer' : parameterText(input['role']);
  const include = ids(input['include']);
  const exclude = ids(input['exclude']);
  const rows = candidates(store, email).filter(
    (one) =>
      (role === 'all' || one.role === role) &&
      (email === '' || one.email.toLowerCase() === email) &&
      (include.length === 0 || include.includes(one.id)) &&
      !exclude.includes(one.id) &&
      `${one.email} ${one.username} ${one.firstName} ${one.lastName}`
        .toLowerCase()
        .includes(search),
  );
  const name = (one: Customer): string => one.username;
  const by =
    input['orderby'] === 'registered_date'
      ? (a: Customer, b: Customer): number => a.createdMs - b.createdMs
      : input['orderby'] === 'id'
        ? (a: Customer, b: Customer): number => a.id - b.id
        : (a: Customer, b: Customer): number =>
            name(a) < name(b) ? -1 : Number(name(a) > name(b));
  const sorted = sortedBy(rows, by, input['order'] ?? 'asc');
  return pageAnswer(call, sorted, (customer) => view(call, customer));
}

function candidates(store: Store, email: string): Customer[] {
  const id = store.idByEmail.get(email);
  const isUnique = id !== undefined && store.customers.get(id)?.email.toLowerCase() === email;
  if (email !== '' && !isUnique) return [];
  return [...store.customers.values()];
}

export function getCustomer(call: WooCall, [id = '']: string[]): Answered {
  return { status: 200, body: shown(call, known(call, id)) };
}

export function postCustomer(call: WooCall): Answered {
  const customer = createCustomer(call, call.input, call.arrival);
  const location = `${call.store.homeUrl}/wp-json/wc/v3/customers/${customer.id}`;
  return { status: 201, body: shown(call, customer), headers: { location }, committed: true };
}

export function putCustomer(call: WooCall, [id = '']: string[]): Answered {
  const customer = updateCustomer(call, known(call, id), call.input);
  return { status: 200, body: shown(call, customer), committed: true };
}

/**
 * There is no trash. Orders keep the person's data, but belong to nobody
 * (woocommerce.md#customers).
 */
export function deleteCustomer(call: WooCall, [id = '']: string[]): Answered {
  const customer = known(call, id);
  if (!asBoolean(call.input['force'])) {
    const message = 'Customers do not support trashing.';
    throw new WooError(501, 'woocommerce_rest_trash_not_supported', message);
  }
  const body = shown(call, customer);
  eraseCustomer(call, customer);
  return { status: 200, body, committed: true };
}

export function batchCustomers(call: WooCall): Answered {
  const plain: WooCall = { ...call, input: {} };
  return batchAnswer(call, {
    create: (item) => view(plain, createCustomer(call, item, itemWrite(call, item).arrival)),
    update: (item) => view(plain, updateCustomer(call, known(call, plainText(item['id'])), item)),
    delete: (item) => {
      const customer = known(call, plainText(item));
      const before = view(plain, customer);
      eraseCustomer(call, customer);
      return before;
    },
  });
}

function eraseCustomer(call: WooCall, customer: Customer): void {
  const { store } = call;
  store.revision += 1;
  store.customers.delete(customer.id);
  for (const [index, key] of [
    [store.idByEmail, customer.email.toLowerCase()],
    [store.idByUsername, customer.username],
  ] as const) {
    if (index.get(key) === customer.id) index.delete(key);
  }
  for (const order of store.orders.values()) {
    if (order.customerId === customer.id) store.orders.set(order.id, { ...order, customerId: 0 });
  }
  announce(call, 'customer', 'deleted', customer.id);
}

function createCustomer(moment: Moment, input: JsonObject, arrival: Arrival): Customer {
  const { store, nowMs, settings } = moment;
  const email = (textOf(input['email']) ?? '').trim();
  if (!emailText.test(email)) throw refused('customer_invalid_email', 'Invalid email address');
  refuseTakenEmail(store, email, arrival);
  const username = textOf(input['username']) ?? freeUsername(store, email);
  if (store.idByUsername.has(username)) {
    const message = 'An account is already registered with that username. Please choose another.';
    throw refused('registration-error-username-exists', message);
  }
  const customer: Customer = {
    id: nextId(store, 'user'),
    email,
    username,
    firstName: textOf(input['first_name']) ?? '',
    lastName: textOf(input['last_name']) ?? '',
    role: 'customer',
    billing: writtenAddress(emptyAddress('customer', 'billing'), input['billing']),
    shipping: writtenAddress(emptyAddress('customer', 'shipping'), input['shipping']),
    isPaying: false,
    createdMs: nowMs,
    modifiedMs: nowMs,
    meta: writtenMeta(generatedPasswordMeta(store, input), input['meta_data'], () =>
      nextId(store, 'userMeta'),
    ),
    revision: store.revision + 1,
  };
  keep(store, customer);
  if (settings['woo.mailOnCustomer']) {
    store.mails.push({ kind: 'customer_new_account', to: email, atMs: nowMs });
  }
  announce(moment, 'customer', 'created', customer.id);
  announce(moment, 'customer', 'updated', customer.id);
  return customer;
}

/** A password made by the shop asks to be changed (rec: customer_create). */
function generatedPasswordMeta(store: Store, input: JsonObject): Customer['meta'] {
  if (input['password'] !== undefined) return [];
  return [{ id: nextId(store, 'userMeta'), key: 'default_password_nag', value: '1' }];
}

/**
 * Of calls at the same time two get through, the others fail further in (woocommerce.md#customers).
 */
function refuseTakenEmail(store: Store, email: string, arrival: Arrival): void {
  const holder = store.customers.get(store.idByEmail.get(email.toLowerCase()) ?? 0);
  if (holder === undefined) return;
  if (holder.revision <= arrival.revision) {
    const message =
      `An account is already registered with ${email}. Please log in or use a different ` +
      'email address.';
    throw refused('registration-error-email-exists', message);
  }
  const same = [...store.customers.values()].filter(
    (one) => one.email.toLowerCase() === email.toLowerCase(),
  );
  if (same.length < 2) return;
  throw refused('existing_user_email', 'Sorry, that email address is already used!');
}

function updateCustomer(moment: Moment, before: Customer, input: JsonObject): Customer {
  const { store, nowMs } = moment;
  const email = textOf(input['email'])?.trim();
  if (email !== undefined && email.toLowerCase() !== before.email.toLowerCase()) {
    // The text says something else than what is wrong (rec: customer_update_email_taken).
    if (!emailText.test(email) || store.idByEmail.has(email.toLowerCase())) {
      throw refused('woocommerce_rest_customer_invalid_email', 'Email address is invalid.');
    }
  }
  if (input['username'] !== undefined && input['username'] !== before.username) {
    throw refused('woocommerce_rest_customer_invalid_argument', "Username isn't editable.");
  }
  const customer: Customer = {
    ...before,
    email: email ?? before.email,
    firstName: textOf(input['first_name']) ?? before.firstName,
    lastName: textOf(input['last_name']) ?? before.lastName,
    billing: writtenAddress(before.billing, input['billing']),
    shipping: writtenAddress(before.shipping, input['shipping']),
    meta: writtenMeta(before.meta, input['meta_data'], () => nextId(store, 'userMeta')),
    modifiedMs: nowMs,
  };
  if (customer.email !== before.email) store.idByEmail.delete(before.email.toLowerCase());
  keep(store, customer);
  announce(moment, 'customer', 'updated', customer.id);
  return customer;
}

function keep(store: Store, customer: Customer): void {
  store.revision += 1;
  store.customers.set(customer.id, customer);
  store.idByEmail.set(customer.email.toLowerCase(), customer.id);
  store.idByUsername.set(customer.username, customer.id);
}

/** The part of the e-mail in front of the sign, with a number when it is taken. */
function freeUsername(store: Store, email: string): string {
  const base = (email.split('@')[0] ?? '').toLowerCase().replace(/[^a-z0-9._-]/g, '');
  if (!store.idByUsername.has(base)) return base;
  let number = 1;
  while (store.idByUsername.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}

function refused(code: string, message: string): WooError {
  return new WooError(400, code, message);
}

function known(call: WooCall, id: string): Customer {
  const customer = call.store.customers.get(Number(id));
  if (customer !== undefined) return customer;
  throw new WooError(404, 'wc_user_invalid_id', 'Invalid user ID.');
}

/**
 * True when somebody has this number: rights are asked for before anything else
 * (woocommerce.md#errors).
 */
export function isCustomer(store: Store, id: string): boolean {
  return store.customers.has(Number(id));
}

function shown(call: WooCall, customer: Customer): JsonObject {
  return onlyFields(view(call, customer), parameterText(call.input['_fields']));
}

function view({ store, input }: WooCall, customer: Customer): JsonObject {
  return customerView(store, customer, input);
}

/** A customer as it stands on the wire, members in the recorded order. */
export function customerView(store: Store, customer: Customer, input: JsonObject = {}): JsonObject {
  const avatar = createHash('sha256').update(customer.email.toLowerCase()).digest('hex');
  return {
    id: customer.id,
    date_created: localTime(customer.createdMs, store.zone),
    date_created_gmt: utcTime(customer.createdMs),
    date_modified: localTime(customer.modifiedMs, store.zone),
    date_modified_gmt: utcTime(customer.modifiedMs),
    email: customer.email,
    first_name: customer.firstName,
    last_name: customer.lastName,
    role: customer.role,
    username: customer.username,
    billing: { ...customer.billing },
    shipping: { ...customer.shipping },
    is_paying_customer: customer.isPaying,
    avatar_url: `https://avatar.example/avatar/${avatar}?s=96&d=mm&r=g`,
    meta_data: metaView(customer.meta, input),
    _links: selfLinks(store, 'customers', String(customer.id)),
  };
}
