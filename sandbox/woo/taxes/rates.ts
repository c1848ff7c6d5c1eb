import { share, type Micro } from '../money';
import { type Store } from '../store';
import { type TaxRate } from './model';

/** Where a sale is taxed. */
export interface TaxPlace {
  country: string;
  state: string;
  postcode: string;
  city: string;
}

/** The tax of one rate on an amount. */
export interface RateTax {
  rateId: number;
  tax: Micro;
}

const wholeRate = 100n * 10_000n;

/** The rates that apply: the first fitting one of each priority, in the order of priority. */
export function ratesFor(store: Store, place: TaxPlace, taxClass: string): TaxRate[] {
  const wanted = taxClass === '' ? 'standard' : taxClass;
  const fitting = [...store.rates.values()]
    .filter((rate) => rate.taxClass === wanted && fits(rate, place))
    .sort(
      (a, b) =>
        a.priority - b.priority ||
        specificity(b) - specificity(a) ||
        a.order - b.order ||
        a.id - b.id,
    );
  const found = new Map<number, TaxRate>();
  for (const rate of fitting) if (!found.has(rate.priority)) found.set(rate.priority, rate);
  return [...found.values()];
}

function fits(rate: TaxRate, place: TaxPlace): boolean {
  const same = (want: string, have: string): boolean =>
    want === '' || want.toUpperCase() === have.toUpperCase();
  return (
    same(rate.country, place.country) &&
    same(rate.state, place.state) &&
    same(rate.city, place.city) &&
    postcodeFits(rate.postcode, place.postcode)
  );
}

/** A postcode may end in `*` and may be a list parted by semicolons. */
function postcodeFits(wanted: string, postcode: string): boolean {
  if (wanted === '') return true;
  const plain = postcode.toUpperCase().replace(/[\s-]/g, '');
  return wanted
    .toUpperCase()
    .split(';')
    .some((one) => {
      const pattern = one.replace(/[\s-]/g, '');
      return pattern.endsWith('*') ? plain.startsWith(pattern.slice(0, -1)) : pattern === plain;
    });
}

function specificity(rate: TaxRate): number {
  return [rate.country, rate.state, rate.postcode, rate.city].filter((part) => part !== '').length;
}

/** The taxes on a net amount, each to six decimals; compound rates tax the others as well. */
export function taxesOn(net: Micro, rates: readonly TaxRate[]): RateTax[] {
  const taxes = new Map<number, Micro>();
  for (const rate of rates.filter((one) => !one.isCompound)) {
    taxes.set(rate.id, share(net, rate.rate, wholeRate));
  }
  for (const rate of rates.filter((one) => one.isCompound)) {
    const before = [...taxes.values()].reduce((sum, tax) => sum + tax, 0n);
    taxes.set(rate.id, share(net + before, rate.rate, wholeRate));
  }
  return rates.map((rate) => ({ rateId: rate.id, tax: taxes.get(rate.id) ?? 0n }));
}

/** The taxes that a gross amount holds: gross × rate / (1 + rate), each to six decimals. */
export function taxesWithin(gross: Micro, rates: readonly TaxRate[]): RateTax[] {
  const taxes = new Map<number, Micro>();
  let rest = gross;
  for (const rate of rates.filter((one) => one.isCompound).reverse()) {
    const tax = share(rest, rate.rate, wholeRate + rate.rate);
    taxes.set(rate.id, tax);
    rest -= tax;
  }
  const regular = rates.filter((one) => !one.isCompound);
  const together = regular.reduce((sum, rate) => sum + rate.rate, 0n);
  for (const rate of regular) taxes.set(rate.id, share(rest, rate.rate, wholeRate + together));
  return rates.map((rate) => ({ rateId: rate.id, tax: taxes.get(rate.id) ?? 0n }));
}

export function totalOf(taxes: readonly RateTax[]): Micro {
  return taxes.reduce((sum, { tax }) => sum + tax, 0n);
}

/** Where the shop itself stands: gross prices are taken to hold this place's taxes. */
export function basePlace(store: Store): TaxPlace {
  const [country = '', state = ''] = store.options.country.split(':');
  return { country, state, postcode: '', city: '' };
}

/** `GB-VAT-1`, as a tax line names its rate. */
export function rateCode(rate: TaxRate): string {
  const label = (rate.name === '' ? 'TAX' : rate.name).toUpperCase();
  return [rate.country, rate.state, label, String(rate.priority)]
    .filter((part) => part !== '')
    .join('-');
}
