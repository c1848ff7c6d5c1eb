import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { OrderBody, RefundBody } from '../../../domain/bodies';
import { sumMinor } from '../../../domain/money';
import { depositBackHold, depositHold } from '../../../domain/posting/source/deposit';
import type { SaleEntry } from '../../../domain/posting/source/known-sale';
import { orderBody } from '../../support/samples';

// One deposit, the order that uses it and what is given back of it: together never more than was
// received.

function refundBody(amountMinor: number): RefundBody {
  return {
    ...orderBody('r', [], null),
    restock: false,
    orderId: 'o',
    deposits: [{ paymentId: 'p', amountMinor }],
    totals: { netMinor: 0, taxMinor: 0, totalMinor: amountMinor },
  };
}

function entriesOf(receivedMinor: number, backs: readonly number[]): SaleEntry[] {
  const body = {
    ...{ number: 'p', depositFor: 'o', tender: 'cash', businessDate: '2026-11-20' },
    amountMinor: receivedMinor,
  };
  const payment: SaleEntry = {
    kind: 'payment',
    recordId: 'p',
    body,
    isPosted: true,
    isOpen: false,
    isWanted: true,
  };
  const refunds = backs.map((amountMinor, index): SaleEntry => ({
    kind: 'refund',
    recordId: `r${index}`,
    body: refundBody(amountMinor),
    isPosted: false,
    isOpen: true,
    isWanted: true,
  }));
  return [payment, ...refunds];
}

test('used and given back stay within what was received, in whatever order they come and are composed', () => {
  let posted = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 900 }),
      fc.integer({ min: 0, max: 1_000 }),
      fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 4 }),
      fc.nat({ max: 5 }),
      fc.infiniteStream(fc.nat()),
      (receivedMinor, usedMinor, backs, orderComesAt, picks) => {
        let entries = entriesOf(receivedMinor, backs);
        const own: OrderBody = {
          ...orderBody('o', [], null),
          currency: 'USD',
          deposits: [{ paymentId: 'p', amountMinor: usedMinor }],
        };
        let order: OrderBody | null = null;
        let isUsed = false;
        for (let round = 0; ; round += 1) {
          if (round === orderComesAt) {
            order = own;
            isUsed =
              depositHold(
                own,
                { orderId: 'o', isOrderPosted: true, order, entries, hasMore: false },
                'USD',
              ) === null;
          }
          const open = entries.filter(({ isOpen }) => isOpen);
          const next = open[(picks.next().value ?? 0) % Math.max(1, open.length)];
          if (next === undefined && round >= orderComesAt) break;
          if (next?.kind !== 'refund') continue;
          const layAway = { orderId: 'o', isOrderPosted: true, order, entries, hasMore: false };
          const hold = depositBackHold(next.recordId, next.body, layAway, 'USD');
          if (hold === null) posted += 1;
          entries = entries.map((entry) =>
            entry === next ? { ...entry, isOpen: false, isPosted: hold === null } : entry,
          );
        }
        const given = entries.flatMap((entry) =>
          entry.kind === 'refund' && entry.isPosted ? [entry.body.totals.totalMinor] : [],
        );
        expect(sumMinor(given) + (isUsed ? usedMinor : 0)).toBeLessThanOrEqual(receivedMinor);
      },
    ),
    { seed: 31, numRuns: 500 },
  );
  expect(posted).toBeGreaterThan(100);
});
