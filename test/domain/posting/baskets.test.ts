import { strict as assert } from 'node:assert';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { currencyDecimals } from '../../../domain/money';
import { decide } from '../../../domain/posting/decide/decide';
import type { PostingCompany, PostingDocument } from '../../../domain/posting/document';
import { initialPostingSettings } from '../../../domain/posting/settings';
import { partsOfOrder, saleOfTicket, type Ticket } from '../../../domain/posting/source/ticket';
import { sumFaults } from '../../../domain/ticket-sums';
import { basketsTimes } from '../../support/env';
import { basket, type BasketOptions } from './baskets';
import { companyKinds, companyOf } from './company';

const runsEach = 1_000 * basketsTimes();

/**
 * Every kind of company, with and without tax in the price, in currencies of 2, 0 and 3 decimals.
 */
const cases = companyKinds.flatMap((kind) =>
  [false, true].flatMap((pricesIncludeTax) =>
    ['USD', 'JPY', 'KWD'].map((currency): BasketOptions => ({ kind, pricesIncludeTax, currency })),
  ),
);

/**
 * What the vendor would make of a document, worked out by itself: lines, less discount, and its
 * tax.
 */
function booksOf(
  document: PostingDocument,
  company: PostingCompany,
): { totalMinor: number; taxMinor: number } {
  let netMinor = 0;
  const bases = new Map<string, { percents: string[]; minor: number }>();
  for (const line of document.lines) {
    const amountMinor = line.grossMinor ?? line.amountMinor;
    netMinor += line.kind === 'discount' ? -amountMinor : amountMinor;
    const code = company.country === 'US' ? null : company.taxCode(line.taxKey);
    if (code === null) continue;
    const known = bases.get(code.id)?.minor ?? 0;
    bases.set(code.id, {
      percents: code.rates.map(({ percent }) => percent),
      minor: known + amountMinor,
    });
  }
  const { tax } = document;
  const halfUp = (value: number): number =>
    Math.sign(value) * Math.floor(Math.abs(value) + 0.5 + 1e-9) + 0;
  const groups = [...bases.values()];
  switch (tax.mode) {
    case 'none':
    case 'line':
      return { totalMinor: netMinor, taxMinor: document.taxMinor };
    case 'total':
      return { totalMinor: netMinor + tax.totalMinor, taxMinor: tax.totalMinor };
    case 'included': {
      const within = groups.map(({ percents, minor }) => {
        const percent = percents.reduce((sum, own) => sum + Number(own), 0);
        return halfUp((minor * percent) / (100 + percent));
      });
      return { totalMinor: netMinor, taxMinor: within.reduce((sum, one) => sum + one, 0) };
    }
    case 'excluded': {
      const own = groups.flatMap(({ percents, minor }) =>
        percents.map((percent) => halfUp((minor * Number(percent)) / 100)),
      );
      const taxes = tax.overrides.length > 0 ? tax.overrides.map(({ taxMinor }) => taxMinor) : own;
      const taxMinor = taxes.reduce((sum, one) => sum + one, 0);
      return { totalMinor: netMinor + taxMinor, taxMinor };
    }
  }
}

const sideOf = ({ kind }: Ticket): 'sale' | 'refund' => (kind === 'refund' ? 'refund' : 'sale');

describe.each(cases)('$kind, tax in the price: $pricesIncludeTax, $currency', (options) => {
  const company = companyOf(options.kind, options.currency);
  const isUs = company.country === 'US';

  it('books every basket with its total and its tax, or holds it for a reason', () => {
    let posted = 0;
    const left: string[] = [];
    fc.assert(
      fc.property(basket(options), fc.constantFrom('net', 'gross'), (ticket, wantedMode) => {
        assert.deepEqual(sumFaults(ticket), []);
        const mode = isUs && wantedMode === 'gross' ? 'gross' : 'net';
        const parts = ticket.kind === 'order' ? partsOfOrder(ticket.body) : [sideOf(ticket)];
        let [totalMinor, taxMinor, varianceMinor] = [0, 0, 0];
        for (const part of parts) {
          const sale = saleOfTicket(ticket, 'P-1', part);
          const settings = { ...initialPostingSettings, discount: { mode } } as const;
          const decision = decide(sale, settings, company);
          if (decision.type !== 'post') {
            left.push(decision.reason);
            return;
          }
          const books = booksOf(decision.document, company);
          const sign = ticket.kind === 'order' && part === 'refund' ? -1 : 1;
          totalMinor += sign * books.totalMinor;
          taxMinor += sign * books.taxMinor;
          varianceMinor += decision.document.tax.mode === 'included' ? 2 : 0;
          // The sums of a ticket hold when it is taken in: nothing is left to round.
          assert(!decision.document.lines.some(({ kind }) => kind === 'rounding'));
        }
        posted += 1;
        const { totals } = ticket.body;
        assert.equal(totalMinor, totals.totalMinor);
        const isTax = Math.abs(taxMinor - totals.taxMinor) <= varianceMinor;
        assert(isTax, `tax ${taxMinor}, on the ticket ${totals.taxMinor}`);
      }),
      { seed: 20_261_121, numRuns: runsEach },
    );
    const reasons = ['nothing_to_post', 'negative_total', isUs ? 'negative_tax' : 'tax_differs'];
    expect(left.filter((reason) => !reasons.includes(reason))).toEqual([]);
    expect(posted).toBeGreaterThan(runsEach * 0.9);
  });
});

it('a source that is off by cents gets one rounding line of just them, by more it is held', () => {
  const left = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom(...cases),
      fc.integer({ min: -60, max: 60 }),
      fc.integer(),
      (options, offMinor, seed) => {
        const [ticket] = fc.sample(basket(options), { seed, numRuns: 1 });
        if (ticket === undefined) throw new Error('No basket');
        const sale = saleOfTicket(ticket, 'P-1', ticket.kind === 'refund' ? 'refund' : 'sale');
        const source = { ...sale, totalMinor: sale.totalMinor + offMinor };
        const company = companyOf(options.kind, options.currency);
        const decision = decide(source, initialPostingSettings, company);
        if (decision.type !== 'post') {
          left.add(decision.reason);
          return;
        }
        const rounding = decision.document.lines.filter(({ kind }) => kind === 'rounding');
        expect(rounding.map(({ amountMinor }) => amountMinor)).toEqual(
          offMinor === 0 ? [] : [offMinor],
        );
        const own = decision.document.lines.filter(
          ({ kind }) => !['rounding', 'tax', 'discount'].includes(kind),
        ).length;
        const cent = 10 ** (currencyDecimals(options.currency) - 2);
        expect(Math.abs(offMinor)).toBeLessThanOrEqual(Math.min(5, own) * cent);
        expect(booksOf(decision.document, company).totalMinor).toBe(source.totalMinor);
      },
    ),
    { seed: 7, numRuns: 2_000 },
  );
  expect([...left].sort()).toEqual([
    'negative_tax',
    'negative_total',
    'no_tender',
    'nothing_to_post',
    'totals_differ',
  ]);
});
