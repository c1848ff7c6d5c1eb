import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  deliveryStates,
  isOpen,
  openStates,
  transition,
  type DeliveryCore,
  type DeliveryEvent,
} from '../../domain/delivery/delivery-state';

// What a transition does to revisions, tries, generation and due time.

const core: DeliveryCore = {
  state: 'sending',
  reason: null,
  desiredRev: 3,
  desiredOp: 'present',
  sentRev: 3,
  deliveredRev: 2,
  attempts: 1,
  generation: 4,
  dueAtMs: 1_000,
  undoneBy: null,
};

const cases: [string, Partial<DeliveryCore>, DeliveryEvent, Partial<DeliveryCore>][] = [
  [
    'a definite refusal raises the generation and counts a try',
    {},
    { type: 'refusedLater', resting: 'waiting', triesMax: 9, retryAtMs: 7, failureClass: 'SERVER' },
    { state: 'waiting', generation: 5, attempts: 2, dueAtMs: 7 },
  ],
  [
    'a refusal of what is no longer desired gives the newer revision all its tries',
    { desiredRev: 4 },
    { type: 'refusedLater', resting: 'waiting', triesMax: 2, retryAtMs: 7, failureClass: 'SERVER' },
    { state: 'waiting', generation: 5, attempts: 0, dueAtMs: 7 },
  ],
  [
    'a refusal for good raises the generation',
    {},
    { type: 'refusedForGood', to: 'held', reason: 'locked' },
    { state: 'held', reason: 'locked', generation: 5 },
  ],
  [
    'what was not executed keeps generation and tries',
    {},
    { type: 'notExecuted', resting: 'waiting', retryAtMs: 7 },
    { state: 'waiting', generation: 4, attempts: 1, dueAtMs: 7 },
  ],
  [
    'a lost answer keeps generation and tries and is asked about later',
    {},
    { type: 'answerLost', askAtMs: 8 },
    { state: 'verifying', generation: 4, attempts: 1, dueAtMs: 8, sentRev: 3 },
  ],
  [
    'absence keeps the generation, so the same send may be opened again',
    { state: 'verifying' },
    { type: 'absent', resting: 'waiting', nowMs: 9 },
    { state: 'waiting', generation: 4, attempts: 1, dueAtMs: 9 },
  ],
  [
    'what arrived has the revision that was sent and no tries against it',
    { desiredRev: 5 },
    { type: 'accepted', resting: 'waiting', nowMs: 9 },
    { state: 'waiting', deliveredRev: 3, attempts: 0, generation: 4, dueAtMs: 9 },
  ],
  [
    'what was adopted counts as sent at the revision desired',
    { state: 'waiting', desiredRev: 5 },
    { type: 'adopted', resting: 'waiting', nowMs: 9 },
    { state: 'delivered', sentRev: 5, deliveredRev: 5, attempts: 0 },
  ],
  [
    'a committed send carries the revision desired',
    { state: 'waiting', desiredRev: 5 },
    { type: 'sendCommitted' },
    { state: 'sending', sentRev: 5, deliveredRev: 2, attempts: 1 },
  ],
  [
    'a new wish while a send is open only moves what is desired',
    {},
    { type: 'desired', rev: 6, op: 'absent', gate: { kind: 'open' }, nowMs: 9 },
    { desiredRev: 6, desiredOp: 'absent' },
  ],
  [
    'a new wish for what waits does not jump its back-off',
    { state: 'waiting', dueAtMs: 5_000 },
    { type: 'desired', rev: 6, op: 'present', gate: { kind: 'open' }, nowMs: 9 },
    { desiredRev: 6, attempts: 0 },
  ],
  [
    'a correction of a dead one begins anew, now',
    { state: 'dead', reason: 'DATA', attempts: 9 },
    { type: 'desired', rev: 6, op: 'present', gate: { kind: 'open' }, nowMs: 9 },
    { state: 'waiting', reason: null, desiredRev: 6, attempts: 0, dueAtMs: 9 },
  ],
  [
    'a redrive gives all tries back and keeps the generation',
    { state: 'dead', reason: 'SERVER', attempts: 9 },
    { type: 'redrive', resting: 'waiting', nowMs: 9 },
    { state: 'waiting', reason: null, attempts: 0, dueAtMs: 9 },
  ],
];

test.each(cases)('%s', (_name, before, event, expected) => {
  expect(transition({ ...core, ...before }, event)).toEqual({ ...core, ...before, ...expected });
});

test('waiting, sending and verifying are open, nothing else', () => {
  expect(deliveryStates.filter(isOpen)).toEqual([...openStates]);
  expect([...openStates]).toEqual(['waiting', 'sending', 'verifying']);
});

const event: fc.Arbitrary<DeliveryEvent> = fc.oneof(
  fc.record({
    type: fc.constant('desired' as const),
    rev: fc.integer({ min: 1, max: 9 }),
    op: fc.constantFrom('present' as const, 'absent' as const),
    gate: fc.constantFrom(
      { kind: 'open' as const },
      { kind: 'held' as const, reason: 'direction' },
      { kind: 'skipped' as const, reason: 'policy' },
    ),
    nowMs: fc.constant(0),
  }),
  ...(['freed', 'adopted', 'accepted', 'absent', 'redrive'] as const).map((type) =>
    fc.record({
      type: fc.constant(type),
      resting: fc.constantFrom('waiting' as const, 'direction' as const),
      nowMs: fc.constant(0),
    }),
  ),
  fc.constantFrom<DeliveryEvent>(
    { type: 'sendCommitted' },
    { type: 'answerLost', askAtMs: 0 },
    { type: 'askFailed', retryAtMs: 0 },
    { type: 'ambiguous', reason: 'ambiguous_match' },
    { type: 'refusedForGood', to: 'dead', reason: 'DATA' },
    { type: 'notExecuted', resting: 'waiting', retryAtMs: 0 },
    { type: 'refusedLater', resting: 'waiting', triesMax: 3, retryAtMs: 0, failureClass: 'SERVER' },
    { type: 'directionOff' },
    { type: 'directionOn', isCatchingUp: true, nowMs: 0 },
    { type: 'discard' },
  ),
);

/** What must hold between a state and the one after it; the names of the rules that do not. */
function brokenRules(
  now: DeliveryCore,
  after: DeliveryCore,
  type: DeliveryEvent['type'],
): string[] {
  const rises = after.generation - now.generation;
  const hasArrived = after.deliveredRev !== now.deliveredRev;
  const rules = {
    'the generation rises by one, on a refusal only':
      rises === 0 || (rises === 1 && type.startsWith('refused')),
    'only what was accepted or adopted arrives':
      !hasArrived || ['accepted', 'adopted'].includes(type),
    'what arrives is what was sent': !hasArrived || after.deliveredRev === after.sentRev,
    'delivered means nothing newer is desired':
      after.state !== 'delivered' || after.deliveredRev >= after.desiredRev,
    'what is open has no reason': !isOpen(after.state) || after.reason === null,
    'what is held, dead or skipped has one':
      isOpen(after.state) || after.state === 'delivered' || after.reason !== null,
  };
  return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [rule]));
}

test('the rules between two states hold whatever happens', () => {
  const events = fc.array(fc.tuple(event, fc.nat(3)), { maxLength: 40 });
  fc.assert(
    fc.property(events, (all) => {
      let now: DeliveryCore = {
        ...core,
        state: 'waiting',
        desiredRev: 1,
        sentRev: null,
        deliveredRev: 0,
      };
      for (const [given, rise] of all) {
        // Revisions of a record only rise.
        const rising = given.type === 'desired' ? { ...given, rev: now.desiredRev + rise } : given;
        const after = transition(now, rising) ?? now;
        expect(brokenRules(now, after, given.type)).toEqual([]);
        now = after;
      }
    }),
    { seed: 4, numRuns: 500 },
  );
});
