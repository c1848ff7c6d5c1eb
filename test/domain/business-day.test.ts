import { expect, test } from '@jest/globals';

import { dayIn, dayReader } from '../../domain/business-day';
import type { PaymentBody, PayoutBody, Undated } from '../../domain/bodies';
import { change, Memory } from './fold';

test.each([
  ['America/New_York', '2026-11-22T02:30:00Z', '2026-11-21'],
  ['America/New_York', '2026-11-22T05:00:00.000Z', '2026-11-22'],
  ['Asia/Tokyo', '2026-11-21T15:00:00+00:00', '2026-11-22'],
  ['Europe/London', '2026-07-01T23:30:00Z', '2026-07-02'],
])('in %s %s is on %s', (zone, instant, day) => {
  expect(dayIn(zone, instant)).toBe(day);
});

test.each([
  ['America/New_York', 0],
  ['Australia/Lord_Howe', 4],
  ['Asia/Kathmandu', 5],
  ['America/St_Johns', 0],
])('many instants in %s, cut at %i, have the days that each has alone', (zone, cutHour) => {
  const dayOf = dayReader(zone, cutHour);
  // A year in steps of 97 minutes, through both changes of the clock.
  for (let minute = 0; minute < 366 * 24 * 60; minute += 97) {
    const instant = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    const day = dayOf(instant);
    if (day !== dayIn(zone, instant, cutHour)) throw new Error(`${instant} is not on ${day}`);
  }
  expect(dayOf('2026-06-15T12:00:00.000Z')).toBe('2026-06-15');
});

const payment: Undated<PaymentBody> = {
  number: '1',
  invoiceId: 'i',
  tender: 'cash',
  amountMinor: 5,
};
const payout: Undated<PayoutBody> = {
  processor: 'p',
  grossMinor: 0,
  feesMinor: 0,
  netMinor: 0,
  includes: [],
};
const late = { occurredAt: '2026-11-30T10:00:00Z', sourceRev: 2 };

test.each([
  ['payment', { kind: 'payment' as const, body: payment }],
  ['payout', { kind: 'payout' as const, body: payout }],
])(
  'a %s without a day has the one on which it occurred, frozen until it says another',
  (kind, content) => {
    const memory = new Memory();
    const dated = (recordId: string): unknown =>
      memory.record(content.kind, recordId).content?.body;
    memory.fold([change({ kind: content.kind, recordId: kind, content })]);
    expect(dated(kind)).toMatchObject({ businessDate: '2026-11-21' });
    // A later revision that still says none moves nothing.
    memory.fold([change({ kind: content.kind, recordId: kind, content, ...late })]);
    expect(dated(kind)).toMatchObject({ businessDate: '2026-11-21' });
    expect(memory.record(content.kind, kind).rev).toBe(1);
    const own = { ...content, body: { ...content.body, businessDate: '2026-11-28' } };
    memory.fold([
      change({
        kind: content.kind,
        recordId: kind,
        content: own as typeof content,
        ...late,
        sourceRev: 3,
      }),
    ]);
    expect(dated(kind)).toMatchObject({ businessDate: '2026-11-28' });
  },
);

test.each([
  ['2026-11-22T06:30:00Z', 4, '2026-11-21'],
  ['2026-11-22T08:59:59Z', 4, '2026-11-21'],
  ['2026-11-22T09:00:00Z', 4, '2026-11-22'],
  ['2026-11-22T06:30:00Z', 0, '2026-11-22'],
])('B14: %s in New York with the day cut at %i is on %s', (instant, cutHour, day) => {
  expect(dayIn('America/New_York', instant, cutHour)).toBe(day);
});

test('B14: revisions of a payment without a day end on the same day, whichever comes first', () => {
  const revision = (sourceRev: number, occurredAt: string, amountMinor: number, day?: string) =>
    change({
      kind: 'payment',
      recordId: 'p',
      sourceRev,
      occurredAt,
      content: {
        kind: 'payment',
        body: { ...payment, amountMinor, ...(day === undefined ? {} : { businessDate: day }) },
      },
    });
  const first = revision(1, '2026-11-23T22:00:00Z', 400);
  const second = revision(2, '2026-11-25T10:00:00Z', 500);
  const third = revision(3, '2026-11-27T10:00:00Z', 600);
  for (const order of [
    [first, second, third],
    [third, first, second],
    [second, third, first],
    [third, second, first],
  ]) {
    for (const isOneBatch of [true, false]) {
      const memory = new Memory();
      if (isOneBatch) memory.fold(order);
      else for (const one of order) memory.fold([one]);
      expect(memory.record('payment', 'p').content?.body).toMatchObject({
        amountMinor: 600,
        businessDate: '2026-11-23',
      });
    }
  }
  // What a revision says counts, also where it comes late.
  const memory = new Memory();
  memory.fold([third]);
  memory.fold([revision(2, '2026-11-25T10:00:00Z', 500, '2026-11-20')]);
  memory.fold([first]);
  expect(memory.record('payment', 'p').content?.body).toMatchObject({
    amountMinor: 600,
    businessDate: '2026-11-20',
  });
});
