import { WooError } from '../answer';
import { selfLinks } from '../links';
import { fixed, toMicro } from '../money';
import { type Parameter } from '../schema';
import { nextId } from '../store';
import { asBoolean, textOf } from '../values';
import { announce } from '../webhooks/events';
import { localTime, utcTime } from '../zone';
import { type Coupon, type DiscountType } from './model';
import { type Resource } from './resource';

const types: readonly DiscountType[] = ['percent', 'fixed_cart', 'fixed_product'];

/** Parameters of a coupon; a new one needs its code. */
export const couponUpdateParameters: Record<string, Parameter> = {
  code: { type: 'string' },
  amount: { type: 'string' },
  discount_type: { type: 'string', allowed: types },
};
export const couponParameters: Record<string, Parameter> = {
  ...couponUpdateParameters,
  code: { type: 'string', isRequired: true },
};

/** `/coupons`: the part of them that changes orders. */
export const coupons: Resource<Coupon> = {
  path: 'coupons',
  plural: 'Coupons',
  rows: (store) => store.coupons,
  missing: () => new WooError(404, 'woocommerce_rest_shop_coupon_invalid_id', 'Invalid ID.'),
  isLatestFirst: true,
  fits: (row, input) =>
    input['code'] === undefined || row.code === textOf(input['code'])?.toLowerCase(),
  afterCreate: (call, { id }) => {
    announce(call, 'coupon', 'created', id);
  },
  written: ({ store, nowMs }, before, input) => {
    const code = (textOf(input['code']) ?? before?.code ?? '').trim().toLowerCase();
    if ([...store.coupons.values()].some((one) => one.id !== before?.id && one.code === code)) {
      const message = 'The coupon code already exists';
      throw new WooError(400, 'woocommerce_rest_coupon_code_already_exists', message);
    }
    const type = types.find((one) => one === input['discount_type']);
    return {
      id: before?.id ?? nextId(store, 'post'),
      code,
      type: type ?? before?.type ?? 'fixed_cart',
      amount: input['amount'] === undefined ? (before?.amount ?? 0n) : toMicro(input['amount']),
      isFreeShipping: asBoolean(input['free_shipping'] ?? before?.isFreeShipping),
      createdMs: before?.createdMs ?? nowMs,
      modifiedMs: nowMs,
    };
  },
  view: (store, { id, code, type, amount, isFreeShipping, createdMs, modifiedMs }) => ({
    id,
    code,
    amount: fixed(amount, store.options.decimals),
    status: 'publish',
    date_created: localTime(createdMs, store.zone),
    date_created_gmt: utcTime(createdMs),
    date_modified: localTime(modifiedMs, store.zone),
    date_modified_gmt: utcTime(modifiedMs),
    discount_type: type,
    free_shipping: isFreeShipping,
    _links: selfLinks(store, 'coupons', String(id)),
  }),
};
