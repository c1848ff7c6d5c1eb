import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { markerOf, noteOf } from '../../../connectors/quickbooks/shape/sales-form';
import { markerId, markerIn, markerNamed, paymentMarker } from '../../../domain/posting/marker';
import { saleOfTicket, type Ticket } from '../../../domain/posting/source/ticket';
import { orderBody } from '../fixtures';

// By its marker a document is known as ours, and as which: no two records may have the same one,
// whatever their ids are (accounting.md#numbers).

const order = (recordId: string): string =>
  markerOf(saleOfTicket({ kind: 'order', body: orderBody() }, recordId, 'sale'));
const half = (recordId: string): string =>
  markerOf(saleOfTicket({ kind: 'order', body: orderBody() }, recordId, 'refund'));
function refund(recordId: string, orderId?: string): string {
  const body = { ...orderBody(), restock: true, ...(orderId === undefined ? {} : { orderId }) };
  const ticket: Ticket = { kind: 'refund', body };
  return markerOf(saleOfTicket(ticket, recordId, 'refund'));
}

describe('markers of different documents', () => {
  const long = '%'.repeat(99);
  it.each([
    ['blanks of another number', order('A 1'), order('A  1')],
    ['blanks of another kind', order('A 1'), order('A\u00a01')],
    ['ends of long ids that are written longer', order(`${long}1`), order(`${long}2`)],
    ['long ids of a sale', refund(`${long}1`, `${long}1`), refund(`${long}1`, `${long}2`)],
    ['an id that reads like a sale behind it', refund('5 of order 7'), refund('5', '7')],
    ['an id that reads like a half', order('7 part refund'), half('7')],
  ])('differ by %s', (_what, one, other) => {
    expect(one).not.toBe(other);
  });

  it('say in which system the record was born, and are found in a note', () => {
    expect(order('woo:shop.example.test:17')).toBe('truth-sync woo order woo:shop.example.test:17');
    const note = `${markerNamed(paymentMarker('p', 'I-1'), 'posting 2')}; Kim\nchecked`;
    expect(markerIn(note)).toBe('truth-sync pos payment p of invoice I-1');
    expect(markerIn('truth-sync by hand')).toBeNull();
  });

  it('say plain ids as they are', () => {
    expect(refund('R-5 b', 'P1/7 ü🧾')).toBe('truth-sync pos refund R-5 b of order P1/7 ü🧾');
  });

  const id = fc
    .string({
      unit: fc.constantFrom(
        ' ',
        '\u00a0',
        '\u3000',
        '%',
        ';',
        '2',
        '0',
        'a',
        ' of order ',
        ' part refund',
        '🧾',
      ),
      minLength: 1,
      maxLength: 3,
    })
    .map((text) => text.trim())
    .filter((text) => text !== '');
  it('are as many as the records are, and stand whole in the note', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(id, fc.option(id, { nil: undefined })), {
          minLength: 2,
          maxLength: 12,
          selector: ([one, of]) => JSON.stringify([one, of]),
        }),
        (pairs) => {
          const markers = pairs.map(([recordId, orderId]) => refund(recordId, orderId));
          expect(new Set(markers).size).toBe(pairs.length);
          for (const marker of markers) {
            const note = noteOf({ guest: { name: '; ' }, tender: null, notes: ['x'] }, marker);
            expect(note.split('; ')[0]).toBe(marker);
          }
        },
      ),
      { seed: 11, numRuns: 1_000 },
    );
    expect(markerId('%;')).toBe('%25%3B');
  });
});
