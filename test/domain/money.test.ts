import { expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';

import {
  addDecimals,
  currencyDecimals,
  extendMinor,
  minorToText,
  negateDecimal,
  signOf,
  sumMinor,
  textToMinor,
  unitPriceFor,
} from '../../domain/money';

test.each([
  ['1', '12.50', 'USD', 1_250],
  ['3', '0.335', 'USD', 101], // 100.5 rounds up
  ['-3', '0.335', 'USD', -101], // away from zero
  ['3', '0.3349', 'USD', 100],
  ['0.1', '0.2', 'USD', 2],
  ['1.005', '100', 'USD', 10_050], // 10049.999... in a float
  ['3', '33.5', 'JPY', 101],
  ['2', '1.2345', 'KWD', 2_469],
  ['0', '12.50', 'USD', 0],
])('%s x %s %s is %i minor units, rounded half up', (quantity, price, currency, minor) => {
  expect(extendMinor(quantity, price, currency)).toBe(minor);
});

test.each([
  [1_250, 'USD', '12.50'],
  [-5, 'EUR', '-0.05'],
  [1_250, 'JPY', '1250'],
  [1_250, 'KWD', '1.250'],
  [0, 'USD', '0.00'],
])('%i minor units of %s are %s', (minor, currency, text) => {
  expect(minorToText(minor, currency)).toBe(text);
  expect(textToMinor(text, currency)).toBe(minor);
});

test.each(['', ' 1', '1,00', '0x10', 'NaN', 'Infinity', '.5', '1.', '1.005', '99999999999999999'])(
  'the text "%s" is no amount in dollars',
  (text) => {
    expect(textToMinor(text, 'USD')).toBeNull();
  },
);

test('numbers of a vendor are read exactly, with exponent too', () => {
  expect(textToMinor(0.07, 'USD')).toBe(7);
  expect(textToMinor(1e-7, 'USD')).toBeNull();
  expect(textToMinor(1.1 + 2.2, 'USD')).toBeNull(); // 3.3000000000000003 is a fault, not an amount
});

test('currencies have the decimals of ISO 4217', () => {
  expect(['USD', 'JPY', 'KRW', 'BHD', 'TND', 'EUR'].map(currencyDecimals)).toEqual([
    2, 0, 0, 3, 3, 2,
  ]);
});

const currency = fc.constantFrom('USD', 'JPY', 'KWD');
/** Decimal text of up to six places, never zero. */
const quantity = fc
  .tuple(fc.integer({ min: -5_000_000, max: 5_000_000 }), fc.integer({ min: 0, max: 6 }))
  .filter(([value]) => value !== 0)
  .map(([value, places]) => scaled(BigInt(value), places));

function scaled(value: bigint, places: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, '0');
  const head = digits.slice(0, digits.length - places);
  const tail = places === 0 ? '' : `.${digits.slice(-places)}`;
  return `${value < 0n ? '-' : ''}${head}${tail}`;
}

test('minor units survive the way to text and back in every currency', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), currency, (minor, code) => {
      expect(textToMinor(minorToText(minor, code), code)).toBe(minor);
    }),
    { seed: 2, numRuns: 500 },
  );
});

test('quantity times price rounds half away from zero, compared with whole numbers', () => {
  const places = { USD: 2, JPY: 0, KWD: 3 };
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
      fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
      fc.constantFrom('USD' as const, 'JPY' as const, 'KWD' as const),
      (count, price, code) => {
        // count / 10^3 x price / 10^4 in minor units: everything over 10^7.
        const exact = count * price * 10n ** BigInt(places[code]);
        const size = exact < 0n ? -exact : exact;
        const rounded = (size + 5n * 10n ** 6n) / 10n ** 7n;
        const expected = exact < 0n ? -Number(rounded) : Number(rounded);
        expect(extendMinor(scaled(count, 3), scaled(price, 4), code) + 0).toBe(expected + 0);
      },
    ),
    { seed: 5, numRuns: 1_000 },
  );
});

test('a unit price gives its amount back and has at most 7 decimals', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), quantity, currency, (minor, count, code) => {
      const price = unitPriceFor(minor, count, code);
      // Seven decimals suffice for up to five million of the smallest unit.
      const isSure = Math.abs(Number(count)) * 10 ** currencyDecimals(code) < 5e6;
      expect(price !== null || !isSure).toBe(true);
      const back = price === null ? minor : extendMinor(count, price, code);
      expect(back + 0).toBe(minor + 0);
      const decimals = price === null ? 7 : (price.split('.')[1]?.length ?? 0);
      expect(decimals).toBeLessThanOrEqual(7);
      expect(decimals).toBeGreaterThanOrEqual(currencyDecimals(code));
    }),
    { seed: 6, numRuns: 1_000 },
  );
});

test('a unit price has no more decimals than it needs, and none exists for a quantity of zero', () => {
  expect(unitPriceFor(1_000, '3', 'USD')).toBe('3.333');
  expect(unitPriceFor(1_250, '1', 'USD')).toBe('12.50');
  expect(unitPriceFor(0, '4', 'USD')).toBe('0.00');
  expect(unitPriceFor(-1_000, '-3', 'USD')).toBe('3.333');
  expect(unitPriceFor(100, '0', 'USD')).toBeNull();
  expect(unitPriceFor(100, '0.000', 'USD')).toBeNull();
});

test('a sum that is no exact integer any more is refused', () => {
  expect(sumMinor([1, -3, 2])).toBe(0);
  expect(sumMinor([])).toBe(0);
  expect(() => sumMinor([Number.MAX_SAFE_INTEGER, 1])).toThrow('no exact integer');
  expect(() => sumMinor([0.1])).toThrow('no exact integer');
});

test('decimals add and turn without exponent, needless zeros or minus zero', () => {
  expect(addDecimals('0.1', '0.2')).toBe('0.3');
  expect(addDecimals('1.50', '0.50')).toBe('2');
  expect(addDecimals('0.0000001', '0')).toBe('0.0000001');
  expect(negateDecimal('2.50')).toBe('-2.5');
  expect(negateDecimal('0')).toBe('0');
  expect(['-0.1', '0.00', '-0', '3'].map(signOf)).toEqual([-1, 0, 0, 1]);
});

test('short figures, which are worked out in whole numbers, come to what exact decimals come to', () => {
  const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP });
  const figure = fc
    .tuple(
      fc.bigInt(-(10n ** 17n), 10n ** 17n),
      fc.integer({ min: 0, max: 16 }),
      fc.integer({ min: 0, max: 5 }),
    )
    .map(([value, shorter, places]) => scaled(value / 10n ** BigInt(shorter), places));
  fc.assert(
    fc.property(figure, figure, currency, (left, right, code) => {
      expect(addDecimals(left, right)).toBe(new Exact(left).add(right).toFixed());
      expect(negateDecimal(left)).toBe(new Exact(left).neg().add(0).toFixed());
      expect(signOf(left)).toBe(Math.sign(new Exact(left).toNumber()) + 0);
      const minor = new Exact(left).mul(10 ** currencyDecimals(code));
      const isExact = minor.isInteger() && minor.abs().lte(Number.MAX_SAFE_INTEGER);
      expect(textToMinor(left, code)).toBe(isExact ? minor.toNumber() : null);
    }),
    { seed: 9, numRuns: 3_000 },
  );
});

test('a price of whole pieces is the exact quotient where that has the decimals of the currency', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e12, max: 1e12 }),
      fc.integer({ min: -5_000, max: 5_000 }),
      currency,
      (minor, count, code) => {
        fc.pre(count !== 0 && minor % count === 0);
        const price = new Decimal(minor).div(count).div(10 ** currencyDecimals(code));
        expect(unitPriceFor(minor, String(count), code)).toBe(
          price.add(0).toFixed(currencyDecimals(code)),
        );
      },
    ),
    { seed: 10, numRuns: 300 },
  );
});
