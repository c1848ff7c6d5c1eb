import type { OrderBody, OrderLine } from '../../domain/bodies';
import type { Kind } from '../../domain/words';
import { product } from '../support/samples';
import type { TestChange } from '../support/stack';

// A till that sells, takes back, is paid later and corrects itself, at random but by a seed, and
// what each of its records is to bring to each account, by nothing but sums.

/** What comes to each account; of tax what is owed. Without those of 0. */
export class Effect {
  private readonly sums = new Map<string, number>();

  add(account: string, minor: number): this {
    this.sums.set(account, (this.sums.get(account) ?? 0) + minor);
    return this;
  }
  addAll(other: Effect): this {
    for (const [account, minor] of other.sums) this.add(account, minor);
    return this;
  }
  all(): Record<string, number> {
    const some = [...this.sums].filter(([, minor]) => minor !== 0);
    return Object.fromEntries(some.sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

/** The newest state of one record at the till. */
export interface TillRecord {
  kind: Kind;
  recordId: string;
  revision: number;
  day: string;
  isVoided: boolean;
  body: Record<string, unknown>;
  /** What it brings while it stands. */
  effect: Effect;
  /** Every change of it, for who reads a failure. */
  log: string[];
}

interface Made {
  body: Record<string, unknown>;
  effect: Effect;
}

const tenders = ['cash', 'card'] as const;
/** Articles that nobody mapped. */
const unmapped = ['CUP', 'cup', 'PEN: blue'] as const;
/** Of guests, as the till writes them; the first two are one person's. */
const emails = ['kim@example.test', 'Kim@Example.test', 'lee@example.test'] as const;

export class MixedTill {
  /** Those on which it sells; more come. */
  readonly days: [string, ...string[]] = [
    '2026-11-19',
    '2026-11-20',
    '2026-11-21',
    '2026-11-22',
    '2026-11-24',
  ];
  readonly records = new Map<string, TillRecord>();
  private count = 0;
  private state: number;

  constructor(seed: number) {
    this.state = seed * 2_654_435_761;
  }

  /** From 0 to below 1 (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  is(chance: number): boolean {
    return this.next() < chance;
  }
  pick<T>(list: readonly [T, ...T[]]): T {
    return list[Math.floor(this.next() * list.length)] ?? list[0];
  }

  /** Some changes, new records and edits of those that are there. */
  changes(count: number): TestChange[] {
    return Array.from({ length: count }, () => {
      const [first, ...others] = this.records.values();
      return first === undefined || this.is(0.5)
        ? this.fresh()
        : this.edited(this.pick([first, ...others]));
    });
  }

  /**
   * A product record of an article that nobody described before, or a customer with the e-mail of a
   * guest.
   */
  described(): TestChange {
    const id = String(++this.count);
    if (this.is(0.6)) return product(this.pick(unmapped));
    return {
      kind: 'customer',
      recordId: `c-${id}`,
      body: { name: 'Kim Lee', email: this.pick(emails) },
    };
  }

  private int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  private fresh(): TestChange {
    const id = String(++this.count);
    const chance = this.next();
    const day = this.pick(this.days);
    if (chance < 0.45) return this.put('order', `T-${id}`, day, this.order(`T-${id}`, day));
    if (chance < 0.6) return this.put('refund', `R-${id}`, day, this.refund(`R-${id}`, day));
    if (chance < 0.7) return this.put('invoice', `I-${id}`, day, this.invoice(`I-${id}`, day));
    if (chance < 0.8) return this.put('payment', `P-${id}`, day, this.payment(`P-${id}`, day));
    if (chance < 0.86) return this.put('payment', `D-${id}`, day, this.deposit(`D-${id}`, day));
    const hasOrder = [...this.records.values()].some(({ kind }) => kind === 'order');
    if (chance < 0.93 || !hasOrder) return this.put('cash', `K-${id}`, day, this.cash(day));
    return this.put('payout', `O-${id}`, day, this.payout(day));
  }

  private edited(old: TillRecord): TestChange {
    const { kind, recordId, day, body, effect } = old;
    if (this.is(0.3))
      return this.put(kind, recordId, day, { body, effect }, !old.isVoided, 'void or not');
    const to = this.is(0.1) ? this.pick(this.days) : day;
    const made = this.again(old, to);
    return this.put(kind, recordId, to, made, old.isVoided && this.is(0.1));
  }

  private again({ kind, recordId, body }: TillRecord, day: string): Made {
    const names = (key: string): string | undefined =>
      typeof body[key] === 'string' ? body[key] : undefined;
    if (kind === 'order') return this.order(recordId, day);
    if (kind === 'refund') return this.refund(recordId, day, names('orderId') ?? null);
    if (kind === 'invoice') return this.invoice(recordId, day);
    if (kind === 'cash') return this.cash(day);
    if (kind === 'payout') return this.payout(day);
    return names('depositFor') === undefined
      ? this.payment(recordId, day, names('invoiceId'))
      : this.deposit(recordId, day);
  }

  private put(
    kind: Kind,
    recordId: string,
    day: string,
    { body, effect }: Made,
    isVoided = false,
    what = '',
  ): TestChange {
    const old = this.records.get(`${kind}/${recordId}`);
    const revision = (old?.revision ?? 0) + 1;
    const sent: Record<string, unknown> = isVoided ? { ...body, voided: true } : body;
    const log = [
      ...(old?.log ?? []),
      `${what} ${day} ` +
        `${isVoided ? 'voided ' : ''}${JSON.stringify(sent['customerId'] ?? sent['guest'] ?? '')} ` +
        `${JSON.stringify(effect.all())} ` +
        `${JSON.stringify(sent['tenders'] ?? sent['amountMinor'] ?? '')}`,
    ];
    this.records.set(`${kind}/${recordId}`, {
      kind,
      recordId,
      revision,
      day,
      isVoided,
      body,
      effect,
      log,
    });
    return { kind, recordId, revision, body: sent };
  }

  private lines(canReturn: boolean): { lines: OrderLine[]; netMinor: number; taxMinor: number } {
    const lines = Array.from({ length: this.int(1, 3) }, (_, index): OrderLine => {
      const pieces = canReturn && this.is(0.25) ? -1 : this.int(1, 3);
      const priceMinor = this.pick([1250, 500, 1999]);
      const taxMinor = this.is(0.4) ? Math.trunc((pieces * priceMinor * 8) / 100) : 0;
      return {
        lineId: String(index),
        sku: this.is(0.12) ? this.pick(unmapped) : this.pick(['MUG', 'TEE']),
        name: 'An article',
        quantity: String(pieces),
        unitPrice: (priceMinor / 100).toFixed(2),
        discountMinor: 0,
        netMinor: pieces * priceMinor,
        taxes: taxMinor === 0 ? [] : [{ code: 'NY', taxMinor }],
      };
    });
    const netMinor = lines.reduce((sum, line) => sum + line.netMinor, 0);
    const taxMinor = lines.reduce((sum, line) => sum + (line.taxes[0]?.taxMinor ?? 0), 0);
    return { lines, netMinor, taxMinor };
  }

  private ticket(number: string, businessDate: string, canReturn: boolean) {
    const { lines, netMinor, taxMinor } = this.lines(canReturn);
    const totals = { netMinor, taxMinor, totalMinor: netMinor + taxMinor };
    return {
      number,
      channel: 'pos' as const,
      businessDate,
      currency: 'USD',
      pricesIncludeTax: false,
      ...this.payer(),
      lines,
      totals,
    };
  }

  /** A customer, a guest with an e-mail or without one, or nobody. */
  private payer(): Pick<OrderBody, 'customerId' | 'guest'> {
    const chance = this.next();
    if (chance < 0.4) return { customerId: 'c-1' };
    if (chance < 0.75) return { guest: { name: 'Kim Lee', email: this.pick(emails) } };
    return chance < 0.85 ? { guest: { name: 'Somebody' } } : {};
  }

  private paid(totalMinor: number): OrderBody['tenders'] {
    if (totalMinor === 0) return [];
    if (this.is(0.65)) return [{ tender: this.pick(tenders), amountMinor: totalMinor }];
    const cashMinor = this.is(0.2) ? totalMinor + 500 : Math.trunc(totalMinor * this.next());
    const both = [
      { tender: 'cash', amountMinor: cashMinor },
      { tender: 'card', amountMinor: totalMinor - cashMinor },
    ];
    return both.filter(({ amountMinor }) => amountMinor !== 0);
  }

  private order(number: string, day: string): Made {
    const ticket = this.ticket(number, day, true);
    const own = this.paid(ticket.totals.totalMinor);
    const effect = new Effect().add('tax', ticket.totals.taxMinor);
    for (const { tender, amountMinor } of own) effect.add(tender, amountMinor);
    return { body: { ...ticket, tenders: own }, effect };
  }

  private invoice(number: string, day: string): Made {
    const ticket = this.ticket(number, day, false);
    const { taxMinor, totalMinor } = ticket.totals;
    return { body: ticket, effect: new Effect().add('owed', totalMinor).add('tax', taxMinor) };
  }

  private refund(number: string, day: string, known?: string | null): Made {
    const sale = this.saleOf(known);
    const { customerId, guest, ...ticket } = this.ticket(number, day, false);
    const isOwed = sale?.kind === 'invoice' && this.is(0.5);
    const own = isOwed ? [] : this.paid(ticket.totals.totalMinor);
    const effect = new Effect().add('tax', 0 - ticket.totals.taxMinor);
    if (isOwed) effect.add('owed', 0 - ticket.totals.totalMinor);
    for (const { tender, amountMinor } of own) effect.add(tender, 0 - amountMinor);
    const who = sale === undefined ? customerId : sale.body['customerId'];
    const asGuest = guest === undefined ? {} : { guest };
    const whose = who === undefined ? asGuest : { customerId: who };
    const orderId = sale === undefined ? {} : { orderId: sale.recordId };
    return {
      body: { ...ticket, ...whose, ...orderId, tenders: own, restock: this.is(0.7) },
      effect,
    };
  }

  /** Of a new refund mostly one of the sales there, of a known one its own. */
  private saleOf(known?: string | null): TillRecord | undefined {
    if (known === null || (known === undefined && this.is(0.3))) return undefined;
    if (known !== undefined)
      return this.records.get(`order/${known}`) ?? this.records.get(`invoice/${known}`);
    // What is paid back of an invoice has most rules.
    const kinds: Kind[] = this.is(0.4) ? ['invoice'] : ['order', 'invoice'];
    const [first, ...others] = [...this.records.values()].filter(({ kind }) =>
      kinds.includes(kind),
    );
    return first === undefined ? undefined : this.pick([first, ...others]);
  }

  private payment(number: string, businessDate: string, known?: string): Made {
    const [first, ...others] = [...this.records.values()].filter(({ kind }) => kind === 'invoice');
    const invoiceId =
      known ?? (first === undefined ? 'I-none' : this.pick([first, ...others]).recordId);
    const [tender, amountMinor] = [this.pick(tenders), this.int(1, 1_500)];
    const effect = new Effect().add(tender, amountMinor).add('owed', 0 - amountMinor);
    return { body: { number, invoiceId, tender, amountMinor, businessDate }, effect };
  }

  private deposit(number: string, businessDate: string): Made {
    const [tender, amountMinor] = [this.pick(tenders), this.int(1, 3_000)];
    const body = {
      number,
      depositFor: `L-${number}`,
      tender,
      amountMinor,
      businessDate,
      customerId: 'c-1',
    };
    return { body, effect: new Effect().add(tender, amountMinor) };
  }

  private cash(businessDate: string): Made {
    const amountMinor = this.int(1, 500) * this.pick([-1, 1]);
    const effect = new Effect().add('cash', amountMinor).add('differences', 0 - amountMinor);
    return { body: { businessDate, tender: 'cash', type: 'difference', amountMinor }, effect };
  }

  private payout(businessDate: string): Made {
    const [grossMinor, feesMinor] = [this.int(100, 5_000), this.int(0, 90)];
    const [first, ...others] = [...this.records.values()].filter(
      ({ kind, body }) => kind === 'order' && body['tenders'] !== undefined,
    );
    const order = first === undefined ? undefined : this.pick([first, ...others]);
    const includes =
      order === undefined
        ? []
        : [{ kind: 'order', recordId: order.recordId, amountMinor: grossMinor }];
    const netMinor = grossMinor - feesMinor;
    const effect = new Effect()
      .add('card', 0 - grossMinor)
      .add('bank', netMinor)
      .add('fees', feesMinor);
    return {
      body: {
        processor: 'stripe',
        tender: 'card',
        businessDate,
        grossMinor,
        feesMinor,
        netMinor,
        includes,
      },
      effect,
    };
  }
}
