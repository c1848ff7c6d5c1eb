import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { codeForSku, foldSku } from '../../domain/records/sku-codes';

test.each([
  ['85123A', '85123a'],
  ['  a   b ', 'a b'],
  ['a:b', 'a-b'],
  ['a\tb', 'a-b'],
  ['e\u0301', '\u00e9'],
  ['ÅÄ', 'åä'],
])('systems that tell no case apart see "%s" as "%s"', (sku, folded) => {
  expect(foldSku(sku)).toBe(folded);
});

/** Codes for these SKUs in turn. */
function codes(skus: readonly string[]): string[] {
  const taken = new Set<string>();
  return skus.map((sku) => {
    const code = codeForSku(sku, (folded) => taken.has(folded));
    taken.add(foldSku(code));
    return code;
  });
}

test.each([
  [
    ['85123A', '85123a', '85123A~2'],
    ['85123A', '85123a~2', '85123A~2~2'],
  ],
  [
    ['a~2', 'A', 'a'],
    ['a~2', 'A', 'a~3'],
  ],
  [
    ['A', 'a', 'a~2'],
    ['A', 'a~2', 'a~2~2'],
  ],
  [
    ['a:b', 'a-b'],
    ['a:b', 'a-b~2'],
  ],
])('%j get the codes %j', (skus, expected) => {
  expect(codes(skus)).toEqual(expected);
});

test('codes of different SKUs never look alike, and a SKU that is alone keeps its own', () => {
  const sku = fc.stringMatching(/^[aAbB]{1,2}(~2|~3|:)?$/);
  fc.assert(
    fc.property(fc.uniqueArray(sku, { maxLength: 30 }), (skus) => {
      const given = codes(skus);
      expect(new Set(given.map(foldSku)).size).toBe(skus.length);
      expect(given[0]).toBe(skus[0]);
    }),
    { seed: 13, numRuns: 300 },
  );
});
