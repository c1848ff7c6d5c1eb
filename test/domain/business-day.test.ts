import { expect, test } from '@jest/globals';

import { dayIn } from '../../domain/business-day';
import type { PaymentBody, PayoutBody } from '../../domain/bodies';
import { change, Memory } from './fold';

test.each([
  ['America/New_York', '2026-11-22T02:30:00Z', '2026-11-21'],
  ['America/New_York', '2026-11-22T05:00:00.000Z', '2026-11-22'],
  ['Asia/Tokyo', '2026-11-21T15:00:00+00:00', '2026-11-22'],
  ['Europe/London', '2026-07-01T23:30:00Z', '2026-07-02'],
])('in %s %s is on %s', (zone, instant, day) => {
  expect(dayIn(zone, instant)).toBe(day);
});

const payment: PaymentBody = { number: '1', invoiceId: 'i', tender: 'cash', amountMinor: 5 };
const payout: PayoutBody = { processor: 'p', grossMinor: 0, feesMinor: 0, netMinor: 0, includes: [] }; // prettier-ignore
const late = { occurredAt: '2026-11-30T10:00:00Z', sourceRev: 2 };

test.each([
  ['payment', { kind: 'payment' as const, body: payment }],
  ['payout', { kind: 'payout' as const, body: payout }],
])('a %s without a day has the one on which it occurred, frozen until it says another', (kind, content) => {
  const memory = new Memory();
  const dated = (recordId: string): unknown => memory.record(content.kind, recordId).content?.body;
  memory.fold([change({ kind: content.kind, recordId: kind, content })]);
  expect(dated(kind)).toMatchObject({ businessDate: '2026-11-21' });
  // A later revision that still says none moves nothing.
  memory.fold([change({ kind: content.kind, recordId: kind, content, ...late })]);
  expect(dated(kind)).toMatchObject({ businessDate: '2026-11-21' });
  expect(memory.record(content.kind, kind).rev).toBe(1);
  const own = { ...content, body: { ...content.body, businessDate: '2026-11-28' } };
  memory.fold([change({ kind: content.kind, recordId: kind, content: own as typeof content, ...late, sourceRev: 3 })]); // prettier-ignore
  expect(dated(kind)).toMatchObject({ businessDate: '2026-11-28' });
}); // prettier-ignore
