import { divideRounded, parseDecimal } from '../decimal';

/** Millionths of the currency's unit: WooCommerce rounds every stored amount to six decimals. */
export type Micro = bigint;

const microDecimals = 6;

/** How an exact half is rounded: away from zero, or towards it (taxes within gross prices). */
export type HalfRule = 'up' | 'down';

/** A decimal text or number as millionths; what is no number counts as zero, as in PHP. */
export function toMicro(value: unknown): Micro {
  const decimal = parseDecimal(value);
  if (decimal === undefined) return 0n;
  if (decimal.scale <= microDecimals) return decimal.units * 10n ** BigInt(6 - decimal.scale);
  return divideRounded(decimal.units, 10n ** BigInt(decimal.scale - microDecimals));
}

/** Rounded to so many decimals, still in millionths. */
export function rounded(amount: Micro, decimals: number, half: HalfRule = 'up'): Micro {
  if (decimals >= microDecimals) return amount;
  const step = 10n ** BigInt(microDecimals - decimals);
  const sign = amount < 0n ? -1n : 1n;
  const size = amount * sign;
  const bias = half === 'up' ? step / 2n : (step - 1n) / 2n;
  return ((size + bias) / step) * step * sign;
}

/** With a fixed number of decimals, as totals stand on the wire: `12.50`. */
export function fixed(amount: Micro, decimals: number): string {
  const kept = rounded(amount, decimals);
  const sign = kept < 0n ? '-' : '';
  const digits = (kept < 0n ? -kept : kept).toString().padStart(microDecimals + 1, '0');
  const whole = digits.slice(0, -microDecimals);
  const fraction = digits.slice(-microDecimals).padEnd(decimals, '0').slice(0, decimals);
  return `${sign}${whole}${decimals === 0 ? '' : `.${fraction}`}`;
}

/** Without zeros at the end, as stored: `12.5`. */
export function plain(amount: Micro): string {
  return fixed(amount, microDecimals).replace(/\.?0+$/, '');
}

/** `amount` times numerator over denominator, rounded half away from zero. */
export function share(amount: Micro, numerator: bigint, denominator: bigint): Micro {
  return denominator === 0n ? 0n : divideRounded(amount * numerator, denominator);
}

/**
 * The JSON number of an amount divided by a quantity: a double, lossy as in the vendor's answer.
 */
export function perUnit(amount: Micro, quantity: number): number {
  return quantity === 0 ? 0 : Number(plain(amount)) / quantity;
}
