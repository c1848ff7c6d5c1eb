import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { closeConnections } from '../../../connectors/http';
import type { OrderBody, RecordBody } from '../../../domain/bodies';
import { added, totalsOf } from '../../sandbox/qbo/expected-ledger';
import { control, startCompany, type Company } from '../../sandbox/support';
import { known, line, openGate, orderBody } from '../fixtures';
import { accountingMappings, connected, mapped } from './company';
import { PostedPart } from './posted-part';

// Any history of edits, voids, lost answers and closed months: by account the books hold in the end
// what one posting of the last revision would have brought.

const runs = 40;

const ticket = fc
  .record({
    mugs: fc.integer({ min: 0, max: 4 }),
    tees: fc.integer({ min: 0, max: 3 }),
    teeMinor: fc.constantFrom(1999, 1500),
    discountMinor: fc.constantFrom(0, 100, 250),
    postMinor: fc.constantFrom(0, 499),
    tipMinor: fc.constantFrom(0, 200),
    cardMinor: fc.constantFrom(0, 300),
    isTaxed: fc.boolean(),
    tender: fc.constantFrom('card', 'cash'),
    voided: fc.boolean(),
  })
  .filter(({ mugs, tees }) => mugs + tees > 0);
type TicketOptions = typeof ticket extends fc.Arbitrary<infer T> ? T : never;

function recordOf(options: TicketOptions): RecordBody {
  const { mugs, tees, teeMinor, discountMinor, postMinor, tipMinor, cardMinor, isTaxed, tender } =
    options;
  const tax = (netMinor: number): { code: string; taxMinor: number }[] =>
    isTaxed ? [{ code: 'NY', taxMinor: Math.round(netMinor * 0.08875) }] : [];
  const lines: OrderBody['lines'] = [
    ...(mugs > 0
      ? [line({ quantity: String(mugs), netMinor: mugs * 1250, taxes: tax(mugs * 1250) })]
      : []),
    ...(tees > 0
      ? [
          line({
            lineId: '2',
            sku: 'TEE',
            name: 'Tee',
            quantity: String(tees),
            unitPrice: '19.99',
            netMinor: tees * teeMinor,
            taxes: tax(tees * teeMinor),
          }),
        ]
      : []),
  ];
  const netMinor = lines.reduce((sum, one) => sum + one.netMinor, 0) + postMinor - discountMinor;
  const shipping =
    postMinor === 0 ? [] : [{ name: 'Post', amountMinor: postMinor, taxes: tax(postMinor) }];
  const taxMinor = [...lines, ...shipping].reduce(
    (sum, { taxes }) => sum + (taxes[0]?.taxMinor ?? 0),
    0,
  );
  const totalMinor = netMinor + taxMinor + tipMinor - cardMinor;
  const body = orderBody({
    lines,
    shipping,
    fees: discountMinor === 0 ? [] : [{ name: 'Discount', amountMinor: 0 - discountMinor }],
    tips: tipMinor === 0 ? [] : [{ amountMinor: tipMinor }],
    giftCards: cardMinor === 0 ? {} : { used: [{ code: 'g', amountMinor: cardMinor }] },
    tenders: [{ tender, amountMinor: totalMinor }],
    totals: { netMinor, taxMinor, totalMinor },
    ...(options.voided ? { voided: true } : {}),
  });
  return { kind: 'order', body };
}

const step = fc.record({
  ticket,
  /** What happens in the books before this revision comes. */
  before: fc.constantFrom('nothing', 'nothing', 'close', 'open', 'memo'),
  isLost: fc.boolean(),
  isAbsent: fc.integer({ min: 0, max: 9 }).map((digit) => digit === 0),
  isKilled: fc.boolean(),
});

let company: Company;
afterAll(async () => {
  await company.sandbox.close();
  await closeConnections();
});

const references = mapped({
  // One that may move stock there, so that no amount of it stands without its pieces.
  products: { MUG: known(), TEE: known({ remoteId: '12', code: 'TEE', isLinked: true }) },
  mappings: accountingMappings,
});

test('the books end as one posting of the last revision would leave them', async () => {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' });
  const { connector } = await connected(company, { closed: { mode: 'firstOpenDay' } });
  const act = (deed: object): Promise<unknown> =>
    control(company.sandbox, 'act', { as: 'accountant', realmId: company.realmId, ...deed });
  let run = 0;
  const writes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
      run += 1;
      await act({ do: 'closeBooks', date: null });
      await connector.readFacts(openGate());
      const part = new PostedPart(connector, references, `T-${run}`, 'sale');
      const start = await totalsOf(company);
      let last: RecordBody | null = null;
      for (const { ticket: options, before, isLost, isAbsent, isKilled } of steps) {
        const id = part.item.remoteId;
        if (before === 'close' || before === 'open')
          await act({ do: 'closeBooks', date: before === 'close' ? '2026-11-30' : null });
        if (before === 'memo' && id !== null && part.item.snapshot?.['entity'] === 'SalesReceipt')
          await act({
            do: 'edit',
            entity: 'SalesReceipt',
            id,
            set: { CustomerMemo: { value: 'Hello' } },
          }).catch(() => undefined);
        if (before === 'open') await connector.readFacts(openGate());
        const record = recordOf(options);
        const isGone = isAbsent || options.voided;
        last = isGone ? null : record;
        const number = { ...record.body, number: `T-${run}` };
        const named = { kind: 'order', body: number } as RecordBody;
        const op = isAbsent ? 'absent' : 'present';
        const isAsked = (): boolean => isLost;
        if (isKilled) await part.want(named, op, { stepsMax: 1, isAsked });
        const outcome = isKilled ? await part.drive() : await part.want(named, op, { isAsked });
        expect(outcome.type === 'skipped' ? 'delivered' : outcome).toEqual(
          outcome.type === 'skipped' ? 'delivered' : { type: 'delivered' },
        );
      }
      const gained = added(start, await totalsOf(company));
      part.writes.forEach((write) => writes.add(write));
      const middle = await totalsOf(company);
      if (last !== null) {
        await act({ do: 'closeBooks', date: null });
        await connector.readFacts(openGate());
        const fresh = new PostedPart(connector, references, `F-${run}`, 'sale');
        await fresh.want({
          kind: 'order',
          body: { ...last.body, number: `F-${run}` },
        } as RecordBody);
      }
      expect(gained).toEqual(added(middle, await totalsOf(company)));
    }),
    { numRuns: runs, seed: 7 },
  );
  expect([...writes].sort()).toEqual([
    'create RefundReceipt',
    'create SalesReceipt',
    'update SalesReceipt',
    'void SalesReceipt',
  ]);
});
