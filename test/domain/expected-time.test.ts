import { expect, test } from '@jest/globals';

import { expectedMs } from '../../domain/lane/expected-time';
import { limitsOf } from '../../domain/lane/sync-settings';

const quota = { requestsPerMinute: 500, requestsPerSecond: 10, batchesPerMinute: 40 };
const limits = { read: limitsOf(quota, 'read'), write: limitsOf(quota, 'write') };

test.each([
  ['nothing', { reads: 0, writes: 0 }, limits, 100, 0],
  ['one call takes what a call takes', { reads: 1, writes: 0 }, limits, 100, 100],
  [
    'without a quota one call follows the other',
    { reads: 3, writes: 2 },
    { read: [], write: [] },
    100,
    500,
  ],
  ['40 batches are spaced over the minute', { reads: 0, writes: 40 }, limits, 0, 59_631],
  ['slow calls need no more spacing', { reads: 0, writes: 40 }, limits, 2_000, 80_000],
])('%s', (_name, calls, given, callMs, expected) => {
  expect(expectedMs(calls, given, callMs)).toBe(expected);
});
