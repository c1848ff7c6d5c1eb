import { expect, test } from '@jest/globals';

import { sendPaceMs, sendsAtOnce, sendsTogether } from '../../domain/lane/sends-at-once';

test.each([
  ['one until it is known how fast they leave', null, 10_000, 1],
  ['at most eight', 10, 10_000, 8],
  ['as many as fit into the rest of the turn', 1_530, 10_000, 6],
  ['fewer when less of it is left', 400, 1_000, 2],
  ['one where even that takes longer', 11_000, 10_000, 1],
  ['one when the turn is over', 100, 0, 1],
  ['no division by what took no time', 0, 10_000, 8],
])('composed together: %s', (_name, eachMs, turnLeftMs, sends) => {
  expect(sendsAtOnce(eachMs, turnLeftMs)).toBe(sends);
});

test.each([
  ['one until it is known how fast they leave', null, 1],
  ['as many as leave within a second', 240, 4],
  ['at most eight', 1, 8],
  ['no division by what took no time', 0, 8],
  ['one where that takes longer', 1_400, 1],
])('written down together: %s', (_name, eachMs, sends) => {
  expect(sendsTogether(eachMs)).toBe(sends);
});

const quota = [{ intervalMs: 140 }, { intervalMs: 1_530 }];

test.each([
  ['unknown before the first call', [], [], null],
  ['known from the quota before the first call', [], quota, 1_530],
  ['the fastest call: others waited for our own processor', [300, 120, 900], [], 120],
  ['never faster than the quota', [300], quota, 1_530],
  ['slower than the quota where the vendor is', [2_600, 3_000], quota, 2_600],
])('pace: %s', (_name, callsMs, limits, paceMs) => {
  expect(sendPaceMs(callsMs, limits)).toBe(paceMs);
});
