import { sum } from '../../decimal';
import { type HalfRule, type Micro, rounded, share } from '../money';
import { nextId, type Store } from '../store';
import {
  basePlace,
  rateCode,
  type RateTax,
  ratesFor,
  taxesOn,
  type TaxPlace,
} from '../taxes/rates';
import { type TaxRate } from '../taxes/model';
import { textOf } from '../values';
import { type FeeLine, type LineItem, type LineTax, type OrderDraft } from './model';

/** Exact halves of taxes go down while prices hold the tax, by the setting of the moment. */
function taxHalf(store: Store): HalfRule {
  return store.options.pricesIncludeTax ? 'down' : 'up';
}

/** A tax of a line as it counts in sums: rounded at once, or at the sub-total. */
export function roundedLineTax(store: Store, tax: Micro): Micro {
  const { taxRoundAtSubtotal, decimals } = store.options;
  return taxRoundAtSubtotal ? tax : rounded(tax, decimals, taxHalf(store));
}

/** Where the order is taxed: by shipping or billing address, else where the shop stands. */
export function taxPlace(store: Store, order: OrderDraft): TaxPlace {
  const { taxBasedOn } = store.options;
  const isShipped = taxBasedOn === 'shipping' && textOf(order.shipping['country']) !== '';
  const address = isShipped ? order.shipping : order.billing;
  const field = (name: string): string => textOf(address[name]) ?? '';
  if (taxBasedOn === 'base' || field('country') === '') return basePlace(store);
  return {
    country: field('country'),
    state: field('state'),
    postcode: field('postcode'),
    city: field('city'),
  };
}

/** Sums the order up anew at the tax rates and settings of this moment (woocommerce.md#totals). */
export function calculateTotals(store: Store, order: OrderDraft): void {
  const { decimals } = store.options;
  const subtotal = itemsTotal(
    store,
    order.lines.map((line) => line.subtotal),
  );
  const total = itemsTotal(
    store,
    order.lines.map((line) => line.total),
  );
  order.shippingTotal = sum(order.shippingLines.map((line) => rounded(line.total, decimals)));
  order.fees = cutFees(order, total, decimals);
  calculateTaxes(store, order);
  const taxOf = (pick: (tax: LineTax) => Micro): Micro =>
    sum(order.lines.flatMap((line) => line.taxes.map(pick)));
  const discountTax = taxOf((tax) => tax.subtotal ?? 0n) - taxOf((tax) => tax.total);
  order.discountTotal = rounded(subtotal - total, decimals);
  order.discountTax = rounded(discountTax, decimals, taxHalf(store));
  const fees = sum(order.fees.map((fee) => fee.total));
  order.total = rounded(
    total + fees + order.shippingTotal + order.cartTax + order.shippingTax,
    decimals,
  );
}

function itemsTotal(store: Store, amounts: Micro[]): Micro {
  const { taxRoundAtSubtotal, decimals } = store.options;
  return sum(taxRoundAtSubtotal ? amounts : amounts.map((amount) => rounded(amount, decimals)));
}

/** A negative fee cannot take more than there is (rec: order_create_fee_negative_capped). */
function cutFees(order: OrderDraft, itemsTotal: Micro, decimals: number): readonly FeeLine[] {
  let before = 0n;
  return order.fees.map((fee) => {
    const lowest = -rounded(itemsTotal + before + order.shippingTotal, decimals);
    const cut =
      fee.total < 0n && fee.total < lowest && lowest < 0n ? { ...fee, total: lowest } : fee;
    before += cut.total;
    return cut;
  });
}

function calculateTaxes(store: Store, order: OrderDraft): void {
  const place = taxPlace(store, order);
  const rates = new Map<string, TaxRate[]>();
  const ratesOf = (taxClass: string): TaxRate[] => {
    const known = rates.get(taxClass) ?? ratesFor(store, place, taxClass);
    rates.set(taxClass, known);
    return known;
  };
  const { isTaxed } = store.options;
  order.lines = order.lines.map((line) => ({
    ...line,
    taxes: isTaxed && isTaxable(store, line) ? lineTaxes(line, ratesOf(line.taxClass)) : [],
  }));
  order.fees = order.fees.map((fee) => ({
    ...fee,
    taxes: isTaxed ? feeTaxes(store, order, fee, ratesOf) : [],
  }));
  const [shippingClass = ''] = order.lines.map((line) => line.taxClass);
  order.shippingLines = order.shippingLines.map((line) => {
    const isShippingTaxed = isTaxed && line.taxStatus === 'taxable' && order.lines.length > 0;
    const forShipping = ratesOf(shippingClass).filter((rate) => rate.isForShipping);
    return { ...line, taxes: isShippingTaxed ? without(taxesOn(line.total, forShipping)) : [] };
  });
  sumTaxes(store, order);
}

function lineTaxes(line: LineItem, rates: TaxRate[]): LineTax[] {
  const before = new Map(taxesOn(line.subtotal, rates).map(({ rateId, tax }) => [rateId, tax]));
  return taxesOn(line.total, rates).map(({ rateId, tax }) => {
    return { rateId, total: tax, subtotal: before.get(rateId) ?? 0n };
  });
}

function without(taxes: RateTax[]): LineTax[] {
  return taxes.map(({ rateId, tax }) => ({ rateId, total: tax, subtotal: null }));
}

function isTaxable(store: Store, line: LineItem): boolean {
  const product = store.products.get(line.variationId || line.productId);
  return (product?.fields['tax_status'] ?? 'taxable') === 'taxable';
}

/**
 * A negative fee is taxed like what it reduces, whatever its own status says
 * (woocommerce.md#orders).
 */
function feeTaxes(
  store: Store,
  order: OrderDraft,
  fee: FeeLine,
  ratesOf: (taxClass: string) => TaxRate[],
): LineTax[] {
  if (fee.total >= 0n) {
    return fee.taxStatus === 'taxable' ? without(taxesOn(fee.total, ratesOf(fee.taxClass))) : [];
  }
  const costs = costsByClass(store, order);
  const whole = sum(costs.values());
  const taxes = new Map<number, Micro>();
  for (const [taxClass, cost] of costs) {
    if (taxClass === null || whole === 0n) continue;
    for (const { rateId, tax } of taxesOn(share(fee.total, cost, whole), ratesOf(taxClass))) {
      taxes.set(rateId, (taxes.get(rateId) ?? 0n) + tax);
    }
  }
  return [...taxes].map(([rateId, total]) => ({ rateId, total, subtotal: null }));
}

/** Positive amounts of the order by tax class; null for what is not taxed. */
function costsByClass(store: Store, order: OrderDraft): Map<string | null, Micro> {
  const costs = new Map<string | null, Micro>();
  const add = (taxClass: string | null, amount: Micro): void => {
    if (amount > 0n) costs.set(taxClass, (costs.get(taxClass) ?? 0n) + amount);
  };
  const [first = ''] = order.lines.map((line) => line.taxClass);
  for (const line of order.lines) add(isTaxable(store, line) ? line.taxClass : null, line.total);
  for (const fee of order.fees) add(fee.taxStatus === 'taxable' ? fee.taxClass : null, fee.total);
  for (const line of order.shippingLines)
    add(line.taxStatus === 'taxable' ? first : null, line.total);
  return costs;
}

/** The tax lines, one for each rate that is met, and the sums above them. */
function sumTaxes(store: Store, order: OrderDraft): void {
  const cart = new Map<number, Micro>();
  const shipping = new Map<number, Micro>();
  const add = (into: Map<number, Micro>, { rateId, total }: LineTax): void => {
    into.set(rateId, (into.get(rateId) ?? 0n) + roundedLineTax(store, total));
  };
  for (const line of [...order.lines, ...order.fees]) for (const tax of line.taxes) add(cart, tax);
  for (const line of order.shippingLines) for (const tax of line.taxes) add(shipping, tax);
  const met = new Set([...cart.keys(), ...shipping.keys()]);
  const kept = order.taxLines.filter((line) => met.has(line.rateId));
  const keptIds = new Set(kept.map((line) => line.rateId));
  const fresh = [...met]
    .filter((rateId) => !keptIds.has(rateId))
    .map((rateId) => {
      return { id: nextId(store, 'item'), rateId };
    });
  order.taxLines = [...kept, ...fresh].map(({ id, rateId }) => {
    const rate = store.rates.get(rateId);
    return {
      id,
      rateId,
      rateCode: rate === undefined ? '' : rateCode(rate),
      label: rate?.name ?? '',
      isCompound: rate?.isCompound ?? false,
      taxTotal: cart.get(rateId) ?? 0n,
      shippingTaxTotal: shipping.get(rateId) ?? 0n,
      rate: rate?.rate ?? 0n,
    };
  });
  order.cartTax = sum(cart.values());
  order.shippingTax = sum(shipping.values());
  order.totalTax = rounded(order.cartTax + order.shippingTax, store.options.decimals);
}
