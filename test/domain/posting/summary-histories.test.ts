import { strict as assert } from 'node:assert';

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { SummaryKey } from '../../../domain/bodies';
import { typeOf } from '../../../domain/posting/decide/decide';
import { inUseByRefund } from '../../../domain/posting/in-use';
import { planStep } from '../../../domain/posting/plan/plan';
import { postedSaleOf, type PostedSale } from '../../../domain/posting/plan/posted-sale';
import type { Sale } from '../../../domain/posting/sale';
import { SummaryFold } from '../../../domain/posting/summary/summary';
import { summaryIdOf } from '../../../domain/posting/summary/summary-shares';
import {
  comparedRefund,
  ticketShares,
  type SaleOfSummary,
  type SummaryTicket,
} from '../../../domain/posting/summary/summary-tickets';
import { partsOfOrder, saleOfTicket } from '../../../domain/posting/source/ticket';
import { historiesAsked } from '../../support/env';
import { days, figures, step, Sums, ticketOf, Till, type TillTicket } from './mode-till';

// Random histories of sales, late sales, refunds, edits, voids, deletions, locked documents and
// switches of the mode. After each step everything that is due is sent, and the books hold by day,
// tender and tax what the till's own sums say, on days of both modes.

interface Document {
  day: string;
  tender: string;
  sign: 1 | -1;
  isMain: boolean;
  totalMinor: number;
  taxMinor: number;
}
/** What one delivery has in the books. */
interface Kept {
  net: PostedSale | null;
  documents: Document[];
  isLocked: boolean;
}
type Where = 'alone' | 'summary';

/**
 * The books as the product's own decisions fill them: what activities and connector do around them
 * is left out.
 */
class Books {
  private readonly till: Till;
  private readonly kept = new Map<string, Kept>();
  private readonly keys = new Map<string, SummaryKey>();
  /** Where a ticket stands now; none: held or in no way in the books. */
  private readonly places = new Map<string, Where>();
  readonly faults: string[] = [];

  constructor(till: Till) {
    this.till = till;
  }

  lock(): void {
    for (const kept of this.kept.values()) kept.isLocked = kept.documents.length > 0;
  }

  /** What a ticket is in its summary. */
  private readonly summed = new Map<string, SummaryTicket>();
  /** Sales that refunds rest on: looked at again with each change. */
  private readonly resting = new Map<string, SummaryTicket>();

  /** Takes in a ticket that changed, and sends all that is due. */
  take({ id, ticket }: TillTicket): void {
    this.takeIn({ id, ticket });
    for (const [sale, wanted] of [...this.resting]) this.takeIn({ id: sale, ticket: wanted });
  }

  private isInUse(id: string, ticket: SummaryTicket, where: Where | undefined): boolean {
    if (where === undefined || ticket.kind !== 'order') return false;
    const entries = this.refundsOf(id);
    return (
      inUseByRefund(
        { recordId: id, ticket, entries, hasMore: false },
        ticket.body.voided === true,
      ) !== null
    );
  }

  private takeIn({ id, ticket }: TillTicket): void {
    const isTaken = ticket === null || ticket.body.voided === true;
    const stood = this.places.get(id);
    // Of what is posted a deletion is refused before it comes here.
    if (ticket === null && stood !== undefined) return;
    this.resting.delete(id);
    if (ticket !== null && this.isInUse(id, ticket, stood)) {
      this.resting.set(id, ticket);
      return;
    }
    const isSummed =
      stood !== 'alone' &&
      ticket !== null &&
      this.till.modeOf(ticket.body.businessDate) === 'summary';
    const mayStand = !isTaken && this.isWithinSale(id, ticket);
    if (stood === 'alone' || !isSummed) this.takeAlone(id, ticket, mayStand, isTaken);
    else if (mayStand) {
      this.places.set(id, 'summary');
      this.summed.set(id, ticket);
    } else this.places.delete(id);
    for (const [key, sale] of this.summaries()) this.send(key, sale);
  }

  sums(): Record<string, number> {
    const sums = new Sums();
    for (const { documents } of this.kept.values())
      for (const { day: on, tender, sign, totalMinor, taxMinor } of documents) {
        sums.add(`${on} tax`, sign * taxMinor);
        if (tender !== 'exchange') sums.add(`${on} ${tender}`, sign * totalMinor);
      }
    return sums.all();
  }

  private takeAlone(
    id: string,
    ticket: SummaryTicket | null,
    mayStand: boolean,
    isTaken: boolean,
  ): void {
    if (ticket === null || (!mayStand && !isTaken)) return;
    const parts = ticket.kind === 'order' ? partsOfOrder(ticket.body) : (['refund'] as const);
    for (const part of ['sale', 'refund'] as const) {
      const isPart = mayStand && parts.some((one) => one === part);
      const sale = isPart ? saleOfTicket(ticket, id, part) : null;
      // An even exchange is settled without a tender.
      const tender = ticket.body.tenders[0]?.tender ?? 'exchange';
      const tenders = [{ tender, amountMinor: sale?.totalMinor ?? 0, reference: null }];
      this.send(`${id} ${part}`, sale === null ? null : { ...sale, tenders });
    }
    if (mayStand) this.places.set(id, 'alone');
  }

  private refundsOf(orderId: string): SaleOfSummary['entries'] {
    return [...this.places.keys()].flatMap((other) => {
      const posted = this.till.tickets.get(other)?.ticket;
      if (
        posted?.kind !== 'refund' ||
        posted.body.orderId !== orderId ||
        posted.body.voided === true
      )
        return [];
      const body = this.lastPosted.get(other) ?? posted.body;
      return [
        {
          kind: 'refund' as const,
          recordId: other,
          isPosted: true,
          isOpen: false,
          isWanted: true,
          body,
        },
      ];
    });
  }

  private isWithinSale(id: string, ticket: SummaryTicket): boolean {
    if (ticket.kind === 'order' || ticket.body.orderId === undefined) return true;
    const { orderId } = ticket.body;
    const sold = this.till.tickets.get(orderId)?.ticket;
    const entries = this.refundsOf(orderId);
    const sale: SaleOfSummary | undefined =
      sold?.kind === 'order'
        ? {
            recordId: orderId,
            ticket: sold,
            entries,
            hasMore: false,
            isInBooks: this.places.has(orderId),
          }
        : undefined;
    const isWithin = comparedRefund(id, ticket.body, sale).type === 'join';
    if (isWithin) this.lastPosted.set(id, ticket.body);
    return isWithin;
  }

  /** Of refunds the body that was last let through: of one posted by itself the books keep it. */
  private readonly lastPosted = new Map<
    string,
    Extract<SummaryTicket, { kind: 'refund' }>['body']
  >();

  /** All summaries that there are or were, as their members make them up. */
  private summaries(): Map<string, Sale> {
    const folds = new Map<string, SummaryFold>(
      [...this.keys.keys()].map((key) => [key, new SummaryFold()]),
    );
    for (const [id, place] of this.places) {
      const ticket = this.summed.get(id);
      if (place === 'alone' || ticket === undefined) continue;
      const shared = ticketShares(ticket, id);
      if (shared.type !== 'shares') throw new Error(JSON.stringify(shared));
      for (const { share } of shared.shares) {
        const key = summaryIdOf(share.key);
        this.keys.set(key, share.key);
        const fold = folds.get(key) ?? new SummaryFold();
        fold.add(share.sale, share.label);
        folds.set(key, fold);
      }
    }
    return new Map([...folds].map(([key, fold]) => [key, fold.sale(this.keyOf(key), 'P')]));
  }

  private keyOf(id: string): SummaryKey {
    const key = this.keys.get(id);
    if (key === undefined) throw new Error(`no summary ${id}`);
    return key;
  }

  /** Brings one delivery to its end, step by step as a lane does it. */
  private send(key: string, sale: Sale | null): void {
    const kept = this.kept.get(key) ?? { net: null, documents: [], isLocked: false };
    this.kept.set(key, kept);
    const isNothing = sale === null || (sale.totalMinor === 0 && sale.items.length === 0);
    const wanted = isNothing ? null : { sale: postedSaleOf(sale), type: typeOf(sale) };
    for (let steps = 0; steps < 4; steps += 1) {
      const { documents, net } = kept;
      const main = documents.find(({ isMain }) => isMain);
      const type = net?.side === 'refund' ? 'refundReceipt' : 'salesReceipt';
      const next = planStep(
        wanted,
        { type: main === undefined ? null : type, net, hasDifferences: documents.length > 1 },
        {
          isGone: false,
          isVoided: false,
          isAsWanted: false,
          change: null,
          isDeposited: kept.isLocked,
          closedUpTo: null,
        },
        { closed: { mode: 'firstOpenDay' }, movesStock: () => false },
      );
      switch (next.type) {
        case 'same':
          return;
        case 'hold':
          this.faults.push(`${key} is held: ${next.detail}`);
          return;
        case 'create':
        case 'update':
          if (wanted === null) throw new Error('nothing is wanted');
          if (main !== undefined && next.type === 'create') this.faults.push(`${key} stands twice`);
          Object.assign(kept, {
            documents: [this.documentOf(wanted.sale, true)],
            net: wanted.sale,
            isLocked: false,
          });
          break;
        case 'void':
          Object.assign(kept, { documents: [], net: null });
          break;
        case 'difference': {
          const document = this.documentOf(next.amounts, false);
          if (!next.isAdded) document.sign = document.sign === 1 ? -1 : 1;
          kept.documents.push(document);
          kept.net = next.net;
        }
      }
    }
    this.faults.push(`${key} needs more than four steps`);
  }

  private documentOf(posted: PostedSale, isMain: boolean): Document {
    const { totalMinor, date, tender, side } = posted;
    const taxMinor = posted.amounts.reduce((sum, amount) => sum + amount.taxMinor, 0);
    if (totalMinor < 0) this.faults.push('a document below zero');
    if (tender === null && totalMinor !== 0) this.faults.push('an amount without a tender');
    return {
      day: date,
      tender: tender ?? '-',
      sign: side === 'sale' ? 1 : -1,
      isMain,
      totalMinor,
      taxMinor,
    };
  }
}

const { histories: runs } = historiesAsked(400);

test(`${runs} histories: after each step the books hold what the till's sums say`, () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const till = new Till();
      const books = new Books(till);
      for (const one of steps) {
        const changed = till.take(one);
        if (one.do === 'lock') books.lock();
        if (changed !== null) books.take(changed);
        assert.deepEqual(books.sums(), till.sums());
        assert.deepEqual(books.faults, []);
        seen.add(one.do);
      }
    }),
    { seed: 20_261_122, numRuns: runs },
  );
  expect(seen.size).toBe(7);
});

test('the shares of a ticket come to its tenders, its tax and its lines', () => {
  fc.assert(
    fc.property(figures, (own) => {
      const ticket = ticketOf('T', 'order', days[0], own);
      const shared = ticketShares(ticket, 'T');
      if (shared.type !== 'shares') throw new Error(JSON.stringify(shared));
      const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
      const signed = (of: (sale: Sale) => number): number =>
        sum(shared.shares.map(({ part, share }) => (part === 'sale' ? 1 : -1) * of(share.sale)));
      const { totals } = ticket.body;
      expect(signed((sale) => sale.taxMinor)).toBe(totals.taxMinor);
      expect(signed((sale) => sum(sale.items.map((item) => item.netMinor)))).toBe(totals.netMinor);
      expect(signed((sale) => sale.totalMinor)).toBe(totals.totalMinor);
      for (const { share } of shared.shares) {
        expect(share.sale.taxMinor).toBeGreaterThanOrEqual(0);
        expect(sum(share.sale.items.map((item) => item.netMinor)) + share.sale.taxMinor).toBe(
          share.sale.totalMinor,
        );
      }
    }),
    { seed: 7, numRuns: 1_000 },
  );
});
