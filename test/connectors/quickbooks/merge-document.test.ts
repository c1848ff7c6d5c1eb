import { expect, test } from '@jest/globals';

import { mergedPayload } from '../../../connectors/quickbooks/shape/merge-document';
import type { JsonObject } from '../../../domain/words';

// What a person gave a line stays with it when all lines are written anew.

const line = (item: string, amount: number, theirs: JsonObject = {}): JsonObject => ({
  DetailType: 'SalesItemLineDetail',
  Amount: amount,
  SalesItemLineDetail: { ItemRef: { value: item }, ...theirs },
});
const ofClass = (value: string): JsonObject => ({ ClassRef: { value } });
const total: JsonObject = { DetailType: 'SubTotalLineDetail', Amount: 1 };

test.each<[string, JsonObject[], JsonObject[], JsonObject[]]>([
  ['nobody gave any', [line('1', 5)], [line('1', 6)], [line('1', 6)]],
  [
    'each line of one item keeps its own, in their order; a new one has none',
    [
      line('1', 5, ofClass('a')),
      line('2', 5, ofClass('b')),
      line('1', 7, { ...ofClass('c'), ServiceDate: '2026-11-20' }),
      total,
    ],
    [line('1', 6), line('1', 8), line('1', 9), line('2', 5)],
    [
      line('1', 6, ofClass('a')),
      line('1', 8, { ...ofClass('c'), ServiceDate: '2026-11-20' }),
      line('1', 9),
      line('2', 5, ofClass('b')),
    ],
  ],
  [
    'a line without one is counted too',
    [line('1', 5), line('1', 5, ofClass('a'))],
    [line('1', 5), line('1', 6)],
    [line('1', 5), line('1', 6, ofClass('a'))],
  ],
  ['of another item', [line('1', 5, ofClass('a'))], [line('2', 5)], [line('2', 5)]],
])('classes and service days of lines: %s', (_name, read, sent, merged) => {
  const payload = mergedPayload({ Id: '1', SyncToken: '4', Line: read }, { Line: sent }, 'm', null);
  expect(payload['Line']).toEqual(merged);
});
