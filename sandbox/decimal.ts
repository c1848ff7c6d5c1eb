/** An exact decimal: `units` times ten to the power of minus `scale`. */
export interface Decimal {
  units: bigint;
  scale: number;
}

const decimalText = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Reads a JSON number or a decimal text exactly; `undefined` when it is no decimal. */
export function parseDecimal(value: unknown): Decimal | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const match = decimalText.exec(String(value).trim());
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const units = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}

export function multiply(left: Decimal, right: Decimal): Decimal {
  return { units: left.units * right.units, scale: left.scale + right.scale };
}

/** Rounds half away from zero to whole minor units (hundredths), as an accountant does. */
export function toMinor(value: Decimal): bigint {
  if (value.scale <= 2) return value.units * 10n ** BigInt(2 - value.scale);
  return divideRounded(value.units, 10n ** BigInt(value.scale - 2));
}

/** `amount` times numerator over denominator, rounded half away from zero. */
export function divideRounded(amount: bigint, divisor: bigint): bigint {
  const isNegative = amount < 0n !== divisor < 0n;
  const top = amount < 0n ? -amount : amount;
  const bottom = divisor < 0n ? -divisor : divisor;
  const rounded = (top * 2n + bottom) / (bottom * 2n);
  return isNegative ? -rounded : rounded;
}

/** The share of `minor` that `percent` is, rounded to minor units. */
export function percentOf(minor: bigint, percent: Decimal): bigint {
  return divideRounded(minor * percent.units, 100n * 10n ** BigInt(percent.scale));
}

/** The tax that a gross amount holds at `percent`, rounded to minor units. */
export function taxWithin(grossMinor: bigint, percent: Decimal): bigint {
  const hundred = 100n * 10n ** BigInt(percent.scale);
  return divideRounded(grossMinor * percent.units, hundred + percent.units);
}

/** Minor units as a decimal text with two decimals. */
export function formatMinor(minor: bigint): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(3, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Minor units as the JSON number the vendor writes (at most 15 digits, so exact). */
export function minorToNumber(minor: bigint): number {
  return Number(formatMinor(minor));
}

export function sum(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}
