import { describe, expect, test } from '@jest/globals';

import { transition, type DeliveryCore } from '../../domain/delivery/delivery-state';
import { documentKinds } from '../../domain/words';
import { undoKinds, undoWayOf, type UndoCandidate, type UndoWay } from '../../domain/delivery/undo';

// What an undo takes back of a delivery, and what a delivery remembers of it.

const never: UndoCandidate = {
  state: 'waiting',
  reason: null,
  desiredOp: 'present',
  sentRev: null,
  undoneBy: null,
  hasRemote: false,
  summaryId: null,
};
const there: UndoCandidate = { ...never, state: 'delivered', sentRev: 1, hasRemote: true };

const cases: [string, UndoCandidate, UndoWay | null][] = [
  ['a document that stands', there, 'document'],
  ['one that was voided with its part', { ...there, desiredOp: 'absent' }, null],
  ['one that is to be changed', { ...there, state: 'waiting' }, 'document'],
  [
    'one that a person changed',
    { ...there, state: 'held', reason: 'changed_in_books' },
    'document',
  ],
  ['one whose change was refused', { ...there, state: 'dead', reason: 'DATA' }, 'document'],
  ['one on its way', { ...never, state: 'sending', sentRev: 1 }, 'document'],
  ['one of unknown outcome', { ...never, state: 'verifying', sentRev: 1 }, 'document'],
  ['one that was refused once: the lane looks', { ...never, sentRev: 1 }, 'document'],
  [
    'one of a record that the till deleted',
    { ...there, state: 'skipped', reason: 'policy', desiredOp: 'absent' },
    'document',
  ],
  ['what waits', never, 'unposted'],
  [
    'what is held for a mapping',
    { ...never, state: 'held', reason: 'mapping_missing' },
    'unposted',
  ],
  ['what is held by direction', { ...never, state: 'held', reason: 'direction' }, 'unposted'],
  ['what died', { ...never, state: 'dead', reason: 'DATA' }, 'unposted'],
  ['what is not posted by rule', { ...never, state: 'skipped', reason: 'before_start_date' }, null],
  ['a ticket in a summary', { ...there, summaryId: '2026-11-20/sale' }, 'summary'],
  ['one on its way into a summary', { ...never, state: 'held', reason: 'summary' }, 'summary'],
  [
    'one that leaves its summary already',
    { ...never, state: 'held', reason: 'summary', desiredOp: 'absent' },
    null,
  ],
  ['what was taken back', { ...there, desiredOp: 'absent', undoneBy: 'r' }, null],
  [
    'what is being taken back',
    { ...there, state: 'waiting', desiredOp: 'absent', undoneBy: 'r' },
    null,
  ],
  [
    'what could not be taken back',
    { ...there, state: 'held', reason: 'locked', undoneBy: 'r' },
    null,
  ],
  [
    'what was never posted after an undo',
    { ...never, state: 'skipped', reason: 'undone', undoneBy: 'r' },
    null,
  ],
  [
    'what an undo left standing by direction',
    { ...there, state: 'skipped', reason: 'direction', undoneBy: 'r' },
    'document',
  ],
];

test.each(cases)('%s', (_name, row, way) => {
  expect(undoWayOf(row, false)).toBe(way);
});

test('a document that the till voided is not there any more', () => {
  expect(undoWayOf(there, true)).toBeNull();
  expect(undoWayOf({ ...there, state: 'held', reason: 'closed_period' }, true)).toBe('document');
});

test('every kind of document but the summary is taken back, what refers to another before it', () => {
  expect([...undoKinds].sort()).toEqual(documentKinds.filter((kind) => kind !== 'summary').sort());
  const before = (one: string, other: string): boolean =>
    [...undoKinds].findIndex((kind) => kind === one) <
    [...undoKinds].findIndex((kind) => kind === other);
  expect(
    before('payout', 'refund') && before('refund', 'order') && before('refund', 'invoice'),
  ).toBe(true);
  expect(before('payment', 'invoice') && before('order', 'payment')).toBe(true);
});

describe('a delivery remembers the run that takes it back', () => {
  const core: DeliveryCore = {
    state: 'waiting',
    reason: null,
    desiredRev: 2,
    desiredOp: 'absent',
    sentRev: 1,
    deliveredRev: 1,
    attempts: 0,
    generation: 1,
    dueAtMs: 0,
    undoneBy: 'r',
  };
  const wish = {
    type: 'desired',
    rev: 3,
    op: 'present',
    gate: { kind: 'open' },
    nowMs: 9,
  } as const;

  test('until something is wanted of it again, also while it is on its way', () => {
    for (const state of ['waiting', 'sending', 'delivered', 'held', 'skipped'] as const) {
      expect(transition({ ...core, state }, wish)).toMatchObject({
        undoneBy: null,
        desiredOp: 'present',
      });
      expect(
        transition({ ...core, state, undoneBy: null }, { ...wish, op: 'absent', undoneBy: 'r' }),
      ).toMatchObject({ undoneBy: 'r' });
    }
  });

  test('on the whole way of the void', () => {
    const sent = transition(core, { type: 'sendCommitted' });
    const done = sent && transition(sent, { type: 'accepted', resting: 'waiting', nowMs: 9 });
    expect(done).toMatchObject({ state: 'delivered', deliveredRev: 2, undoneBy: 'r' });
    expect(transition(core, { type: 'hold', reason: 'locked' })).toMatchObject({ undoneBy: 'r' });
  });

  test('what was on its way at the old revision is composed anew as taken back', () => {
    const sending: DeliveryCore = { ...core, state: 'sending', desiredRev: 3, sentRev: 2 };
    expect(transition(sending, { type: 'accepted', resting: 'waiting', nowMs: 9 })).toMatchObject({
      state: 'waiting',
      undoneBy: 'r',
    });
  });

  test('what is skipped then is skipped for that reason', () => {
    expect(transition(core, { type: 'skip', reason: 'part_gone' })).toMatchObject({
      state: 'skipped',
      reason: 'undone',
    });
    expect(
      transition({ ...core, undoneBy: null }, { type: 'skip', reason: 'part_gone' }),
    ).toMatchObject({ reason: 'part_gone' });
  });

  test('where it is given up by hand it is undone no more', () => {
    const held: DeliveryCore = { ...core, state: 'held', reason: 'locked' };
    expect(transition(held, { type: 'discard' })).toMatchObject({
      state: 'skipped',
      undoneBy: null,
    });
  });
});
