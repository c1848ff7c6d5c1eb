import { expect, test } from '@jest/globals';

import { sendsAtOnce, sendsTogether } from '../../domain/lane/sends-at-once';

test.each([
  ['one until it is known how fast they leave', 1, null, 10_000, 1],
  ['twice as many as before', 2, 10, 10_000, 4],
  ['at most eight', 8, 10, 10_000, 8],
  ['as many as leave within 5 s', 8, 1_500, 10_000, 3],
  ['as many as fit into the rest of the turn', 8, 400, 1_000, 2],
  ['one where even that takes longer', 4, 6_000, 10_000, 1],
  ['one when the turn is over', 4, 100, 0, 1],
  ['no division by what took no time', 1, 0, 10_000, 2],
])('%s', (_name, former, eachMs, turnLeftMs, sends) => {
  expect(sendsAtOnce(former, eachMs, turnLeftMs)).toBe(sends);
});

test.each([
  ['one until it is known how fast they leave', null, 1],
  ['as many as leave within 250 ms', 60, 4],
  ['at most eight', 1, 8],
  ['no division by what took no time', 0, 8],
  ['one where that takes longer', 400, 1],
])('written down together: %s', (_name, eachMs, sends) => {
  expect(sendsTogether(eachMs)).toBe(sends);
});
