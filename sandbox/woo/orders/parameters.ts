import { type Parameter } from '../schema';

const text: Parameter = { type: 'string' };
const flag: Parameter = { type: 'boolean' };
const integer: Parameter = { type: 'integer' };
const list: Parameter = { type: 'array' };
const address: Parameter = {
  type: 'object',
  members: { email: { type: 'email' } },
};

/** The currencies of the shop's list (rec: order_create_bad_currency). */
const currencies = (
  'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTC ' +
  'BTN BWP BYR BYN BZD CAD CDF CHF CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ' +
  'ETB EUR FJD FKP GBP GEL GGP GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS IMP INR ' +
  'IQD IRR IRT ISK JEP JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL ' +
  'LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR ' +
  'PAB PEN PGK PHP PKR PLN PRB PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLL SOS ' +
  'SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VEF VES VND ' +
  'VUV WST XAF XCD XOF XPF YER ZAR ZMW'
).split(' ');

/** Parameters of an order write. Statuses come from the store, as plug-ins add some. */
export function writeParameters(statuses: readonly string[]): Record<string, Parameter> {
  return {
    parent_id: integer,
    status: { type: 'string', allowed: statuses },
    currency: { type: 'string', allowed: currencies },
    customer_id: integer,
    customer_note: text,
    billing: address,
    shipping: address,
    payment_method: text,
    payment_method_title: text,
    transaction_id: text,
    meta_data: list,
    line_items: {
      type: 'array',
      items: { id: integer, quantity: integer, product_id: integer, variation_id: integer },
    },
    shipping_lines: list,
    fee_lines: list,
    coupon_lines: list,
    set_paid: flag,
  };
}

/** Parameters of the order list; what is not here is ignored (woocommerce.md#lists). */
export function listParameters(statuses: readonly string[]): Record<string, Parameter> {
  return {
    page: { type: 'integer', bounds: { min: 1 } },
    per_page: { type: 'integer', bounds: { min: 1, max: 100 } },
    order: { type: 'string', allowed: ['asc', 'desc'] },
    orderby: { type: 'string', allowed: ['date', 'id', 'include', 'title', 'slug', 'modified'] },
    after: { type: 'date' },
    before: { type: 'date' },
    modified_after: { type: 'date' },
    modified_before: { type: 'date' },
    dates_are_gmt: flag,
    status: { type: 'string-list', allowed: ['any', 'trash', ...statuses] },
    customer: integer,
    product: integer,
    dp: integer,
  };
}

/** Parameters of a refund (rec: refund_create_amount_number). */
export const refundParameters: Record<string, Parameter> = {
  amount: text,
  reason: text,
  api_refund: flag,
  api_restock: flag,
  meta_data: list,
  line_items: list,
};
