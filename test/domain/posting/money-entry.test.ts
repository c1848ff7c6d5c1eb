import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  documentOfEntry,
  entryOf,
  entryStep,
  isSameEntry,
  type MoneyEntry,
} from '../../../domain/posting/plan/money-entry';
import type { MoneyDocument } from '../../../domain/posting/source/money-document';
import {
  paymentStep,
  type PaymentMoney,
  type PaymentStep,
} from '../../../domain/posting/plan/payment-difference';

// Whatever money is posted and then wanted: the steps between them end at what is wanted, to the
// cent.

const account = fc.constantFrom('clearing:card', 'clearing:cash', 'bank:x', 'fees:x');
const head = { marker: 'm', notes: [], date: '2026-11-21', currency: 'USD' };
const amountMinor = fc.integer({ min: 1, max: 500 });
const two = fc.uniqueArray(account, { minLength: 2, maxLength: 2 });
const document = fc.oneof(
  fc.tuple(two, amountMinor).map(([[from = '', to = ''], minor]): MoneyDocument => ({
    type: 'transfer',
    ...head,
    from,
    to,
    amountMinor: minor,
  })),
  fc.tuple(two, amountMinor).map(([[debit = '', credit = ''], minor]): MoneyDocument => ({
    type: 'journal',
    ...head,
    debit,
    credit,
    amountMinor: minor,
    description: '',
    location: 'default',
  })),
  fc
    .tuple(
      fc.uniqueArray(account, { minLength: 2, maxLength: 4 }),
      fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 3, maxLength: 3 }),
    )
    .map(([[of = '', ...others], amounts]): MoneyDocument => ({
      type: 'booking',
      ...head,
      account: of,
      lines: others.map((one, index) => ({
        account: one,
        amountMinor: amounts[index] ?? 1,
        description: '',
      })),
    })),
);

/** What each account there has of an entry. */
function sums(entries: readonly MoneyEntry[]): Record<string, number> {
  const byId: Record<string, number> = {};
  for (const { legs } of entries)
    for (const { id, amountMinor: minor } of legs) byId[id] = (byId[id] ?? 0) + minor;
  return Object.fromEntries(Object.entries(byId).filter(([, minor]) => minor !== 0));
}

test(
  'the steps end where the wanted stands alone, also where accounts were ' +
    'mapped anew meanwhile',
  () => {
    fc.assert(
      fc.property(fc.option(document), fc.option(document), fc.boolean(), (old, next, isMapped) => {
        const net = old === null ? null : entryOf(old, '2026-11-21', (key) => `old ${key}`);
        const wanted =
          next === null
            ? null
            : entryOf(next, '2026-11-21', (key) => `${isMapped ? 'new' : 'old'} ${key}`);
        const posted = net === null ? [] : [net];
        let known = net;
        for (let count = 0; ; count += 1) {
          const step = entryStep(known, wanted);
          if (step === null) break;
          expect(count).toBeLessThan(2);
          // As a document of its own it says the same.
          const ids = new Map(step.entry.legs.map(({ account: key, id }) => [key, id]));
          const labels = { marker: 'm', notes: [], date: '2026-11-21', description: 'd' };
          const isEmpty = step.entry.legs.length === 0;
          const again = isEmpty
            ? step.entry
            : entryOf(
                documentOfEntry(step.entry, labels),
                '2026-11-21',
                (key) => ids.get(key) ?? '',
              );
          expect(sums([again])).toEqual(sums([step.entry]));
          posted.push(step.entry);
          known = step.net;
          if (step.isLast) break;
        }
        if (net !== null && wanted !== null && isSameEntry(net, wanted)) return;
        expect(sums(posted)).toEqual(sums(wanted === null ? [] : [wanted]));
      }),
      { seed: 11, numRuns: 2_000 },
    );
  },
);

test('payments: what each tender has of a customer ends as the last one says', () => {
  const payment = fc.record<PaymentMoney>({
    tender: fc.constantFrom('cash', 'card'),
    customerId: fc.constantFrom('a', null),
    currency: fc.constant('USD'),
    totalMinor: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(fc.option(payment), { minLength: 1, maxLength: 5 }), (wishes) => {
      const held = new Map<string, number>();
      let net: PaymentMoney | null = null;
      for (const wanted of wishes)
        for (let count = 0; count < 3; count += 1) {
          const step: PaymentStep<PaymentMoney> | null = paymentStep<PaymentMoney>(net, wanted);
          if (step === null) break;
          const key = `${step.of.tender} ${step.of.customerId ?? ''}`;
          held.set(key, (held.get(key) ?? 0) + step.amountMinor);
          net = step.net;
          if (step.isLast) break;
        }
      const last = wishes.at(-1) ?? null;
      const left = [...held].filter(([, minor]) => minor !== 0);
      expect(left).toEqual(
        last === null ? [] : [[`${last.tender} ${last.customerId ?? ''}`, last.totalMinor]],
      );
    }),
    { seed: 11, numRuns: 500 },
  );
});
