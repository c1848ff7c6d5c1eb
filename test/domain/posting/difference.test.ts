import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { after, differenceOf } from '../../../domain/posting/plan/difference';
import {
  isNothing,
  isSameMoney,
  postedSaleOf,
  type PostedSale,
} from '../../../domain/posting/plan/posted-sale';
import { saleOfTicket } from '../../../domain/posting/source/ticket';
import { ticketEntries } from '../../../domain/stock/stock';
import { transition, type DeliveryCore } from '../../../domain/delivery/delivery-state';
import { orderBody } from '../../support/samples';
import { validOrder } from '../tickets';

const posted = validOrder({ hasTax: true, quantityMin: 1 }).map((body): PostedSale =>
  postedSaleOf(saleOfTicket({ kind: 'order', body }, 'P-1', 'sale')),
);

test(
  'what is taken away and what is added together make of any posted sale any ' +
    'wanted one, to the cent',
  () => {
    fc.assert(
      fc.property(posted, fc.option(posted), fc.boolean(), (net, wanted, movesStock) => {
        const { taken, added } = differenceOf(net, wanted, () => movesStock);
        const less = taken === null ? net : after(net, taken, false);
        const end = added === null ? less : after(less, added, true);
        const isEnd =
          wanted === null
            ? isNothing(end)
            : isSameMoney({ ...end, date: wanted.date, dueDate: wanted.dueDate }, wanted);
        expect(isEnd).toBe(true);
        // The second step is worked out anew once the first is done, and comes to the same.
        const isTwice = taken !== null && added !== null;
        const second = differenceOf(less, wanted, () => movesStock);
        expect(isTwice ? second : null).toEqual(isTwice ? { taken: null, added } : null);
      }),
    );
  },
);

test(
  'only what changed is in a difference; of goods that move stock no amount is ' + 'without pieces',
  () => {
    const saleOf = (price: number): PostedSale => {
      const body = orderBody(
        '1',
        [
          ['A', 2],
          ['B', 1],
        ],
        null,
      );
      for (const line of body.lines) if (line.sku === 'A') line.netMinor = price;
      return postedSaleOf(saleOfTicket({ kind: 'order', body }, '1', 'sale'));
    };
    const only = differenceOf(saleOf(2_500), saleOf(2_000), () => false);
    expect(only.taken?.amounts).toMatchObject([{ key: 'A', quantity: '0', netMinor: 500 }]);
    const whole = differenceOf(saleOf(2_500), saleOf(2_000), () => true);
    expect(whole.taken?.amounts).toMatchObject([{ key: 'A', quantity: '2', netMinor: 2_500 }]);
    expect(whole.added?.amounts).toMatchObject([{ key: 'A', quantity: '2', netMinor: 2_000 }]);
  },
);

test('a voided ticket moves no stock', () => {
  const body = orderBody('1', [['A', 2]], null);
  expect(ticketEntries({ kind: 'order', body }, '1', '', ({ sku }) => sku)).toHaveLength(1);
  expect(
    ticketEntries({ kind: 'order', body: { ...body, voided: true } }, '1', '', ({ sku }) => sku),
  ).toEqual([]);
});

test(
  'a step leaves a delivery waiting, and what is not the ticket is held unless ' +
    'something newer is wanted',
  () => {
    const sending: DeliveryCore = {
      state: 'sending',
      reason: null,
      desiredRev: 2,
      desiredOp: 'present',
      sentRev: 2,
      deliveredRev: 1,
      attempts: 1,
      generation: 0,
      dueAtMs: 0,
      undoneBy: null,
    };
    expect(transition(sending, { type: 'stepped', resting: 'waiting', nowMs: 5 })).toMatchObject({
      state: 'waiting',
      deliveredRev: 1,
      attempts: 0,
      dueAtMs: 5,
    });
    const differs = { type: 'acceptedHeld' as const, reason: 'totals_differ_in_books' as const };
    expect(transition(sending, differs)).toMatchObject({
      state: 'held',
      generation: 1,
      deliveredRev: 1,
    });
    expect(transition({ ...sending, desiredRev: 3 }, differs)).toMatchObject({
      state: 'waiting',
      generation: 1,
    });
  },
);
