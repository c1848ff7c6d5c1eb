import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { RecordBody, RefundBody, TicketBody } from '../../domain/bodies';
import { guestBody, guestEmail, isBookedPerEmail } from '../../domain/posting/guests';
import { guestId } from '../../domain/records/own-records';
import { initialPostingSettings } from '../../domain/posting/settings';
import { orderBody } from '../support/samples';
import { change, Memory } from './fold';

// On whom the ticket of a guest is booked: decided once, by the setting of then.

const kim = { name: 'Kim Lee', email: 'Kim@Example.test' };
const order = (body: Partial<TicketBody> = {}): Extract<RecordBody, { kind: 'order' }> => ({
  kind: 'order',
  body: { ...orderBody('1', [['A', 1]], null), guest: kim, ...body },
});
const refund = (body: Partial<RefundBody> = {}): RecordBody => ({
  kind: 'refund',
  body: { ...orderBody('R', [['A', 1]], null), restock: true, ...body },
});

/** A till whose setting can be switched. */
class Till {
  readonly memory = new Memory();
  private revision = 0;

  constructor(isOwn = true) {
    this.switch(isOwn);
  }

  switch(isOwn: boolean): void {
    this.memory.guests = { isOwn: () => isOwn, customerOf: guestId };
  }

  /** Sends it and answers on whom it is booked: null is the bucket. */
  send(content: RecordBody, recordId: string = content.kind): string | null {
    this.revision += 1;
    if (content.kind === 'inventory' || content.kind === 'summary') throw new Error('not sent');
    this.memory.fold([change({ kind: content.kind, recordId, content, sourceRev: this.revision })]);
    return this.bookedOn(content.kind, recordId);
  }

  bookedOn(kind: RecordBody['kind'], recordId: string): string | null {
    const { content } = this.memory.record(kind, recordId);
    return content !== null && 'guestCustomerId' in content.body
      ? (content.body.guestCustomerId ?? null)
      : null;
  }
}

const own = guestId('kim@example.test');
const other = guestId('lee@example.test');
const lee = { email: 'lee@example.test' };

describe('who a guest is', () => {
  test.each([
    ['Kim@Example.test', 'kim@example.test'],
    ['  kim@example.test ', 'kim@example.test'],
    ['', null],
    ['  ', null],
    [undefined, null],
    ['at the door', null],
    ['kim@home', null],
    ['a@b.test, c@d.test', null],
    [`${'x'.repeat(90)}@example.test`, null],
  ])('e-mail %j is known by %j', (email, key) => {
    expect(guestEmail({ ...orderBody('1', [], null), guest: { email } })).toBe(key);
    expect(guestEmail({ ...orderBody('1', [], 'c-1'), guest: { email } })).toBeNull();
  });

  test('a guest becomes a customer by what the ticket says', () => {
    expect(guestBody({ ...orderBody('1', [], null), guest: kim })).toEqual(kim);
    const email = 'Kim@Example.test';
    expect(guestBody({ ...orderBody('1', [], null), guest: { email, name: ' ' } })).toEqual({
      name: 'kim@example.test',
      email,
    });
  });
});

describe('by the setting', () => {
  const settings = { ...initialPostingSettings, customer: { guest: 'perEmail' as const } };
  const summary = { switches: [{ fromDay: '2026-11-20', mode: 'summary' as const }] };
  test.each([
    [true, {}, {}],
    [false, { customer: { guest: 'bucket' as const } }, {}],
    [false, {}, { voided: true }],
    [false, {}, { currency: 'EUR' }],
    [true, { startDate: '2026-11-21' }, {}],
    [false, { startDate: '2026-11-22' }, {}],
    [false, { mode: summary }, {}],
    [true, { mode: summary }, { businessDate: '2026-11-19' }],
  ])('%s with %j of %j', (expected, change_, body) => {
    const ticket = { ...orderBody('1', [], null), ...body };
    expect(isBookedPerEmail(ticket, { ...settings, ...change_ }, 'USD')).toBe(expected);
  });

  test(
    'B13: an invoice is never summed up, so its guest is booked on a day of ' + 'summaries too',
    () => {
      const ticket = orderBody('1', [], null);
      expect(isBookedPerEmail(ticket, { ...settings, mode: summary }, 'USD', 'invoice')).toBe(true);
    },
  );
});

describe('decided once', () => {
  test('a ticket keeps its customer, whatever the setting is by then', () => {
    const till = new Till();
    expect(till.send(order())).toBe(own);
    till.switch(false);
    expect(till.send(order({ number: '2' }))).toBe(own);
    expect(till.send(order({ voided: true }))).toBe(own);
    // Another person it is where the till says so; without an e-mail it goes to the bucket, and
    // stays there.
    expect(till.send(order({ guest: lee }))).toBe(other);
    expect(till.send(order({ guest: { name: 'Kim' } }))).toBeNull();
    till.switch(true);
    expect(till.send(order())).toBeNull();
  });

  test('a ticket in the bucket stays there; a customer of the till goes before any guest', () => {
    const till = new Till(false);
    expect(till.send(order())).toBeNull();
    till.switch(true);
    expect(till.send(order())).toBeNull();
    expect(till.send(order({ customerId: 'c-1' }))).toBeNull();
    // Of a customer of the till it becomes a guest's: decided anew.
    expect(till.send(order())).toBe(own);
  });

  test('the same ticket again is no change', () => {
    const till = new Till();
    till.send(order());
    const { rev } = till.memory.record('order', 'order');
    till.send(order());
    expect(till.memory.record('order', 'order').rev).toBe(rev);
  });

  test('a deleted ticket begins anew', () => {
    const till = new Till(false);
    till.send(order());
    till.memory.fold([change({ kind: 'order', recordId: 'order', content: null, sourceRev: 90 })]);
    till.switch(true);
    till.memory.fold([
      change({ kind: 'order', recordId: 'order', content: order(), sourceRev: 91 }),
    ]);
    expect(till.bookedOn('order', 'order')).toBe(own);
  });
});

describe('a refund goes by the customer of its sale', () => {
  test.each([
    ['says nobody', undefined],
    ['says somebody else', lee],
  ])('where it %s', (_, guest) => {
    const till = new Till();
    till.send(order());
    till.switch(false);
    expect(till.send(refund({ orderId: 'order', guest }))).toBe(own);
    expect(till.send(refund({ orderId: 'order', guest, voided: true }))).toBe(own);
  });

  test('where that came before: one in the bucket stays there', () => {
    const till = new Till();
    expect(till.send(refund({ orderId: 'order' }))).toBeNull();
    expect(till.send(order())).toBe(own);
    expect(till.send(refund({ orderId: 'order', guest: kim }))).toBeNull();
  });

  test('also into the bucket, and by itself where its sale is not known or has a customer', () => {
    const till = new Till(false);
    till.send(order());
    till.switch(true);
    expect(till.send(refund({ orderId: 'order', guest: kim }), 'r1')).toBeNull();
    expect(till.send(refund({ orderId: 'none', guest: kim }), 'r2')).toBe(own);
    expect(till.send(refund({ orderId: 'none' }), 'r3')).toBeNull();
    till.send(order({ customerId: 'c-1' }), 'named');
    expect(till.send(refund({ orderId: 'named', guest: kim }), 'r4')).toBe(own);
    expect(till.send(refund({ orderId: 'named', customerId: 'c-1' }), 'r5')).toBeNull();
  });
});

test(
  'whatever comes, a ticket is booked on its own e-mail or on the bucket, and ' +
    'of one e-mail on one customer',
  () => {
    const email = fc.constantFrom('a@x.test', 'A@X.test', ' b@x.test', '', undefined, 'no address');
    const step = fc.record({
      id: fc.constantFrom('1', '2', '3'),
      email,
      isOwn: fc.boolean(),
      customerId: fc.constantFrom(undefined, undefined, 'c'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const till = new Till();
        const inBucket = new Set<string>();
        for (const { id, email: said, isOwn, customerId } of steps) {
          till.switch(isOwn);
          const body = { ...orderBody('1', [], customerId ?? null), guest: { email: said } };
          const booked = till.send({ kind: 'order', body }, id);
          const key = guestEmail(body);
          expect([null, key === null ? null : guestId(key)]).toContain(booked);
          const stays = inBucket.has(id) && customerId === undefined;
          expect(stays && booked !== null).toBe(false);
          if (booked === null && customerId === undefined) inBucket.add(id);
          else inBucket.delete(id);
        }
      }),
    );
  },
);
