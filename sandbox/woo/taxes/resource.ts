import { WooError } from '../answer';
import { selfLinks } from '../links';
import { fixed, toMicro } from '../money';
import { type Parameter } from '../schema';
import { type Resource } from '../shop/resource';
import { nextId } from '../store';
import { asBoolean, asWhole, textOf } from '../values';
import { type TaxRate } from './model';

const text: Parameter = { type: 'string' };

export const taxParameters: Record<string, Parameter> = {
  country: text,
  state: text,
  rate: text,
  name: text,
  priority: { type: 'integer' },
  compound: { type: 'boolean' },
  shipping: { type: 'boolean' },
};

/** Ten-thousandths of a percent are a hundredth of a millionth part of it. */
const perMicro = 100n;

function rateUnits(value: unknown): bigint {
  return toMicro(value) / perMicro;
}

/** `/taxes` (rec: tax_create). */
export const taxes: Resource<TaxRate> = {
  path: 'taxes',
  plural: 'Taxes',
  rows: (store) => store.rates,
  missing: () => new WooError(404, 'woocommerce_rest_invalid_id', 'Invalid resource ID.'),
  compare: (a, b) => a.order - b.order,
  written: ({ store }, before, input) => {
    const string = (name: string, old: string | undefined): string =>
      textOf(input[name]) ?? old ?? '';
    return {
      id: before?.id ?? nextId(store, 'rate'),
      country: string('country', before?.country).toUpperCase(),
      state: string('state', before?.state).toUpperCase(),
      postcode: string('postcode', before?.postcode),
      city: string('city', before?.city),
      rate: input['rate'] === undefined ? (before?.rate ?? 0n) : rateUnits(input['rate']),
      name: textOf(input['name']) ?? before?.name ?? 'Tax',
      priority: asWhole(input['priority'] ?? before?.priority ?? 1),
      isCompound: asBoolean(input['compound'] ?? before?.isCompound),
      isForShipping: asBoolean(input['shipping'] ?? before?.isForShipping ?? true),
      order: asWhole(input['order'] ?? before?.order),
      taxClass: textOf(input['class']) ?? before?.taxClass ?? 'standard',
    };
  },
  view: (store, rate) => ({
    id: rate.id,
    country: rate.country,
    state: rate.state,
    postcode: rate.postcode,
    city: rate.city,
    rate: fixed(rate.rate * perMicro, 4),
    name: rate.name,
    priority: rate.priority,
    compound: rate.isCompound,
    shipping: rate.isForShipping,
    order: rate.order,
    class: rate.taxClass,
    postcodes: rate.postcode === '' ? [] : rate.postcode.split(';'),
    cities: rate.city === '' ? [] : rate.city.split(';'),
    _links: selfLinks(store, 'taxes', String(rate.id)),
  }),
};
