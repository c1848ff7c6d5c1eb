import { expect, test } from '@jest/globals';

import { transition, type DeliveryCore } from '../../domain/delivery/delivery-state';
import {
  harmlessHolds,
  holdReasons,
  isHoldCode,
  selfLiftingHolds,
} from '../../domain/hold-reasons';

const entries = Object.entries(holdReasons);

test.each(entries)('%s says what it means, who acts and what lifts it', (_code, row) => {
  const { title, meaning, whatToDo, lifts } = row;
  expect(title.length).toBeLessThanOrEqual(40);
  expect(meaning).toMatch(/^[A-Z].+\.$/s);
  expect(whatToDo).toMatch(/^[A-Z].+\.$/s);
  expect(lifts.length).toBeGreaterThan(0);
});

test.each(entries)('a redrive of %s does what its row says', (code, { lifts }) => {
  const held: DeliveryCore = {
    ...{ state: 'held', reason: code, desiredRev: 1, desiredOp: 'present', sentRev: null },
    ...{ deliveredRev: 0, attempts: 0, generation: 1, dueAtMs: 0, undoneBy: null },
  };
  const after = transition(held, { type: 'redrive', resting: 'waiting', nowMs: 1 });
  const liftsItselfOnly = lifts.every((lift) => lift === 'itself');
  expect(after?.state ?? 'passed over').toBe(liftsItselfOnly ? 'passed over' : 'waiting');
});

test('nobody has to act on what lifts by itself or waits for its day', () => {
  expect([...selfLiftingHolds].sort()).toEqual(['direction', 'summary']);
  expect([...harmlessHolds].sort()).toEqual(['direction', 'summary', 'unpaid']);
  expect(isHoldCode('toString')).toBe(false);
});
