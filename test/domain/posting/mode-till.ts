import fc from 'fast-check';

import type { OrderBody, RefundBody } from '../../../domain/bodies';
import { modeOfDay, type ModeSwitch, type PostingMode } from '../../../domain/posting/modes';
import type { SummaryTicket } from '../../../domain/posting/summary/summary-tickets';

// A till that sells, gives back, edits and voids over several days of both modes, and what the
// books are to hold of it, by nothing but sums: per day and tender what came in, per day the tax.

export const days = ['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21'] as const;

export interface Figures {
  netMinor: number;
  taxMinor: number;
  /** Of the total, what is paid in cash; more than it: change is given on the card. */
  cashMinor: number;
  /** Goods given back in the same ticket. */
  backMinor: number;
}

/** One thing that the till or the office does. */
export type Step =
  | { do: 'sell'; day: string; figures: Figures }
  | { do: 'refund'; day: string; which: number; figures: Figures }
  | { do: 'edit'; which: number; figures: Figures }
  | { do: 'void' | 'remove'; which: number }
  | { do: 'lock' }
  | { do: 'switch'; fromDay: string; mode: PostingMode };

/** Random figures and steps. */
export const figures: fc.Arbitrary<Figures> = fc.record({
  netMinor: fc.integer({ min: 0, max: 5_000 }),
  taxMinor: fc.integer({ min: 0, max: 500 }),
  cashMinor: fc.constantFrom(0, 0, 999, 100_000),
  backMinor: fc.constantFrom(0, 0, 0, 700, 100_000),
});
const which = fc.nat();
const day = fc.constantFrom(...days);
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('sell' as const), day, figures }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('refund' as const),
      day,
      which,
      figures: figures.map((own) => ({
        ...own,
        netMinor: own.netMinor % 1_500,
        taxMinor: own.taxMinor % 150,
      })),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('edit' as const), which, figures }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('void' as const, 'remove' as const), which }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lock' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('switch' as const),
      fromDay: day,
      mode: fc.constantFrom<PostingMode>('summary', 'perOrder'),
    }),
  },
);

/** A ticket as the till has it now; null: deleted. */
export interface TillTicket {
  id: string;
  ticket: SummaryTicket | null;
}

interface Booked {
  day: string;
  saleId: string | null;
  sign: 1 | -1;
  totalMinor: number;
  taxMinor: number;
  tenders: [string, number][];
}

export function ticketOf(
  id: string,
  kind: 'order' | 'refund',
  day: string,
  figures: Figures,
  orderId?: string,
): SummaryTicket {
  const { netMinor, taxMinor, backMinor } = figures;
  const back = kind === 'order' ? Math.min(backMinor, netMinor + taxMinor) : 0;
  const totalMinor = netMinor + taxMinor - back;
  const cash = Math.min(figures.cashMinor, totalMinor);
  const tenders = [
    { tender: 'cash', amountMinor: cash },
    { tender: 'card', amountMinor: totalMinor - cash },
  ].filter(({ amountMinor }) => amountMinor !== 0);
  const lines = [
    {
      lineId: '1',
      sku: 'A',
      name: 'A',
      quantity: '1',
      unitPrice: '1',
      discountMinor: 0,
      netMinor,
      taxes: [{ code: 'NY', taxMinor }],
    },
    ...(back === 0
      ? []
      : [
          {
            lineId: '2',
            sku: 'B',
            name: 'B',
            quantity: '-1',
            unitPrice: '1',
            discountMinor: 0,
            netMinor: 0 - back,
            taxes: [],
          },
        ]),
  ];
  const totals = { netMinor: netMinor - back, taxMinor, totalMinor };
  const body: OrderBody = {
    number: id,
    channel: 'pos',
    businessDate: day,
    currency: 'USD',
    pricesIncludeTax: false,
    lines,
    tenders,
    totals,
  };
  if (kind === 'order') return { kind, body };
  const refund: RefundBody = {
    ...body,
    restock: true,
    ...(orderId === undefined ? {} : { orderId }),
  };
  return { kind, body: refund };
}

export class Till {
  readonly tickets = new Map<string, TillTicket>();
  switches: ModeSwitch[] = [{ fromDay: days[1], mode: 'summary' }];
  private readonly modes = new Map<string, PostingMode>();
  /** What the books are to hold of each ticket; none of those that are held. */
  private readonly booked = new Map<string, Booked>();
  private readonly dayOf = new Map<string, string>();
  /**
   * Sales that were voided, or made smaller than what was given back of them: what is wanted of
   * them; null: nothing.
   */
  private readonly resting = new Map<string, Booked | null>();
  private next = 0;

  modeOf(day: string): PostingMode {
    return this.modes.get(day) ?? 'perOrder';
  }

  /** Does it; answers the ticket that changed, null where none did. */
  take(step: Step): TillTicket | null {
    const changed = this.taken(step);
    for (const [id, booked] of this.resting) if (!this.isInUse(id)) this.book(id, booked);
    return changed;
  }

  private book(id: string, booked: Booked | null): void {
    this.resting.delete(id);
    if (booked === null) this.booked.delete(id);
    else this.booked.set(id, booked);
  }

  /** Whether refunds in the books rest on this sale. */
  isInUse(id: string): boolean {
    const ticket = this.tickets.get(id)?.ticket;
    if (ticket?.kind !== 'order' || !this.booked.has(id)) return false;
    const isVoided = ticket.body.voided === true;
    const backMinor = [...this.booked.values()].reduce(
      (sum, { saleId, totalMinor }) => sum + (saleId === id ? totalMinor : 0),
      0,
    );
    return backMinor > (isVoided ? 0 : soldMinor(ticket));
  }

  private taken(step: Step): TillTicket | null {
    switch (step.do) {
      case 'sell':
        return this.put(`T-${++this.next}`, 'order', step.day, step.figures);
      case 'refund': {
        const sales = [...this.tickets.values()].filter(({ id }) => id.startsWith('T'));
        const sale = sales[step.which % Math.max(1, sales.length)];
        return this.put(`R-${++this.next}`, 'refund', step.day, step.figures, sale?.id);
      }
      case 'edit': {
        const old = this.pick(step.which);
        if (old === undefined || old.ticket === null || this.staysVoided(old)) return null;
        const { kind, body } = old.ticket;
        const orderId = old.ticket.kind === 'refund' ? old.ticket.body.orderId : undefined;
        return this.put(old.id, kind, body.businessDate, step.figures, orderId);
      }
      case 'void':
      case 'remove':
        return this.takeBack(step);
      case 'switch':
        this.switch(step);
        return null;
      case 'lock':
        return null;
    }
  }

  /** By day and tender, and the tax by day: what is not 0. */
  sums(): Record<string, number> {
    const sums = new Sums();
    for (const { day, sign, taxMinor, tenders } of this.booked.values()) {
      sums.add(`${day} tax`, sign * taxMinor);
      for (const [tender, minor] of tenders) sums.add(`${day} ${tender}`, sign * minor);
    }
    return sums.all();
  }

  /** A refund that was held for it, or is itself voided, is not tried again by itself. */
  private staysVoided({ id, ticket }: TillTicket): boolean {
    if (ticket?.body.voided !== true) return false;
    const names = ({ ticket: other }: TillTicket): boolean =>
      other?.kind === 'refund' && other.body.orderId === id;
    return ticket.kind === 'refund' || [...this.tickets.values()].some(names);
  }

  private pick(which: number): TillTicket | undefined {
    const all = [...this.tickets.values()];
    return all[which % Math.max(1, all.length)];
  }

  private put(
    id: string,
    kind: 'order' | 'refund',
    day: string,
    figures: Figures,
    orderId?: string,
  ): TillTicket {
    if (!this.modes.has(day)) this.modes.set(day, modeOfDay(this.switches, day));
    this.dayOf.set(id, day);
    // One by one an invoice would be locked for good: on such days a ticket has one tender.
    const own = this.modeOf(day) === 'summary' ? figures : { ...figures, cashMinor: 0 };
    const ticket = ticketOf(id, kind, day, own, orderId);
    const { totals, tenders } = ticket.body;
    const booked: Booked = {
      day,
      saleId: orderId ?? null,
      sign: kind === 'order' ? 1 : -1,
      totalMinor: totals.totalMinor,
      taxMinor: totals.taxMinor,
      tenders: tenders.map(({ tender, amountMinor }) => [tender, amountMinor]),
    };
    const known = { id, ticket };
    this.tickets.set(id, known);
    if (this.isInUse(id)) this.resting.set(id, booked);
    else if (this.fits(id, booked)) this.book(id, booked);
    // Of what was posted one by one the books keep the former figures, of a summary it is taken
    // out.
    else if (this.modeOf(day) === 'summary') this.booked.delete(id);
    return known;
  }

  private takeBack({ do: what, which }: Extract<Step, { which: number }>): TillTicket | null {
    const old = this.pick(which);
    if (old === undefined || old.ticket === null || old.ticket.body.voided === true) return null;
    // What is in the books is not deleted: it stays there, and the till has it still.
    if (what === 'remove' && this.booked.has(old.id)) return { id: old.id, ticket: null };
    const isRemoved = what === 'remove';
    const { kind, body } = old.ticket;
    const voided = { kind, body: { ...body, voided: true } } as SummaryTicket;
    const known = { id: old.id, ticket: isRemoved ? null : voided };
    this.tickets.set(old.id, known);
    if (this.isInUse(old.id)) this.resting.set(old.id, null);
    else this.book(old.id, null);
    return known;
  }

  /** Whether what is given back of a sale stays within what is sold of it. */
  private fits(id: string, { saleId, totalMinor }: Booked): boolean {
    if (saleId === null) return true;
    const sale = this.tickets.get(saleId)?.ticket;
    if (sale === undefined || sale === null || sale.body.voided === true) return false;
    const others = [...this.booked].filter(
      ([other, booked]) => other !== id && booked.saleId === saleId,
    );
    const before = others.reduce((sum, [, booked]) => sum + booked.totalMinor, 0);
    return before + totalMinor <= soldMinor(sale);
  }

  /** As the API does it: refused where a day that has tickets would get another mode. */
  private switch({ fromDay, mode }: ModeSwitch): void {
    const wanted = [...this.switches.filter((known) => known.fromDay < fromDay), { fromDay, mode }];
    const isRefused = [...this.modes].some(([day, own]) => modeOfDay(wanted, day) !== own);
    const before = wanted.at(-2)?.mode ?? 'perOrder';
    if (!isRefused && before !== mode) this.switches = wanted;
  }
}

/** What was sold: goods that came back in the same ticket are no part of it. */
function soldMinor({ body }: SummaryTicket): number {
  const sold = body.lines.filter(({ quantity }) => !quantity.startsWith('-'));
  return sold.reduce((sum, line) => sum + line.netMinor + (line.taxes[0]?.taxMinor ?? 0), 0);
}

/** Sums by name, without those of 0. */
export class Sums {
  private readonly sums = new Map<string, number>();

  add(name: string, minor: number): void {
    this.sums.set(name, (this.sums.get(name) ?? 0) + minor);
  }

  all(): Record<string, number> {
    const some = [...this.sums].filter(([, minor]) => minor !== 0);
    return Object.fromEntries(some.sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}
