import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { OrderBody, PayoutBody } from '../../../domain/bodies';
import { sumMinor } from '../../../domain/money';
import { moveOf } from '../../../domain/posting/source/money-document';
import { payoutPart } from '../../../domain/posting/source/payout';
import {
  deliveryPartsOf,
  moveOfPart,
  partsOfOrder,
  saleOfTicket,
} from '../../../domain/posting/source/ticket';
import { tenderOfPart } from '../../../domain/posting/part-names';
import { payoutFaults, sumFaults } from '../../../domain/ticket-sums';
import { orderBody } from '../../support/samples';
import { validOrder } from '../tickets';

// What money documents together do to each account, for any ticket and payout.

const add = (accounts: Map<string, number>, account: string, minor: number): void => {
  accounts.set(account, (accounts.get(account) ?? 0) + minor);
};

/** What the documents of a ticket bring to the accounts of its money, in minor units. */
function booked(body: OrderBody): Map<string, number> {
  const ticket = { kind: 'order' as const, body };
  const accounts = new Map<string, number>();
  for (const part of deliveryPartsOf(body)) {
    const move = moveOfPart(ticket, part);
    if (part === 'sale' || part === 'refund') {
      const sale = saleOfTicket(ticket, 'o', part);
      const [tender] = sale.tenders ?? [];
      const isInvoice = (sale.tenders ?? []).length > 1;
      const sign = part === 'sale' ? 1 : -1;
      if (!isInvoice && tender !== undefined)
        add(accounts, `clearing:${tender.tender}`, sign * sale.totalMinor);
    } else if (move !== null) {
      const head = {
        marker: 'truth-sync pos order o',
        notes: [],
        date: body.businessDate,
        currency: body.currency,
      };
      const document = moveOf(head, part, move);
      if (document.type !== 'transfer') throw new Error('a move is a transfer');
      add(accounts, document.from, -document.amountMinor);
      add(accounts, document.to, document.amountMinor);
    } else {
      const sale = saleOfTicket(ticket, 'o', 'sale');
      const tender = sale.tenders?.[tenderOfPart(part) ?? -1];
      if (tender !== undefined) add(accounts, `clearing:${tender.tender}`, tender.amountMinor);
    }
  }
  return accounts;
}

test('each tender of any ticket has exactly its own amount, the account in between nothing', () => {
  const names = ['card', 'cash', 'wallet'];
  fc.assert(
    fc.property(
      validOrder({ hasTax: true, quantityMin: -9 }),
      fc.array(fc.integer({ min: -900, max: 900 }), { maxLength: 2 }),
      (order, others) => {
        const { totalMinor } = order.totals;
        const amounts = [...others, totalMinor - sumMinor(others)];
        const tenders = amounts.map((amountMinor, index) => ({
          tender: names[index] ?? '',
          amountMinor,
        }));
        const body = { ...order, tenders };
        const accounts = booked(body);
        expect(accounts.get('clearing:exchange') ?? 0).toBe(0);
        const isOneSided = partsOfOrder(body).length === 1;
        for (const { tender, amountMinor } of tenders) {
          const own = (accounts.get(`clearing:${tender}`) ?? 0) + 0;
          // A single tender of one document takes its total, which decide has found equal.
          if (tenders.filter((one) => one.amountMinor !== 0).length === 1 && isOneSided) continue;
          expect([tender, own]).toEqual([tender, amountMinor + 0]);
        }
      },
    ),
    { seed: 11, numRuns: 500 },
  );
});

const amount = fc.integer({ min: -5_000, max: 9_000 });
const listed = fc.record({
  kind: fc.constantFrom('order' as const, 'refund' as const),
  recordId: fc.constant('o'),
  amountMinor: amount,
});

test('a payout leaves nothing on clearing, its fees and the like on their accounts, the net on the bank', () => {
  fc.assert(
    fc.property(
      fc.array(listed, { maxLength: 5 }),
      fc.array(listed, { maxLength: 2 }),
      fc.integer({ min: -100, max: 500 }),
      fc.boolean(),
      (includes, chargebacks, feesMinor, isBank) => {
        const grossMinor = sumMinor([...includes, ...chargebacks].map((one) => one.amountMinor));
        const body: PayoutBody = {
          processor: 'p',
          businessDate: '2026-11-25',
          includes,
          chargebacks,
          grossMinor,
          feesMinor,
          netMinor: grossMinor - feesMinor,
        };
        expect(payoutFaults(body)).toEqual([]);
        const accounts = new Map<string, number>();
        for (const part of ['payout', 'fees']) {
          const document = payoutPart(body, 'po', part, {
            currency: 'USD',
            isClearingBank: isBank,
          });
          if (document.type === 'booking')
            for (const line of document.lines) {
              add(accounts, line.account, -line.amountMinor);
              add(accounts, document.account, line.amountMinor);
            }
          if (document.type === 'transfer') {
            add(accounts, document.from, -document.amountMinor);
            add(accounts, document.to, document.amountMinor);
          }
        }
        const of = (account: string): number => (accounts.get(account) ?? 0) + 0;
        expect(of('bank:p')).toBe(body.netMinor + 0);
        expect(of('clearing:p')).toBe(0 - sumMinor(includes.map((one) => one.amountMinor)) + 0);
        expect(of('fees:p')).toBe(feesMinor + 0);
        expect(of('chargebacks:p')).toBe(
          0 - sumMinor(chargebacks.map((one) => one.amountMinor)) + 0,
        );
      },
    ),
    { seed: 12, numRuns: 300 },
  );
});

test('deposits count like tenders, rounding counts in the total, what is owed back needs no tender', () => {
  const body = orderBody('1', [['a', 2]], null);
  const faults = (change: Partial<OrderBody>): string[] =>
    sumFaults({ kind: 'order', body: { ...body, ...change } }).map(({ path }) => path);
  const deposits = [{ paymentId: 'p', amountMinor: 1_000 }];
  expect(faults({ deposits, tenders: [{ tender: 'card', amountMinor: 1_500 }] })).toEqual([]);
  expect(faults({ deposits })).toEqual(['tenders and deposits']);
  expect(faults({ roundingMinor: 2 })).toEqual(['totals.totalMinor']);
  const back = {
    ...body,
    lines: [],
    restock: false,
    orderId: 'o',
    deposits,
    tenders: [{ tender: 'cash', amountMinor: 1_000 }],
    totals: { netMinor: 0, taxMinor: 0, totalMinor: 1_000 },
  };
  expect(sumFaults({ kind: 'refund', body: back })).toEqual([]);
  expect(
    sumFaults({ kind: 'refund', body: { ...back, deposits: [] } }).map(({ path }) => path),
  ).toEqual(['totals.totalMinor']);
  const refund = { ...body, restock: true, tenders: [] };
  expect(sumFaults({ kind: 'refund', body: refund })).toEqual([]);
  expect(sumFaults({ kind: 'order', body: { ...body, tenders: [] } })).toHaveLength(1);
  const payout: PayoutBody = {
    processor: 'p',
    businessDate: '2026-11-20',
    grossMinor: 5,
    feesMinor: 1,
    netMinor: 5,
    includes: [],
  };
  expect(payoutFaults(payout).map(({ path, message }) => `${path} ${message}`)).toEqual([
    'netMinor is 5, but grossMinor - feesMinor is 4',
    'grossMinor is 5, but includes + chargebacks + adjustments is 0',
  ]);
});
