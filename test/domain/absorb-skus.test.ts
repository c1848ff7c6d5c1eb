import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { ChangeRow } from '../../domain/records/absorb';
import { isParkedSku, skusOf } from '../../domain/records/articles';
import { foldSku } from '../../domain/records/sku-codes';
import { change, Memory } from './fold';

const base = {
  name: 'x',
  type: 'goods',
  priceMinor: 1,
  currency: 'USD',
  trackStock: true,
  status: 'active',
} as const;

function product(
  recordId: string,
  sourceRev: number,
  sku: string,
  variants: string[] = [],
): ChangeRow {
  const body = {
    ...base,
    sku,
    ...(variants.length === 0
      ? {}
      : { variants: variants.map((code) => ({ sku: code, options: {} })) }),
  };
  return change({ kind: 'product', recordId, sourceRev, content: { kind: 'product', body } });
}
const removed = (recordId: string, sourceRev: number): ChangeRow =>
  change({ kind: 'product', recordId, sourceRev, content: null });
const owners = (memory: Memory): Record<string, string> =>
  Object.fromEntries(
    [...memory.skus].flatMap(([sku, { recordId }]) => (isParkedSku(sku) ? [] : [[sku, recordId]])),
  );
const codes = (memory: Memory): Record<string, string> =>
  Object.fromEntries(
    [...memory.skus].flatMap(([sku, { code }]) => (isParkedSku(sku) ? [] : [[sku, code]])),
  );

test('a second claim on a SKU fails, says who owns it, and changes nothing', () => {
  const memory = new Memory();
  memory.fold([product('p', 1, 'a', ['a-1'])]);
  for (const claim of [product('q', 1, 'a'), product('q', 1, 'b', ['a-1'])]) {
    const { outcomes, records } = memory.fold([claim]);
    expect(outcomes.at(-1)).toMatchObject({ outcome: 'failed', code: 'sku_taken' });
    expect(outcomes.at(-1)?.detail).toContain('belongs to product p');
    expect(records).toEqual([]);
  }
  expect(owners(memory)).toEqual({ a: 'p', 'a-1': 'p' });
});

test('a failed claim leaves the product at its former revision, so a correction is not stale', () => {
  const memory = new Memory();
  memory.fold([product('p', 1, 'a'), product('q', 1, 'b')]);
  expect(memory.fold([product('q', 2, 'a')]).outcomes).toMatchObject([{ code: 'sku_taken' }]);
  expect(memory.record('product', 'q')).toMatchObject({ rev: 1, sourceRevs: { pos: 1 } });
  // The one that waited is out of date by the correction.
  expect(memory.fold([product('q', 2, 'c')]).outcomes).toMatchObject([{ outcome: 'stale' }]);
  expect(memory.waiting.size).toBe(0);
  expect(owners(memory)).toEqual({ a: 'p', c: 'q' });
});

const together = [false, true];

test.each(together)(
  'a SKU that was given up is free for another product (one batch: %s)',
  (isOneBatch) => {
    const memory = new Memory();
    memory.fold([product('p', 1, 'a')]);
    const changes = [product('p', 2, 'b'), product('q', 1, 'a')];
    if (isOneBatch) memory.fold(changes);
    else changes.forEach((one) => memory.fold([one]));
    expect(owners(memory)).toEqual({ a: 'q', b: 'p' });
  },
);

test.each(together)(
  'a deleted product gives its SKUs up, and may take them back (one batch: %s)',
  (isOneBatch) => {
    const memory = new Memory();
    memory.fold([product('p', 1, 'a', ['a-1'])]);
    const changes = [removed('p', 2), product('p', 3, 'a', ['a-1'])];
    if (isOneBatch) memory.fold(changes);
    else changes.forEach((one) => memory.fold([one]));
    expect(owners(memory)).toEqual({ a: 'p', 'a-1': 'p' });
    expect(codes(memory)).toEqual({ a: 'a', 'a-1': 'a-1' });
  },
);

test('a product that comes back does not claim a variant that went to another meanwhile', () => {
  const memory = new Memory();
  memory.fold([product('p', 1, 'a', ['v'])]);
  memory.fold([removed('p', 2)]);
  memory.fold([product('q', 1, 'v')]);
  expect(memory.fold([product('p', 3, 'a')]).outcomes).toEqual([]);
  expect(owners(memory)).toEqual({ a: 'p', v: 'q' });
});

test('the suffix of a case twin stays with its SKU while it changes hands', () => {
  const memory = new Memory();
  memory.fold([product('p', 1, '85123A'), product('q', 1, '85123a')]);
  expect(codes(memory)).toEqual({ '85123A': '85123A', '85123a': '85123a~2' });
  memory.fold([removed('q', 2), product('r', 1, '85123a')]);
  expect(codes(memory)).toEqual({ '85123A': '85123A', '85123a': '85123a~2' });
  expect(owners(memory)['85123a']).toBe('r');
});

test('a SKU made, given up and made again in one batch has one code', () => {
  const memory = new Memory();
  memory.fold([product('p', 1, 'a'), removed('p', 2), product('p', 3, 'a')]);
  expect(codes(memory)).toEqual({ a: 'a' });
});

test('one SKU of its own used twice in a product is one SKU', () => {
  expect(
    skusOf({
      ...base,
      sku: 'a',
      variants: [
        { sku: 'a', options: {} },
        { sku: 'b', options: {} },
      ],
    }),
  ).toEqual(['a', 'b']);
});

test('whatever products do with SKUs, each has one owner who lists it, and no two codes look alike', () => {
  const step = fc.record({
    id: fc.constantFrom('p', 'q', 'r'),
    sku: fc.constantFrom('a', 'A', 'a~2', 'b'),
    variants: fc.uniqueArray(fc.constantFrom('v', 'V', 'a'), { maxLength: 2 }),
    isRemoved: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 5 }), { maxLength: 6 }), (batches) => {
      const memory = new Memory();
      let rev = 0;
      for (const batch of batches) {
        memory.fold(
          batch.map(({ id, sku, variants, isRemoved }) =>
            isRemoved ? removed(id, ++rev) : product(id, ++rev, sku, variants),
          ),
        );
      }
      const listed = [...memory.records.values()].flatMap(({ op, recordId, content }) =>
        op === 'present' && content?.kind === 'product'
          ? skusOf(content.body).map((sku) => [sku, recordId])
          : [],
      );
      for (const [sku, recordId] of listed) expect(owners(memory)[sku ?? '']).toBe(recordId);
      expect(new Set(listed.map(([sku]) => sku)).size).toBe(listed.length);
      expect(new Set([...memory.skus.values()].map(({ code }) => foldSku(code))).size).toBe(
        memory.skus.size,
      );
    }),
    { seed: 15, numRuns: 500 },
  );
});
