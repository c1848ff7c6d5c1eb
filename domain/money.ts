import { Decimal } from 'decimal.js';

// Money is integer minor units or an exact decimal; nothing here ever passes through a binary
// float.

/** Exact decimal arithmetic, wide enough for a quantity times a unit price of the contract. */
const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP });

/**
 * Largest amount of one field: 10 billion units of a two-decimal currency, so that sums of any
 * ticket stay exact integers.
 */
export const amountMinorMax = 1_000_000_000_000;

/** Decimals of a currency where they are not 2 (ISO 4217). */
const decimalsOf: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
};

/** Decimals of the currency's minor unit: 2 unless ISO 4217 says otherwise. */
export function currencyDecimals(currency: string): number {
  return decimalsOf[currency] ?? 2;
}

/** Minor units as a decimal text: (1250, 'USD') → "12.50". */
export function minorToText(amountMinor: number, currency: string): string {
  return scaledText(amountMinor, currencyDecimals(currency));
}

/** A whole number as the decimal text of that number / 10 ** places. */
function scaledText(value: number, places: number): string {
  const digits = String(Math.abs(value)).padStart(places + 1, '0');
  const sign = value < 0 ? '-' : '';
  return places === 0
    ? sign + digits
    : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

const plainDecimal = /^(-?\d{1,12})(?:\.(\d{1,3}))?$/;

/**
 * The value in thousandths where its digits are short enough to be an exact number: nearly all are.
 * Else null.
 */
function thousandthsOf(value: string): number | null {
  const [, whole, part = ''] = plainDecimal.exec(value) ?? [];
  return whole === undefined ? null : Number(whole + part.padEnd(3, '0'));
}

/** Without needless zeros. */
function thousandthsText(thousandths: number): string {
  return scaledText(thousandths, 3).replace(/\.?0+$/, '');
}

/**
 * A decimal text or number as minor units, or null where it is none or has more decimals than the
 * currency.
 */
export function textToMinor(amount: string | number, currency: string): number | null {
  const text = String(amount);
  const decimals = currencyDecimals(currency);
  const thousandths = thousandthsOf(text);
  if (thousandths !== null) {
    const plain = thousandths / 10 ** (3 - decimals);
    return Number.isInteger(plain) ? plain : null;
  }
  if (!/^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text)) return null;
  const minor = new Exact(text).mul(new Exact(10).pow(decimals));
  return minor.isInteger() && minor.abs().lte(Number.MAX_SAFE_INTEGER) ? minor.toNumber() : null;
}

/**
 * quantity × unit price (in units of the currency) in minor units, rounded half up away from zero.
 */
export function extendMinor(quantity: string, unitPrice: string, currency: string): number {
  const plain = extendPlain(quantity, unitPrice, currencyDecimals(currency));
  if (plain !== null) return plain;
  const amount = new Exact(quantity)
    .mul(unitPrice)
    .mul(new Exact(10).pow(currencyDecimals(currency)));
  return amount.toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber();
}

const smallDecimal = /^(-?\d{1,6})(?:\.(\d{1,2}))?$/;

/**
 * The same in whole numbers, for figures so small that every step is exact: nearly all of them.
 * Else null.
 */
function extendPlain(quantity: string, unitPrice: string, decimals: number): number | null {
  const left = smallDecimal.exec(quantity);
  const right = smallDecimal.exec(unitPrice);
  if (left === null || right === null) return null;
  const [, leftWhole = '', leftPart = ''] = left;
  const [, rightWhole = '', rightPart = ''] = right;
  const surplus = leftPart.length + rightPart.length - decimals;
  if (surplus > 0) return null;
  return Number(leftWhole + leftPart) * Number(rightWhole + rightPart) * 10 ** -surplus;
}

/**
 * Decimals to which the books round an amount, whatever its currency (quickbooks.md#amounts,
 * #not-confirmed).
 */
const booksDecimals = 2;
/** Decimals of a unit price there. */
const priceDecimals = 7;

/**
 * The unit price to state beside a fixed amount: amount / quantity with as few decimals (at most 7)
 * as give the amount back when multiplied and rounded: as the books do (`givesInBooks`), else to
 * the currency's unit; null where 7 do not suffice or the quantity is zero. Source:
 * quickbooks.md#amounts (code 6070), accounting.md#lines.
 */
export function unitPriceFor(
  amountMinor: number,
  quantity: string,
  currency: string,
): string | null {
  const count = new Exact(quantity);
  if (count.isZero()) return null;
  const decimals = currencyDecimals(currency);
  const whole = count.toNumber();
  if (Number.isSafeInteger(whole) && amountMinor % whole === 0)
    return scaledText(amountMinor / whole, decimals);
  const exact = new Exact(amountMinor).div(new Exact(10).pow(decimals)).div(count);
  const prices = Array.from({ length: priceDecimals + 1 - decimals }, (_, index) =>
    exact.toDecimalPlaces(decimals + index, Decimal.ROUND_HALF_UP).toFixed(decimals + index),
  );
  return (
    prices.find((price) => givesInBooks(price, quantity, amountMinor, currency)) ??
    prices.find((price) => extendMinor(quantity, price, currency) === amountMinor) ??
    null
  );
}

/**
 * Whether quantity and unit price come to the amount as the books round it: else they refuse the
 * line (6070).
 */
export function givesInBooks(
  price: string,
  quantity: string,
  amountMinor: number,
  currency: string,
): boolean {
  const decimals = currencyDecimals(currency);
  const places = Math.max(booksDecimals, decimals);
  const product = new Exact(price).mul(quantity).toDecimalPlaces(places, Decimal.ROUND_HALF_UP);
  return product.mul(new Exact(10).pow(decimals)).eq(amountMinor);
}

/**
 * Where no unit price gives the amount back: the nearest one, and the amount that it gives in whole
 * minor units of the currency; null where it gives none. What is left is a line of its own.
 */
export function nearestPriceFor(
  amountMinor: number,
  quantity: string,
  currency: string,
): { price: string; amountMinor: number } | null {
  const count = new Exact(quantity);
  if (count.isZero()) return null;
  const scale = new Exact(10).pow(currencyDecimals(currency));
  const price = new Exact(amountMinor)
    .div(scale)
    .div(count)
    .toDecimalPlaces(priceDecimals, Decimal.ROUND_HALF_UP);
  const product = price.mul(count).toDecimalPlaces(booksDecimals, Decimal.ROUND_HALF_UP).mul(scale);
  return product.isInteger() ? { price: price.toFixed(), amountMinor: product.toNumber() } : null;
}

/**
 * amount × part / whole, rounded half up away from zero; the whole amount where `whole` is zero.
 * Exact.
 */
export function shareMinor(amountMinor: number, part: number, whole: number): number {
  if (whole === 0 || part === whole) return amountMinor;
  const product = amountMinor * part;
  if (!Number.isSafeInteger(product * 2)) {
    const exact = new Exact(amountMinor).mul(part).div(whole);
    return exact.toDecimalPlaces(0, Decimal.ROUND_HALF_UP).add(0).toNumber();
  }
  const doubled = 2 * Math.abs(product) + Math.abs(whole);
  const size = (doubled - (doubled % (2 * Math.abs(whole)))) / (2 * Math.abs(whole));
  return product < 0 !== whole < 0 ? 0 - size : size;
}

/** amount × percent, rounded half up away from zero. Exact. */
export function percentOfMinor(amountMinor: number, percent: string): number {
  const { units, scale } = unitsOf(percent);
  return roundedQuotient(BigInt(amountMinor) * units, 100n * scale);
}

/**
 * The tax within a gross amount at this percent: gross × percent / (100 + percent), rounded
 * likewise.
 */
export function taxWithinMinor(grossMinor: number, percent: string): number {
  const { units, scale } = unitsOf(percent);
  return roundedQuotient(BigInt(grossMinor) * units, 100n * scale + units);
}

/** A decimal text as units / scale; percents come from a few rates, so each is read once. */
function unitsOf(decimal: string): { units: bigint; scale: bigint } {
  const known = unitsByText.get(decimal);
  if (known !== undefined) return known;
  const exact = new Exact(decimal);
  const places = exact.decimalPlaces();
  const units = {
    units: BigInt(exact.mul(new Exact(10).pow(places)).toFixed(0)),
    scale: 10n ** BigInt(places),
  };
  if (unitsByText.size < 1_000) unitsByText.set(decimal, units);
  return units;
}

const unitsByText = new Map<string, { units: bigint; scale: bigint }>();

/** dividend / divisor (positive), rounded half up away from zero. */
function roundedQuotient(dividend: bigint, divisor: bigint): number {
  const size = dividend < 0n ? -dividend : dividend;
  const quotient = Number((2n * size + divisor) / (2n * divisor));
  return dividend < 0n && quotient !== 0 ? -quotient : quotient;
}

/** Exact sum of integers; throws where the result is no exact integer any more. */
export function sumMinor(amounts: Iterable<number>): number {
  let total = 0;
  for (const amount of amounts) total += amount;
  if (!Number.isSafeInteger(total)) throw new Error(`Bug: the sum ${total} is no exact integer`);
  return total;
}

/** a + b of two decimal texts, without exponent and needless zeros. */
export function addDecimals(left: string, right: string): string {
  const [first, second] = [thousandthsOf(left), thousandthsOf(right)];
  if (first !== null && second !== null) return thousandthsText(first + second);
  return new Exact(left).add(right).toFixed();
}

/** The decimal text with its sign turned. */
export function negateDecimal(value: string): string {
  const thousandths = thousandthsOf(value);
  if (thousandths !== null) return thousandthsText(-thousandths);
  return new Exact(value).neg().add(0).toFixed();
}

/** Less than, equal to or greater than zero: -1, 0, 1. */
export function signOf(value: string): -1 | 0 | 1 {
  const sign = thousandthsOf(value) ?? new Exact(value).comparedTo(0);
  return sign < 0 ? -1 : sign > 0 ? 1 : 0;
}
