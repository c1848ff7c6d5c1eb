import { expect, test } from '@jest/globals';

import {
  deliveryStates,
  transition,
  type DeliveryCore,
  type DeliveryEvent,
  type Resting,
} from '../../domain/delivery/delivery-state';

// The transition table of a delivery, every state by every event, written out by hand.

const core: DeliveryCore = {
  state: 'waiting',
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
const newer = { desiredRev: 4 };

const states = {
  waiting: core,
  sending: { ...core, state: 'sending' },
  'sending, newer wanted': { ...core, state: 'sending', ...newer },
  verifying: { ...core, state: 'verifying' },
  'verifying, newer wanted': { ...core, state: 'verifying', ...newer },
  delivered: { ...core, state: 'delivered', deliveredRev: 3 },
  'held(direction)': { ...core, state: 'held', reason: 'direction' },
  'held(dependency)': { ...core, state: 'held', reason: 'dependency' },
  'held(mapping)': { ...core, state: 'held', reason: 'mapping' },
  'dead(DATA)': { ...core, state: 'dead', reason: 'DATA' },
  'skipped(policy)': { ...core, state: 'skipped', reason: 'policy' },
} as const satisfies Record<string, DeliveryCore>;

function eventsWhere(resting: Resting): Record<string, DeliveryEvent> {
  const wanted = { type: 'desired', rev: 5, op: 'present', nowMs: 9_000 } as const;
  const rest = { resting, nowMs: 9_000 };
  const retry = { resting, retryAtMs: 9_500 };
  const later = { type: 'refusedLater', ...retry, failureClass: 'SERVER' } as const;
  return {
    'wanted, allowed': { ...wanted, gate: { kind: 'open' } },
    'wanted, kept back': { ...wanted, gate: { kind: 'held', reason: 'direction' } },
    'wanted, by policy not': { ...wanted, gate: { kind: 'skipped', reason: 'policy' } },
    'wanted, and there': { ...wanted, gate: { kind: 'there' } },
    hold: { type: 'hold', reason: 'locked' },
    skip: { type: 'skip', reason: 'zero' },
    freed: { type: 'freed', ...rest },
    adopted: { type: 'adopted', ...rest },
    'send committed': { type: 'sendCommitted' },
    accepted: { type: 'accepted', ...rest },
    'refused, tries left': { ...later, triesMax: 3 },
    'refused, last try': { ...later, triesMax: 2 },
    'refused for good, dead': { type: 'refusedForGood', to: 'dead', reason: 'BUSINESS' },
    'refused for good, held': { type: 'refusedForGood', to: 'held', reason: 'locked' },
    'not executed': { type: 'notExecuted', ...retry },
    'answer lost': { type: 'answerLost', askAtMs: 9_900 },
    'certainly absent': { type: 'absent', ...rest },
    ambiguous: { type: 'ambiguous', reason: 'in_trash' },
    'asking failed': { type: 'askFailed', retryAtMs: 9_900 },
    'direction off': { type: 'directionOff' },
    'direction on, undecided': { type: 'directionOn', isCatchingUp: null, nowMs: 9_000 },
    'direction on, catch up': { type: 'directionOn', isCatchingUp: true, nowMs: 9_000 },
    'direction on, leave out': { type: 'directionOn', isCatchingUp: false, nowMs: 9_000 },
    redrive: { type: 'redrive', ...rest },
    discard: { type: 'discard' },
  };
}

/**
 * `-` = the event does not apply; `=` = it applies and the state stays. Columns in the order of
 * `states`.
 */
const table = `
event                   | waiting         | sending         | sending, newer | verifying       | verifying, newer | delivered       | held(direction)    | held(dependency) | held(mapping)      | dead(DATA)         | skipped(policy)
wanted, allowed         | =               | =               | =              | =               | =                | waiting         | waiting            | waiting            | waiting            | waiting            | waiting
wanted, kept back       | held(direction) | =               | =              | =               | =                | held(direction) | =                  | held(direction)    | held(direction)    | held(direction)    | held(direction)
wanted, by policy not   | skipped(policy) | =               | =              | =               | =                | skipped(policy) | skipped(policy)    | skipped(policy)    | skipped(policy)    | skipped(policy)    | =
wanted, and there       | delivered       | =               | =              | =               | =                | =               | delivered          | delivered        | delivered          | delivered          | delivered
hold                    | held(locked)    | -               | -              | -               | -                | -               | -                  | -                  | -                  | -                  | -
skip                    | skipped(zero)   | -               | -              | -               | -                | -               | -                  | -                  | -                  | -                  | -
freed                   | -               | -               | -              | -               | -                | -               | -                  | waiting            | -                  | -                  | -
adopted                 | delivered       | -               | -              | -               | -                | -               | -                  | -                  | -                  | -                  | -
send committed          | sending         | -               | -              | -               | -                | -               | -                  | -                  | -                  | -                  | -
accepted                | -               | delivered       | waiting        | delivered       | waiting          | -               | -                  | -                  | -                  | -                  | -
refused, tries left     | -               | waiting         | waiting        | waiting         | waiting          | -               | -                  | -                  | -                  | -                  | -
refused, last try       | -               | dead(SERVER)    | waiting        | dead(SERVER)    | waiting          | -               | -                  | -                  | -                  | -                  | -
refused for good, dead  | -               | dead(BUSINESS)  | waiting        | dead(BUSINESS)  | waiting          | -               | -                  | -                  | -                  | -                  | -
refused for good, held  | -               | held(locked)    | waiting        | held(locked)    | waiting          | -               | -                  | -                  | -                  | -                  | -
not executed            | -               | waiting         | waiting        | -               | -                | -               | -                  | -                  | -                  | -                  | -
answer lost             | -               | verifying       | verifying      | =               | =                | -               | -                  | -                  | -                  | -                  | -
certainly absent        | -               | -               | -              | waiting         | waiting          | -               | -                  | -                  | -                  | -                  | -
ambiguous               | -               | held(in_trash)  | held(in_trash) | held(in_trash)  | held(in_trash)   | -               | -                  | -                  | -                  | -                  | -
asking failed           | -               | -               | -              | =               | =                | -               | -                  | -                  | -                  | -                  | -
direction off           | held(direction) | -               | -              | -               | -                | -               | -                  | -                  | -                  | -                  | -
direction on, undecided | -               | -               | -              | -               | -                | -               | -                  | -                  | -                  | -                  | -
direction on, catch up  | -               | -               | -              | -               | -                | -               | waiting            | -                  | -                  | -                  | -
direction on, leave out | -               | -               | -              | -               | -                | -               | skipped(direction) | -                  | -                  | -                  | -
redrive                 | -               | -               | -              | -               | -                | -               | -                  | waiting            | waiting            | waiting            | -
discard                 | -               | -               | -              | -               | -                | -               | skipped(discarded) | skipped(discarded) | skipped(discarded) | skipped(discarded) | -
`;

function name(delivery: DeliveryCore): string {
  return delivery.reason === null ? delivery.state : `${delivery.state}(${delivery.reason})`;
}

const names = Object.keys(states);
const rows = table
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([event = '', ...cells]) => ({ event, cells }));

test('the table names every state and every event', () => {
  const types = new Set(Object.values(eventsWhere('waiting')).map(({ type }) => type));
  expect(new Set(Object.values(states).map(({ state }) => state))).toEqual(new Set(deliveryStates));
  expect(rows.map(({ event }) => event)).toEqual(Object.keys(eventsWhere('waiting')));
  expect(rows.every(({ cells }) => cells.length === names.length)).toBe(true);
  expect(types.size).toBe(18);
});

test.each(rows)('$event moves exactly what the table says', ({ event, cells }) => {
  const given = eventsWhere('waiting')[event];
  if (given === undefined) throw new Error(`no event ${event}`);
  const moved = Object.values(states).map((before) => {
    const after = transition(before, given);
    if (after === null) return '-';
    return name(after) === name(before) ? '=' : name(after);
  });
  expect(moved).toEqual(cells);
});

test('where it would wait and the direction is off, it is held by direction instead', () => {
  const chosenByDirection = [
    'freed',
    'accepted',
    'refused, tries left',
    'not executed',
    'certainly absent',
    'redrive',
  ];
  for (const event of chosenByDirection) {
    const [allowed, off] = [eventsWhere('waiting')[event], eventsWhere('direction')[event]];
    if (allowed === undefined || off === undefined) throw new Error(`no event ${event}`);
    for (const before of Object.values(states)) {
      const after = transition(before, allowed);
      const kept = transition(before, off);
      const expected = after?.state === 'waiting' ? 'held(direction)' : after && name(after);
      expect(kept && name(kept)).toBe(expected);
    }
  }
});

test('what was given up comes back by a redrive that names it alone, and then waits with all its tries', () => {
  const given = transition({ ...core, state: 'dead', reason: 'DATA' }, { type: 'discard' });
  if (given === null) throw new Error('it cannot be given up');
  const redrive = { type: 'redrive', resting: 'waiting', nowMs: 9_000 } as const;
  expect(transition(given, redrive)).toBeNull();
  expect(transition(given, { ...redrive, isNamed: true })).toMatchObject({
    ...{ state: 'waiting', reason: null, attempts: 0, dueAtMs: 9_000 },
  });
  const { state, reason } = states['skipped(policy)'];
  expect(transition({ ...core, state, reason }, { ...redrive, isNamed: true })).toBeNull();
});
