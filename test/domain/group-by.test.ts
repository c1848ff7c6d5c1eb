import { expect, test } from '@jest/globals';

import { inChunks } from '../../domain/group-by';

test.each<[string, number[], number, number[][]]>([
  ['nothing', [], 3, []],
  ['by number', [1, 1, 1, 1], 3, [[1, 1, 1], [1]]],
  [
    'by weight, in their order',
    [2, 1, 2, 1],
    3,
    [
      [2, 1],
      [2, 1],
    ],
  ],
  ['one that is too heavy alone', [1, 9, 1], 3, [[1], [9], [1]]],
])('chunks: %s', (_name, items, size, expected) => {
  expect(inChunks(items, size, (item) => item)).toEqual(expected);
});
