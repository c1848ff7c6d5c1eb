import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { typeOf } from '../../../domain/posting/decide';
import { canonicalJson } from '../../../domain/canonical';
import type { OrderBody, RefundBody, SummaryKey } from '../../../domain/bodies';
import { modeOfDay, type ModeSwitch, type PostingMode } from '../../../domain/posting/modes';
import { SummaryFold } from '../../../domain/posting/summary';
import { planStep } from '../../../domain/posting/plan';
import { postedSaleOf, type PostedSale } from '../../../domain/posting/posted-sale';
import { summaryIdOf } from '../../../domain/posting/summary-shares';
import { ticketShares, type SummaryTicket } from '../../../domain/posting/summary-tickets';

// Random histories of sales, late sales, edits, deletions, refunds, deposits and switches of the mode: after each
// step the documents of each day and tender come to its tickets, and no ticket stands in two of them.

const days = ['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21'] as const;

/** A ticket with one taxed line, paid by one tender or two. */
function ticketOf(id: string, kind: 'order' | 'refund', day: string, figures: Figures): SummaryTicket {
  const { netMinor, taxMinor, cashMinor } = figures;
  const totalMinor = netMinor + taxMinor;
  const cash = kind === 'refund' ? 0 : Math.min(cashMinor, totalMinor);
  const tenders = [{ tender: 'cash', amountMinor: cash }, { tender: 'card', amountMinor: totalMinor - cash }].filter(({ amountMinor }) => amountMinor !== 0);
  const body: OrderBody = {
    number: id,
    channel: 'pos',
    businessDate: day,
    currency: 'USD',
    pricesIncludeTax: false,
    lines: [{ lineId: '1', sku: 'A', name: 'A', quantity: '1', unitPrice: '1', discountMinor: 0, netMinor, taxes: [{ code: 'NY', taxMinor }] }],
    tenders,
    totals: { netMinor, taxMinor, totalMinor },
  };
  if (kind === 'order') return { kind, body };
  const refund: RefundBody = { ...body, restock: true };
  return { kind, body: refund };
} // prettier-ignore

interface Figures {
  netMinor: number;
  taxMinor: number;
  cashMinor: number;
}

const figures = fc.record({
  netMinor: fc.integer({ min: 0, max: 5_000 }),
  taxMinor: fc.integer({ min: 0, max: 500 }),
  cashMinor: fc.constantFrom(0, 0, 999, 100_000),
});
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('sell' as const), day: fc.constantFrom(...days), kind: fc.constantFrom('order' as const, 'order' as const, 'refund' as const), figures }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('edit' as const), which: fc.nat(), figures }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('send' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deposit' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('switch' as const), fromDay: fc.constantFrom(...days), mode: fc.constantFrom<PostingMode>('summary', 'perOrder') }) },
); // prettier-ignore
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A document in the books; what is given back counts as below zero. */
interface Document {
  isMain: boolean;
  sign: 1 | -1;
  totalMinor: number;
  taxMinor: number;
}
interface Summary {
  key: SummaryKey;
  net: PostedSale | null;
  documents: Document[];
  isOpen: boolean;
}

class History {
  private switches: ModeSwitch[] = [{ fromDay: days[1], mode: 'summary' }];
  private readonly modes = new Map<string, PostingMode>();
  private readonly tickets = new Map<string, SummaryTicket>();
  private readonly summaries = new Map<string, Summary>();
  private next = 0;
  /** What is wrong; stays empty. */
  readonly faults: string[] = [];

  take(one: Step): void {
    const ids = [...this.tickets.keys()];
    switch (one.do) {
      case 'sell': {
        this.next += 1;
        if (!this.modes.has(one.day)) this.modes.set(one.day, modeOfDay(this.switches, one.day));
        this.tickets.set(
          `T-${this.next}`,
          ticketOf(`T-${this.next}`, one.kind, one.day, one.figures),
        );
        return;
      }
      case 'edit': {
        const id = ids[one.which % Math.max(1, ids.length)];
        const former = id === undefined ? undefined : this.tickets.get(id);
        if (id !== undefined && former !== undefined)
          this.tickets.set(id, ticketOf(id, former.kind, former.body.businessDate, one.figures));
        return;
      }
      case 'remove': {
        const id = ids[one.which % Math.max(1, ids.length)];
        if (id !== undefined) this.tickets.delete(id);
        return;
      }
      case 'deposit':
        for (const summary of this.summaries.values()) summary.isOpen = false;
        return;
      case 'switch':
        this.switch(one);
        return;
      case 'send':
        this.send();
    }
  }

  private check(holds: boolean, what: string): void {
    if (!holds) this.faults.push(what);
  }

  /** As the API does it: refused where a day that has tickets would get another mode. */
  private switch({ fromDay, mode }: ModeSwitch): void {
    const wanted = [...this.switches.filter((known) => known.fromDay < fromDay), { fromDay, mode }];
    const isRefused = [...this.modes].some(([day, own]) => modeOfDay(wanted, day) !== own);
    if (!isRefused) this.switches = wanted;
  }

  /** Brings every summary to its end and says what is wrong with the books then. */
  private send(): void {
    const folds = new Map<string, SummaryFold>();
    const members = new Map<string, string[]>();
    for (const [id, ticket] of this.tickets) {
      if (this.modes.get(ticket.body.businessDate) !== 'summary') continue;
      const shared = ticketShares(ticket, id);
      if (shared.type !== 'shares') throw new Error(JSON.stringify(shared));
      for (const { share } of shared.shares) {
        const key = summaryIdOf(share.key);
        const known = this.summaries.get(key) ?? { key: share.key, net: null, documents: [], isOpen: true };
        this.summaries.set(key, known);
        const fold = folds.get(key) ?? new SummaryFold();
        fold.add(share.sale, share.label);
        folds.set(key, fold);
        members.set(key, [...(members.get(key) ?? []), id]);
      }
    }
    for (const ids of members.values()) this.check(new Set(ids).size === ids.length, 'a ticket stands in a summary twice');
    for (const [id, summary] of this.summaries) this.sendOne(folds.get(id) ?? new SummaryFold(), summary);
    this.compare();
  } // prettier-ignore

  /** Step by step, as a lane does it. */
  private sendOne(fold: SummaryFold, summary: Summary): void {
    const sale = fold.sale(summary.key, 'P');
    const isNothing = sale.totalMinor === 0 && sale.items.length === 0;
    const wanted = isNothing ? null : { sale: postedSaleOf(sale), type: typeOf(sale) };
    for (let steps = 0; steps < 4; steps += 1) {
      const { documents, net } = summary;
      const main = documents.find(({ isMain }) => isMain);
      const step = planStep(
        wanted,
        { type: main === undefined ? null : typeOf(sale), net, hasDifferences: documents.length > 1 },
        { isGone: false, isVoided: false, isAsWanted: false, change: null, isDeposited: !summary.isOpen, closedUpTo: null },
        { closed: 'firstOpenDay', movesStock: () => false },
      );
      if (step.type === 'same') return;
      if (step.type === 'hold') throw new Error(step.detail);
      const sign = summary.key.side === 'sale' ? 1 : -1;
      const documentOf = (posted: PostedSale, isMain: boolean, own: 1 | -1): Document => {
        const taxMinor = posted.amounts.reduce((sum, amount) => sum + amount.taxMinor, 0);
        this.check(posted.totalMinor >= 0 && taxMinor >= 0, 'a document below zero');
        return { isMain, sign: own, totalMinor: posted.totalMinor, taxMinor };
      };
      switch (step.type) {
        case 'create':
        case 'update':
          if (wanted === null) throw new Error('nothing is wanted');
          summary.documents = [documentOf(wanted.sale, true, sign)];
          summary.net = wanted.sale;
          summary.isOpen = true;
          break;
        case 'void':
          summary.documents = [];
          summary.net = null;
          break;
        case 'difference':
          summary.documents.push(documentOf(step.amounts, false, step.isAdded ? sign : sign === 1 ? -1 : 1));
          summary.net = step.net;
      }
    }
    throw new Error('more than four steps');
  } // prettier-ignore

  /** Totals and tax by day and tender: what the documents say against what the tickets say. */
  private compare(): void {
    const source = new Map<string, number>();
    const books = new Map<string, number>();
    const note = (sums: Map<string, number>, what: string, minor: number): void => {
      const sum = (sums.get(what) ?? 0) + minor;
      if (sum === 0) sums.delete(what);
      else sums.set(what, sum);
    };
    for (const ticket of this.tickets.values()) {
      const { businessDate: day, totals, tenders } = ticket.body;
      if (this.modes.get(day) !== 'summary') continue;
      const sign = ticket.kind === 'order' ? 1 : -1;
      note(source, `${day} tax`, sign * totals.taxMinor);
      for (const { tender, amountMinor } of tenders)
        note(source, `${day} ${tender}`, sign * amountMinor);
    }
    for (const { key, documents } of this.summaries.values())
      for (const { sign, totalMinor, taxMinor } of documents) {
        note(books, `${key.day} tax`, sign * taxMinor);
        note(books, `${key.day} ${key.tender ?? '-'}`, sign * totalMinor);
      }
    this.check(
      canonicalJson(Object.fromEntries(books)) === canonicalJson(Object.fromEntries(source)),
      'the books differ from the tickets',
    );
  } // prettier-ignore
}

test('1,000 histories: after each send the books of summary days come to their tickets', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const history = new History();
      for (const one of steps) history.take(one);
      history.take({ do: 'send' });
      expect(history.faults).toEqual([]);
    }),
    { seed: 20_261_122, numRuns: 1_000 },
  );
});

test('the shares of a ticket come to its tenders, its tax and its lines', () => {
  fc.assert(
    fc.property(figures, (own) => {
      const shared = ticketShares(ticketOf('T', 'order', days[0], own), 'T');
      if (shared.type !== 'shares') throw new Error(JSON.stringify(shared));
      const sales = shared.shares.map(({ share }) => share.sale);
      const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
      expect(sum(sales.map((sale) => sale.taxMinor))).toBe(own.taxMinor);
      expect(sum(sales.flatMap((sale) => sale.items.map((item) => item.netMinor)))).toBe(own.netMinor); // prettier-ignore
      for (const sale of sales) {
        expect(sale.totalMinor).toBe(sum((sale.tenders ?? []).map((one) => one.amountMinor)));
        expect(sale.taxMinor).toBeGreaterThanOrEqual(0);
        expect(sum(sale.items.map((item) => item.netMinor)) + sale.taxMinor).toBe(sale.totalMinor);
      }
    }),
    { seed: 7, numRuns: 1_000 },
  );
});
