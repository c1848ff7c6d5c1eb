import { expect, test } from '@jest/globals';

import { inWeighedChunks } from '../../domain/group-by';

test.each<[number[], number, number, number[][]]>([
  [[], 3, 10, []],
  [[1, 1, 1, 1], 3, 10, [[1, 1, 1], [1]]],
  [[5, 5, 1], 3, 10, [[5, 5], [1]]],
  [[11, 1, 9, 1], 3, 10, [[11], [1, 9], [1]]],
])('%j in chunks of %i and %i together', (items, size, weightMax, chunks) => {
  expect(inWeighedChunks(items, size, (item) => item, weightMax)).toEqual(chunks);
});
