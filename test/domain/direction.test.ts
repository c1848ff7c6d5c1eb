import { expect, test } from '@jest/globals';

import {
  allowsPush,
  directionOf,
  initialDirection,
  pushDifferences,
  pushSupportOf,
  type DirectionPolicy,
} from '../../domain/delivery/direction';
import { kinds, targets } from '../../domain/words';

const table = `
kind      | woo           | qbo           | push woo    | push qbo
customer  | disabled      | bidirectional | not_built   | built
product   | bidirectional | bidirectional | built       | built
inventory | bidirectional | disabled      | built       | unsupported
order     | pull          | push          | unsupported | built
refund    | pull          | push          | unsupported | built
invoice   | pull          | push          | unsupported | built
payment   | disabled      | push          | unsupported | built
payout    | disabled      | push          | unsupported | built
cash      | disabled      | push          | unsupported | built
summary   | pull          | push          | unsupported | built
`;

test(
  'a new tenant starts with the directions of the contract, and each kind with ' +
    'what can be pushed',
  () => {
    const rows = table
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split('|').map((cell) => cell.trim()));
    const actual = kinds.map((kind) => [
      kind,
      ...targets.map((system) => directionOf(initialDirection, system, kind)),
      ...targets.map((system) => pushSupportOf(system, kind)),
    ]);
    expect(actual).toEqual(rows);
  },
);

test('a kind inherits its system, its own value wins', () => {
  const policy: DirectionPolicy = {
    systems: {
      woo: { default: 'disabled', kinds: { product: 'push' } },
      qbo: { default: 'pull', kinds: { order: 'bidirectional', refund: 'disabled' } },
    },
  };
  expect(directionOf(policy, 'woo', 'customer')).toBe('disabled');
  expect(allowsPush(policy, 'woo', 'product')).toBe(true);
  expect(allowsPush(policy, 'qbo', 'customer')).toBe(false);
  expect(allowsPush(policy, 'qbo', 'order')).toBe(true);
  expect(allowsPush(policy, 'qbo', 'refund')).toBe(false);
});

const all = (woo: 'push' | 'disabled', qbo: 'push' | 'disabled'): DirectionPolicy => ({
  systems: { woo: { default: woo, kinds: {} }, qbo: { default: qbo, kinds: {} } },
});

test(
  'differences name what may be pushed now and could not before, and the other ' + 'way round',
  () => {
    const off = pushDifferences(all('push', 'push'), all('disabled', 'push'));
    expect(off).toEqual(
      ['customer', 'product', 'inventory'].map((kind) => ({
        system: 'woo',
        kind,
        isAllowed: false,
      })),
    );
    const on = pushDifferences(all('push', 'disabled'), all('push', 'push'));
    expect(on.map(({ kind }) => kind)).toEqual(kinds.filter((kind) => kind !== 'inventory'));
    expect(on.every(({ system, isAllowed }) => system === 'qbo' && isAllowed)).toBe(true);
  },
);

test('a change that leaves permission as it is, is no difference', () => {
  const both = structuredClone(initialDirection);
  both.systems.qbo.kinds.order = 'bidirectional';
  both.systems.woo.kinds.order = 'disabled';
  expect(pushDifferences(initialDirection, both)).toEqual([]);
});
