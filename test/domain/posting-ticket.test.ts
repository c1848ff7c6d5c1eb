import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { OrderBody, OrderLine, RefundBody } from '../../domain/bodies';
import { signOf } from '../../domain/money';
import { notBuiltPart, partsOfOrder, postingDocument } from '../../domain/posting/ticket';
import { orderBody } from '../support/samples';
import { validOrder, validRefund } from './tickets';

const card = { tender: 'card', amountMinor: 1 };

test.each<[string, [string, number][], Partial<OrderBody>, string[]]>([
  ['positive lines', [['a', 1]], {}, ['sale']],
  ['no lines', [], {}, ['sale']],
  ['negative lines', [['a', -1]], {}, ['refund']],
  ['lines of both signs', [['a', 1], ['b', -1]], {}, ['sale', 'refund']],
  ['negative lines and shipping', [['a', -1]], { shipping: [{ name: 's', amountMinor: 1 }] }, ['sale', 'refund']],
  ['negative lines and a fee', [['a', -1]], { fees: [{ name: 'f', amountMinor: 1 }] }, ['sale', 'refund']],
  ['negative lines and a discount', [['a', -1]], { fees: [{ name: 'f', amountMinor: -1 }] }, ['refund']],
  ['positive lines and a discount', [['a', 1]], { fees: [{ name: 'f', amountMinor: -1 }] }, ['sale']],
])('a ticket with %s has its parts', (_name, lines, change, parts) => {
  expect(partsOfOrder({ ...orderBody('1', lines, null), ...change })).toEqual(parts);
}); // prettier-ignore

test('the two parts together are the ticket to the cent, each line in exactly one of them', () => {
  fc.assert(
    fc.property(validOrder({ hasTax: false, quantityMin: -9 }), (body) => {
      const parts = partsOfOrder(body);
      const documents = parts.map((part) => postingDocument({ kind: 'order', body }, 'P-1', part));
      const total = documents.reduce(
        (sum, { part, totalMinor }) => sum + (part === 'refund' ? -totalMinor : totalMinor),
        0,
      );
      expect(total + 0).toBe(body.totals.netMinor + 0);
      const items = documents.flatMap(({ lines }) => lines.filter(({ kind }) => kind === 'item'));
      expect(items).toHaveLength(body.lines.length);
      for (const { lines, totalMinor } of documents) {
        expect(lines.reduce((sum, line) => sum + line.amountMinor, 0)).toBe(totalMinor);
      }
      const sold = documents.find(({ part }) => part === 'sale' && parts.length === 2)?.lines ?? [];
      const back = sold.filter(({ kind, quantity, amountMinor }) => kind === 'item' && (signOf(quantity ?? '0') < 0 || amountMinor < 0)); // prettier-ignore
      expect(back).toEqual([]);
    }),
    { seed: 9, numRuns: 400 },
  );
});

test('a refund is the sum of its lines, fees, shipping and what has no line', () => {
  fc.assert(
    fc.property(validRefund({ hasTax: false, quantityMin: 0 }), (body) => {
      const document = postingDocument({ kind: 'refund', body }, 'R-1', 'refund');
      expect(document.totalMinor).toBe(body.totals.netMinor);
      const rest = document.lines.filter(({ kind }) => kind === 'unallocated');
      expect(rest.map(({ amountMinor }) => amountMinor)).toEqual(
        body.unallocatedMinor === 0 ? [] : [body.unallocatedMinor],
      );
    }),
    { seed: 10, numRuns: 300 },
  );
});

test('a refund part has positive pieces and amounts, its fees stay on the sale', () => {
  const body: OrderBody = {
    ...orderBody('1', [['a', 2], ['b', -3]], 'c-1'), // prettier-ignore
    fees: [{ name: 'Wrapping', amountMinor: 300 }],
  };
  const refund = postingDocument({ kind: 'order', body }, 'P-1', 'refund');
  expect(refund.lines).toMatchObject([{ sku: 'b', quantity: '3', amountMinor: 3_750 }]);
  const sale = postingDocument({ kind: 'order', body }, 'P-1', 'sale');
  expect(sale.lines.map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
    ['item', 2_500],
    ['fee', 300],
  ]);
  expect(sale).toMatchObject({ customerId: 'c-1', number: '1', tender: { tender: 'card' } });
});

test('a ticket that is all refund turns its discount and shipping with it', () => {
  const body: OrderBody = {
    ...orderBody('1', [['b', -1]], null),
    fees: [{ name: 'Voucher', amountMinor: -200 }],
  };
  const { lines, totalMinor } = postingDocument({ kind: 'order', body }, 'P-1', 'refund');
  expect(lines.map(({ amountMinor }) => amountMinor)).toEqual([1_250, 200]);
  expect(totalMinor).toBe(1_450);
});

test('a ticket of nothing has no tender and no goods, a free article has goods', () => {
  const empty = postingDocument({ kind: 'order', body: orderBody('1', [], null) }, 'P-1', 'sale');
  expect(empty).toMatchObject({ tender: null, totalMinor: 0, hasGoods: false });
  const line: OrderLine = { lineId: '1', sku: 'a', name: 'a', quantity: '1', unitPrice: '0', discountMinor: 0, netMinor: 0, taxes: [{ code: 'ZERO', taxMinor: 0 }] }; // prettier-ignore
  const free = { ...orderBody('1', [], null), lines: [line] };
  const document = postingDocument({ kind: 'order', body: free }, 'P-1', 'sale');
  expect(document).toMatchObject({ totalMinor: 0, hasGoods: true });
  expect(document.lines[0]?.taxCodes).toEqual(['ZERO']);
});

const full = orderBody('1', [['a', 1]], null);
const withTax = structuredClone(full);
withTax.lines.forEach((line) => line.taxes.push({ code: 'VAT', taxMinor: 5 }));
const reduced = structuredClone(withTax);
reduced.fees = [{ name: 'f', amountMinor: 1, taxes: [{ code: 'VAT', taxMinor: -5 }] }];

test.each<[string, OrderBody | RefundBody, string | null]>([
  ['a plain ticket', full, null],
  ['two tenders', { ...full, tenders: [card, card] }, 'several_tenders'],
  ['a tax total', { ...full, totals: { ...full.totals, taxMinor: 5 } }, 'tax'],
  ['tax on a line', withTax, 'tax'],
  ['taxes that cancel out', reduced, 'tax'],
  ['a tip', { ...full, tips: [{ amountMinor: 1 }] }, 'tips'],
  ['a gift card sold', { ...full, giftCards: { sold: [{ code: 'g', amountMinor: 1 }] } }, 'gift_cards'],
  ['a gift card used', { ...full, giftCards: { used: [{ code: 'g', amountMinor: 1 }] } }, 'gift_cards'],
  ['empty lists', { ...full, tips: [], giftCards: { sold: [], used: [] } }, null],
])('%s is told apart from what can be posted', (_name, body, missing) => {
  expect(notBuiltPart(body)).toBe(missing);
}); // prettier-ignore
