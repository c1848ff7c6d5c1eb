import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { InvoiceBody, OrderBody, PaymentBody, RefundBody } from '../../../domain/bodies';
import { sumMinor } from '../../../domain/money';
import { refundOfSale } from '../../../domain/posting/source/amount-refund';
import {
  paymentHold,
  refundHold,
  type KnownSale,
  type SaleEntry,
} from '../../../domain/posting/source/known-sale';
import type { Sale } from '../../../domain/posting/sale';
import { saleOfTicket } from '../../../domain/posting/source/ticket';
import { orderBody } from '../../support/samples';
import { validOrder } from '../tickets';

// What belongs to one sale, in whatever order it is composed: together it never goes beyond what
// was sold.

function invoice(totalMinor: number): InvoiceBody {
  const { number, channel, businessDate, currency, pricesIncludeTax, lines } = orderBody(
    '1',
    [],
    null,
  );
  return {
    number,
    channel,
    businessDate,
    currency,
    pricesIncludeTax,
    lines,
    totals: { netMinor: totalMinor, taxMinor: 0, totalMinor },
  };
}

function refundBody(amountMinor: number, isOwed = false): RefundBody {
  const tenders = isOwed ? [] : [{ tender: 'card', amountMinor }];
  return {
    ...orderBody('r', [], null),
    tenders,
    restock: false,
    unallocatedMinor: amountMinor,
    totals: { netMinor: amountMinor, taxMinor: 0, totalMinor: amountMinor },
  };
}

function paymentBody(amountMinor: number): PaymentBody {
  return { number: '1', invoiceId: 'i', tender: 'cash', businessDate: '2026-11-20', amountMinor };
}

const given = fc.record({
  what: fc.constantFrom('payment' as const, 'credit' as const, 'refund' as const),
  amountMinor: fc.integer({ min: 1, max: 700 }),
});

function entryOf(
  given: { what: 'payment' | 'credit' | 'refund'; amountMinor: number },
  index: number,
): SaleEntry {
  const state = { recordId: `e${index}`, isPosted: false, isOpen: true, isWanted: true };
  const { what, amountMinor } = given;
  if (what !== 'payment')
    return { ...state, kind: 'refund', body: refundBody(amountMinor, what === 'credit') };
  const body = paymentBody(amountMinor);
  return { ...state, kind: 'payment', body };
}

function amountOf(entry: SaleEntry): number {
  return entry.kind === 'payment' ? entry.body.amountMinor : entry.body.totals.totalMinor;
}

test('payments, credits and refunds of an invoice stay within it, in whatever order they are composed', () => {
  fc.assert(
    fc.property(
      fc.array(given, { maxLength: 6 }),
      fc.integer({ min: 0, max: 1_500 }),
      fc.infiniteStream(fc.nat()),
      (all, totalMinor, picks) => {
        let entries = all.map(entryOf);
        // One after another is composed and posted or held, as the lane may pick them.
        for (;;) {
          const open = entries.filter(({ isOpen }) => isOpen);
          const next = open[(picks.next().value ?? 0) % Math.max(1, open.length)];
          if (next === undefined) break;
          const sale: KnownSale = {
            recordId: 'i',
            ticket: { kind: 'invoice', body: invoice(totalMinor) },
            entries,
            hasMore: false,
          };
          const hold =
            next.kind === 'payment'
              ? paymentHold(sale, next.recordId, next.body)
              : refundHold(sale, next.recordId, next.body);
          entries = entries.map((entry) =>
            entry === next ? { ...entry, isOpen: false, isPosted: hold === null } : entry,
          );
        }
        const posted = entries.filter(({ isPosted }) => isPosted);
        const sumWhere = (is: (entry: SaleEntry) => boolean): number =>
          sumMinor(posted.filter(is).map(amountOf));
        const isCredit = (entry: SaleEntry): boolean =>
          entry.kind === 'refund' && entry.body.tenders.length === 0;
        expect(sumWhere(({ kind }) => kind === 'refund')).toBeLessThanOrEqual(totalMinor);
        expect(
          sumWhere((entry) => entry.kind === 'payment' || isCredit(entry)),
        ).toBeLessThanOrEqual(totalMinor);
      },
    ),
    { seed: 21, numRuns: 500 },
  );
});

const bySku = (sales: readonly Sale[]): Map<string, number> => {
  const sums = new Map<string, number>();
  for (const item of sales.flatMap(({ items }) => items))
    sums.set(item.sku, (sums.get(item.sku) ?? 0) + item.netMinor);
  return new Map([...sums].filter(([, minor]) => minor !== 0));
};

test('lines, an amount, then the rest: together they give back exactly what was sold, with its tax', () => {
  fc.assert(
    fc.property(
      validOrder({ hasTax: true, quantityMin: 0 }),
      fc.nat({ max: 5 }),
      fc.integer({ min: 0, max: 900 }),
      fc.constantFrom('none' as const, 'prorate' as const),
      (order, lines, amountMinor, amountOnlyTax) => {
        // A gift card that paid of it is no part of what was sold.
        const used = (order.giftCards?.used ?? []).map((card) => card.amountMinor);
        const total = order.totals.totalMinor + sumMinor(used);
        const own = order.lines.slice(0, lines);
        const netMinor = sumMinor(own.map((line) => line.netMinor));
        const taxMinor = sumMinor(own.flatMap((line) => line.taxes.map((tax) => tax.taxMinor)));
        const first: RefundBody = {
          ...refundBody(0),
          lines: own,
          restock: true,
          unallocatedMinor: 0,
          currency: order.currency,
          pricesIncludeTax: order.pricesIncludeTax,
          totals: { netMinor, taxMinor, totalMinor: netMinor + taxMinor },
        };
        const restMinor = total - netMinor - taxMinor - amountMinor;
        fc.pre(restMinor > 0 && amountMinor > 0);
        const bodies = [first, refundBody(amountMinor), refundBody(restMinor)];
        const entries = bodies.map((body, index): SaleEntry => ({
          kind: 'refund',
          recordId: `r${index}`,
          body,
          isPosted: true,
          isOpen: false,
          isWanted: true,
        }));
        const sales = bodies.map((body, index) => {
          const before = entries.slice(0, index);
          const known: KnownSale = {
            recordId: 'o',
            ticket: { kind: 'order', body: order },
            entries: before,
            hasMore: false,
          };
          return refundOfSale(`r${index}`, body, known, { refund: { amountOnlyTax } });
        });
        expect(sumMinor(sales.map(({ totalMinor }) => totalMinor))).toBe(total);
        const sold = saleOfTicket({ kind: 'order', body: order }, 'o', 'sale');
        // Where one line was given back beyond what is left of its SKU, nobody can say: then it
        // stays an amount.
        if ((sales[2]?.items.length ?? 0) === 0) return;
        expect(bySku(sales)).toEqual(bySku([sold]));
        expect(sumMinor(sales.map((sale) => sale.taxMinor)) + 0).toBe(sold.taxMinor + 0);
      },
    ),
    { seed: 22, numRuns: 400 },
  );
});

test('of a sale with returns in it no more can be given back than was sold', () => {
  const order: OrderBody = orderBody(
    '1',
    [
      ['a', 3],
      ['b', -2],
    ],
    null,
  );
  const known: KnownSale = {
    recordId: 'o',
    ticket: { kind: 'order', body: order },
    entries: [],
    hasMore: false,
  };
  expect(refundHold(known, 'r', refundBody(3_750))).toBeNull();
  expect(refundHold(known, 'r', refundBody(3_751))).toMatchObject({ reason: 'refund_above_sale' });
});

test('gift cards and deposits that paid of a ticket with returns in it are part of what was sold', () => {
  const order: OrderBody = {
    ...orderBody(
      '1',
      [
        ['a', 3],
        ['b', -2],
      ],
      null,
    ),
    giftCards: { used: [{ code: 'g', amountMinor: 600 }] },
    deposits: [{ paymentId: 'd', amountMinor: 400 }],
    tenders: [{ tender: 'card', amountMinor: 250 }],
    totals: { netMinor: 1_250, taxMinor: 0, totalMinor: 650 },
  };
  const known: KnownSale = {
    recordId: 'o',
    ticket: { kind: 'order', body: order },
    entries: [],
    hasMore: false,
  };
  expect(refundHold(known, 'r', refundBody(3_750))).toBeNull();
  expect(refundHold(known, 'r', refundBody(3_751))).toMatchObject({ reason: 'refund_above_sale' });
});

test('a gift card that was sold counts as sold, and goes back but once', () => {
  const sold = { sold: [{ code: 'g', amountMinor: 5_000 }] };
  const totals = { netMinor: 0, taxMinor: 0, totalMinor: 5_000 };
  const own = { giftCards: sold, totals, tenders: [{ tender: 'card', amountMinor: 5_000 }] };
  const order: OrderBody = { ...orderBody('1', [], null), ...own };
  const back: RefundBody = { ...orderBody('r', [], null), ...own, restock: false };
  const first: SaleEntry = {
    kind: 'refund',
    recordId: 'r1',
    body: back,
    isPosted: true,
    isOpen: false,
    isWanted: true,
  };
  const known = (entries: SaleEntry[]): KnownSale => ({
    recordId: 'o',
    ticket: { kind: 'order', body: order },
    entries,
    hasMore: false,
  });
  expect(refundHold(known([]), 'r1', back)).toBeNull();
  expect(refundHold(known([first]), 'r2', back)).toMatchObject({ reason: 'refund_above_sale' });
});

test('the whole of a sale that a gift card paid in part, said as an amount, gives back its lines and tax', () => {
  const plain = orderBody('1', [['a', 2]], null);
  const order: OrderBody = {
    ...plain,
    lines: plain.lines.map((line) => ({ ...line, taxes: [{ code: 'S', taxMinor: 100 }] })),
    giftCards: { used: [{ code: 'g', amountMinor: 1_000 }] },
    tenders: [{ tender: 'card', amountMinor: 1_600 }],
    totals: { netMinor: 2_500, taxMinor: 100, totalMinor: 1_600 },
  };
  const known: KnownSale = {
    recordId: 'o',
    ticket: { kind: 'order', body: order },
    entries: [],
    hasMore: false,
  };
  const settings = { refund: { amountOnlyTax: 'none' as const } };
  expect(refundOfSale('r', refundBody(2_600), known, settings)).toMatchObject({
    items: [{ sku: 'a', netMinor: 2_500 }],
    taxMinor: 100,
    unallocatedMinor: 0,
    giftCards: [],
    totalMinor: 2_600,
  });
  const onCard: RefundBody = {
    ...refundBody(2_600),
    giftCards: { used: [{ code: 'g', amountMinor: 2_600 }] },
    tenders: [],
    totals: { netMinor: 2_600, taxMinor: 0, totalMinor: 0 },
  };
  expect(refundOfSale('r', onCard, known, settings)).toMatchObject({
    items: [{ sku: 'a', netMinor: 2_500 }],
    taxMinor: 100,
    unallocatedMinor: 0,
    giftCards: [{ code: 'g', use: 'used', amountMinor: 2_600 }],
    totalMinor: 0,
  });
  const prorate = { refund: { amountOnlyTax: 'prorate' as const } };
  const half: RefundBody = {
    ...onCard,
    unallocatedMinor: 1_300,
    giftCards: { used: [{ code: 'g', amountMinor: 1_300 }] },
    totals: { netMinor: 1_300, taxMinor: 0, totalMinor: 0 },
  };
  expect(refundOfSale('r', half, known, prorate)).toMatchObject({
    prorated: [{ netMinor: 1_250, taxMinor: 50 }],
    giftCards: [{ amountMinor: 1_300 }],
    totalMinor: 0,
  });
  // What was paid in money is a part of it.
  expect(refundOfSale('r', refundBody(1_600), known, settings)).toMatchObject({
    items: [],
    taxMinor: 0,
    unallocatedMinor: 1_600,
  });
});

test('of a voided invoice nothing is owed', () => {
  const body = { ...invoice(500), voided: true };
  const sale: KnownSale = {
    recordId: 'i',
    ticket: { kind: 'invoice', body },
    entries: [],
    hasMore: false,
  };
  expect(paymentHold(sale, 'p', paymentBody(5))).toMatchObject({ reason: 'payment_above_invoice' });
});
