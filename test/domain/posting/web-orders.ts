import { DateTime } from 'luxon';
import { z } from 'zod';

import type { Address } from '../../../domain/bodies';
import { addDecimals, extendMinor, minorToText } from '../../../domain/money';
import type { LineTaxes, Sale } from '../../../domain/posting/sale';

// Web orders and refunds as accounting.md#examples gives them, as sales: what the examples decide
// from.

const taxesSchema = z.array(z.object({ id: z.number().optional(), total: z.string() })).default([]);
const amountSchema = z.object({
  name: z.string().default(''),
  total: z.string(),
  total_tax: z.string().optional(),
  taxes: taxesSchema,
});
const lineSchema = amountSchema.extend({
  sku: z.string(),
  quantity: z.number(),
  subtotal: z.string().optional(),
});
const addressSchema = z.object({
  first_name: z.string().default(''),
  last_name: z.string().default(''),
  email: z.string().optional(),
  address_1: z.string().optional(),
  city: z.string().optional(),
  state: z.string().optional(),
  postcode: z.string().optional(),
  country: z.string().optional(),
});
const orderSchema = z.object({
  number: z.string(),
  currency: z.string().default('USD'),
  prices_include_tax: z.boolean().default(false),
  date_paid_gmt: z.string().nullable().default(null),
  date_created_gmt: z.string().optional(),
  total: z.string().default('0'),
  total_tax: z.string().default('0'),
  customer_id: z.number(),
  payment_method: z.string(),
  transaction_id: z.string().default(''),
  billing: addressSchema.optional(),
  shipping: addressSchema.optional(),
  line_items: z.array(lineSchema).default([]),
  fee_lines: z.array(amountSchema).default([]),
  shipping_lines: z.array(amountSchema).default([]),
  coupon_lines: z.array(z.object({ code: z.string(), discount: z.string() })).default([]),
  tax_lines: z.array(z.object({ label: z.string(), rate_percent: z.number() })).default([]),
  tenders: z
    .array(z.object({ type: z.string(), amount: z.string(), code: z.string().default('') }))
    .default([]),
  // Of a refund.
  id: z.number().optional(),
  amount: z.string().optional(),
  api_restock: z.boolean().default(true),
});
type WebOrder = z.infer<typeof orderSchema>;

/** A source of accounting.md#examples as the sale it means, dated in the company's zone. */
export function saleOfWebOrder(source: unknown, zone: string): Sale {
  const order = orderSchema.parse(source);
  return order.id === undefined ? saleOf(order, zone) : refundOf(order, order.id, zone);
}

function saleOf(order: WebOrder, zone: string): Sale {
  const { currency } = order;
  const minor = (text: string): number => rounded(text, currency);
  const cards = order.tenders.filter(({ type }) => type === 'gift_card');
  const cardsMinor = sum(cards.map(({ amount }) => minor(amount)));
  const totalMinor = minor(order.total) - cardsMinor;
  const isPaid = order.date_paid_gmt !== null;
  const isTip = ({ name }: { name: string }): boolean => name === 'Tip';
  return {
    ...common(order, zone),
    side: 'sale',
    marker: `truth-sync woo order ${order.number}`,
    notes: [
      ...order.coupon_lines.map(
        ({ code, discount }) => `coupon ${code} ${minorToText(minor(discount), currency)}`,
      ),
      ...cards.map(({ amount }) => `gift card ${minorToText(minor(amount), currency)}`),
    ],
    number: `W-${order.number}`,
    tenders: isPaid
      ? [{ tender: order.payment_method, amountMinor: totalMinor, reference: order.transaction_id }]
      : null,
    items: order.line_items.map((line) => ({
      ...taxed(line, order),
      sku: line.sku,
      description: line.name,
      quantity: String(line.quantity),
      netMinor: minor(line.total),
      discountMinor: minor(line.subtotal ?? line.total) - minor(line.total),
      isKept: false,
    })),
    fees: order.fee_lines
      .filter((fee) => !isTip(fee))
      .map((fee) => ({ ...taxed(fee, order), description: fee.name, netMinor: minor(fee.total) })),
    tipsMinor: order.fee_lines
      .filter(isTip)
      .map((tip) => ({ description: tip.name, amountMinor: minor(tip.total) })),
    shipping: order.shipping_lines.map((line) => ({
      ...taxed(line, order),
      description: line.name,
      netMinor: minor(line.total),
    })),
    giftCards: cards.map(({ code, amount }) => ({ code, use: 'used', amountMinor: minor(amount) })),
    unallocatedMinor: 0,
    taxMinor: minor(order.total_tax),
    totalMinor,
  };
}

/**
 * The amount wins: what its lines do not come to is allocated to none of them
 * (accounting.md#refunds).
 */
function refundOf(order: WebOrder, id: number, zone: string): Sale {
  const minor = (text: string): number => 0 - rounded(text, order.currency);
  const items = order.line_items.map((line) => ({
    codes: [],
    taxMinor: minor(line.total_tax ?? '0'),
    sku: line.sku,
    description: line.name,
    quantity: String(Math.abs(line.quantity)),
    netMinor: minor(line.total),
    discountMinor: 0,
    isKept: !order.api_restock,
  }));
  const taxMinor = sum(items.map((item) => item.taxMinor));
  const totalMinor = rounded(order.amount ?? '0', order.currency);
  return {
    ...common(order, zone),
    side: 'refund',
    marker: `truth-sync woo refund ${id} of order ${order.number} (W-${order.number})`,
    notes: [],
    number: `W-${order.number}-R${id}`,
    tenders: [{ tender: order.payment_method, amountMinor: totalMinor, reference: null }],
    items,
    fees: [],
    tipsMinor: [],
    shipping: [],
    giftCards: [],
    unallocatedMinor: totalMinor - sum(items.map((item) => item.netMinor)) - taxMinor,
    taxMinor,
    totalMinor,
  };
}

function common(
  order: WebOrder,
  zone: string,
): Pick<
  Sale,
  | 'date'
  | 'currency'
  | 'pricesIncludeTax'
  | 'customerId'
  | 'guest'
  | 'billTo'
  | 'shipTo'
  | 'dueDate'
  | 'taxLabel'
> {
  const instant = order.date_paid_gmt ?? order.date_created_gmt ?? '';
  const { billing, shipping } = order;
  const name = billing === undefined ? '' : `${billing.first_name} ${billing.last_name}`;
  return {
    date: DateTime.fromISO(instant, { zone: 'utc' }).setZone(zone).toISODate() ?? '',
    currency: order.currency,
    pricesIncludeTax: order.prices_include_tax,
    customerId: order.customer_id === 0 ? null : String(order.customer_id),
    guest: billing === undefined ? null : { name, email: billing.email },
    billTo:
      billing === undefined ? null : { line1: name, line2: billing.address_1, ...place(billing) },
    shipTo: shipping === undefined ? null : { line1: shipping.address_1, ...place(shipping) },
    dueDate: null,
    taxLabel: order.tax_lines
      .map(({ label, rate_percent: rate }) => `${label} ${rate} %`)
      .join(', '),
  };
}

function place(address: z.infer<typeof addressSchema>): Address {
  const { city, state: region, postcode: postalCode, country } = address;
  return { city, region, postalCode, country };
}

/**
 * Where prices include tax, the line's gross counts: round2(total + its taxes), read with 6
 * decimals.
 */
function taxed(line: z.infer<typeof amountSchema>, order: WebOrder): LineTaxes {
  const codes = line.taxes.map(({ id }) => String(id));
  const total = line.total_tax ?? '0';
  if (!order.prices_include_tax || line.taxes.length === 0)
    return { codes, taxMinor: rounded(total, order.currency) };
  const gross = line.taxes.map((tax) => tax.total).reduce(addDecimals, line.total);
  const grossMinor = rounded(gross, order.currency);
  return { codes, taxMinor: grossMinor - rounded(line.total, order.currency) };
}

/** Half up. */
function rounded(text: string, currency: string): number {
  return extendMinor('1', text, currency);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
