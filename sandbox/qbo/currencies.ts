import { entryOf } from '../json';

const names: Record<string, string> = {
  USD: 'United States Dollar',
  GBP: 'British Pound Sterling',
  CAD: 'Canadian Dollar',
  EUR: 'Euro',
  BRL: 'Brazilian Real',
  JPY: 'Japanese Yen',
  AUD: 'Australian Dollar',
};

/** The name the vendor shows beside a currency's code. */
export function currencyName(code: string): string {
  return entryOf(names, code) ?? code;
}

const withoutDecimals = new Set(['JPY', 'KRW', 'CLP', 'ISK', 'VND']);

/** Minor units of one unit of the currency that amounts are rounded to: 1 or 100. */
export function stepOf(code: string, isNatural: boolean): bigint {
  return isNatural && withoutDecimals.has(code) ? 100n : 1n;
}
