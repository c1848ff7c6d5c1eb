import { createRandom } from '../../sandbox/random';
import { orderBody, product } from '../support/samples';
import type { TestChange } from '../support/stack';

// A till whose articles change SKUs in every way that people do it, and what is true of it in the
// end.

export interface TillProduct {
  id: string;
  sku: string;
  name: string;
  state: 'active' | 'archived' | 'deleted';
  /** Null until it is counted or sold. */
  stock: number | null;
  countedAt: string;
}

interface Sold {
  number: string;
  sku: string;
  productId: string;
}

const prefixes = ['TEA', 'mug', 'Cup', 'straw'];
const emails = ['family@example.test', 'one@example.test', 'two@example.test'];
const names = ['Ann', 'Bob', 'ann', 'Kim Lee'];

export class Till {
  readonly products: TillProduct[] = [];
  readonly customers = new Map<string, string>();
  /** Which product each ticket was of. */
  readonly sold: Sold[] = [];
  /** What each SKU was, from when on. */
  private readonly timeline: { sku: string; at: string; productId: string }[] = [];
  private readonly random: () => number;
  private clock = Date.parse('2026-03-01T08:00:00.000Z');
  private serial = 0;

  constructor(seed: number) {
    const random = createRandom(seed);
    this.random = () => random.next();
  }

  /** The next thing that happens: changes that belong together, in one request or in several. */
  next(): TestChange[] {
    const moves = [
      () => this.create(),
      () => this.create(),
      () => this.rename(),
      () => this.rename(),
      () => this.swap(),
      () => this.rotate(),
      () => this.otherCase(),
      () => this.reprice(),
      () => this.archive(),
      () => this.revive(),
      () => this.remove(),
      () => this.replace(),
      () => this.passOn(),
      () => this.twin(),
      () => this.sell(),
      () => this.sell(),
      () => this.sellLate(),
      () => this.count(),
      () => this.giveBack(),
      () => this.customer(),
      () => this.customer(),
    ];
    return this.pick(moves)();
  }

  /**
   * Whatever a number of steps says, in requests of one change, of one step, or of several steps.
   */
  requests(steps: number): TestChange[][] {
    const requests: TestChange[][] = [this.create(), this.create()];
    for (let step = 0; step < steps; step += 1) {
      const changes = this.next();
      const how = this.random();
      const last = requests.at(-1);
      if (how < 0.35 && last !== undefined) last.push(...changes);
      else if (how < 0.7) requests.push(changes);
      else requests.push(...changes.map((change) => [change]));
    }
    return requests.filter((changes) => changes.length > 0);
  }

  private create(sku = this.freshSku()): TestChange[] {
    const id = this.nextId('P');
    const made: TillProduct = {
      id,
      sku,
      name: `Thing ${id}`,
      state: 'active',
      stock: null,
      countedAt: '',
    };
    this.products.push(made);
    return [this.upsert(made)];
  }

  private rename(): TestChange[] {
    const one = this.active();
    if (one === null) return [];
    one.sku = this.random() < 0.4 ? (this.freeFormerSku() ?? this.freshSku()) : this.freshSku();
    return [this.upsert(one)];
  }

  private swap(): TestChange[] {
    return this.turn(2);
  }

  private rotate(): TestChange[] {
    return this.turn(3 + Math.floor(this.random() * 3));
  }

  /** Each takes the SKU of the next; the last that of the first, or in a chain a new one. */
  private turn(size: number): TestChange[] {
    const some = this.shuffled(this.actives()).slice(0, size);
    if (some.length < 2) return [];
    const skus = some.map(({ sku }) => sku);
    const end = this.random() < 0.6 ? skus[0] : this.freshSku();
    for (const [n, one] of some.entries()) one.sku = skus[n + 1] ?? end ?? one.sku;
    return this.shuffled(some).map((one) => this.upsert(one));
  }

  private otherCase(): TestChange[] {
    const one = this.active();
    if (one === null) return [];
    const other = one.sku === one.sku.toUpperCase() ? one.sku.toLowerCase() : one.sku.toUpperCase();
    if (this.isUsed(other)) return [];
    one.sku = other;
    return [this.upsert(one)];
  }

  private reprice(): TestChange[] {
    const one = this.pick(this.products.filter(({ state }) => state !== 'deleted'));
    return [this.upsert(one)];
  }

  private archive(): TestChange[] {
    const one = this.active();
    if (one === null || this.actives().length < 2) return [];
    one.state = 'archived';
    return [this.upsert(one)];
  }

  private revive(): TestChange[] {
    const some = this.products.filter(({ state }) => state !== 'active');
    const one = some[Math.floor(this.random() * some.length)];
    if (one === undefined) return [];
    if (this.isUsed(one.sku)) one.sku = this.freshSku();
    one.state = 'active';
    return [this.upsert(one)];
  }

  private remove(): TestChange[] {
    const one = this.active();
    if (one === null || this.actives().length < 2) return [];
    one.state = 'deleted';
    return [
      {
        kind: 'product',
        op: 'delete',
        recordId: one.id,
        revision: this.revision(),
        occurredAt: this.now(),
        body: null,
      },
    ];
  }

  /** One goes, and a new one takes its SKU at once, in either order of the request. */
  private replace(): TestChange[] {
    const before = this.active();
    if (before === null) return [];
    const { sku } = before;
    const went = this.random() < 0.5 ? this.archiveThis(before) : this.removeThis(before);
    const came = this.create(sku);
    return this.random() < 0.7 ? [...went, ...came] : [...came, ...went];
  }

  /** One gets a new SKU, and a new one takes the old. */
  private passOn(): TestChange[] {
    const before = this.active();
    if (before === null) return [];
    const { sku } = before;
    before.sku = this.freshSku();
    return this.shuffled([this.upsert(before), ...this.create(sku)]);
  }

  /** Another article whose SKU differs in case alone. */
  private twin(): TestChange[] {
    const one = this.active();
    const sku =
      one?.sku.toLowerCase() === one?.sku ? one?.sku.toUpperCase() : one?.sku.toLowerCase();
    return sku === undefined || this.isUsed(sku) ? [] : this.create(sku);
  }

  private sell(): TestChange[] {
    const one = this.active();
    return one === null ? [] : this.saleOf(one.sku, one, this.now());
  }

  /** A till that was offline: a sale of what the SKU was then. */
  private sellLate(): TestChange[] {
    const entry = this.pick(this.timeline);
    const at = new Date(Date.parse(entry.at) + 500).toISOString();
    const one = this.products.find(({ id }) => id === entry.productId);
    return one === undefined ? [] : this.saleOf(entry.sku, one, at);
  }

  private saleOf(sku: string, one: TillProduct, occurredAt: string): TestChange[] {
    const number = this.nextId('S');
    this.sold.push({ number, sku, productId: one.id });
    if (occurredAt > one.countedAt) one.stock = (one.stock ?? 0) - 1;
    return [
      {
        kind: 'order',
        recordId: number,
        revision: 1,
        occurredAt,
        body: orderBody(number, [[sku, 1]], null),
      },
    ];
  }

  private count(): TestChange[] {
    const one = this.active();
    if (one === null) return [];
    const quantity = Math.floor(this.random() * 50);
    one.stock = quantity;
    one.countedAt = this.now();
    return [
      {
        kind: 'inventory',
        recordId: one.sku,
        occurredAt: one.countedAt,
        body: { count: { quantity: String(quantity) } },
      },
    ];
  }

  private giveBack(): TestChange[] {
    const sale = this.sold.find(({ number }) => number.startsWith('S'));
    const one = this.products.find(({ id }) => id === sale?.productId);
    if (sale === undefined || one === undefined) return [];
    this.sold.splice(this.sold.indexOf(sale), 1);
    const number = this.nextId('R');
    this.sold.push({ ...sale, number });
    one.stock = (one.stock ?? 0) + 1;
    const body = {
      ...orderBody(number, [[sale.sku, 1]], null),
      restock: true,
      orderId: sale.number,
    };
    return [{ kind: 'refund', recordId: number, revision: 1, occurredAt: this.now(), body }];
  }

  private customer(): TestChange[] {
    const isNew = this.customers.size === 0 || this.random() < 0.6;
    const ids = [...this.customers.keys()];
    const id = isNew
      ? this.pick(['c', 'C', `${'x'.repeat(45)}c`]) + this.nextId('')
      : this.pick(ids);
    const name = this.pick(names);
    this.customers.set(id, name);
    const body = { name, email: this.pick(emails), phone: id.slice(-15) };
    return [
      { kind: 'customer', recordId: id, revision: this.revision(), occurredAt: this.now(), body },
    ];
  }

  private archiveThis(one: TillProduct): TestChange[] {
    one.state = 'archived';
    return [this.upsert(one)];
  }

  private removeThis(one: TillProduct): TestChange[] {
    one.state = 'deleted';
    return [
      {
        kind: 'product',
        op: 'delete',
        recordId: one.id,
        revision: this.revision(),
        occurredAt: this.now(),
        body: null,
      },
    ];
  }

  private upsert({ id, sku, name, state }: TillProduct): TestChange {
    const occurredAt = this.now();
    if (state === 'active') this.timeline.push({ sku, at: occurredAt, productId: id });
    const priceMinor = 100 + Math.floor(this.random() * 900);
    const status = state === 'archived' ? 'archived' : 'active';
    return {
      ...product(sku, { name, priceMinor, status }),
      recordId: id,
      revision: this.revision(),
      occurredAt,
    };
  }

  private actives(): TillProduct[] {
    return this.products.filter(({ state }) => state === 'active');
  }
  private active(): TillProduct | null {
    const some = this.actives();
    return some[Math.floor(this.random() * some.length)] ?? null;
  }
  private isUsed(sku: string): boolean {
    return this.actives().some((one) => one.sku === sku);
  }
  private freshSku(): string {
    return `${this.pick(prefixes)}-${this.nextId('')}`;
  }
  private freeFormerSku(): string | null {
    const free = this.timeline.filter(({ sku }) => !this.isUsed(sku));
    return free[Math.floor(this.random() * free.length)]?.sku ?? null;
  }
  private nextId(prefix: string): string {
    this.serial += 1;
    return `${prefix}${this.serial}`;
  }
  private revision(): number {
    this.serial += 1;
    return this.serial;
  }
  private now(): string {
    this.clock += 60_000;
    return new Date(this.clock).toISOString();
  }
  private pick<T>(list: readonly T[]): T {
    const one = list[Math.floor(this.random() * list.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }
  private shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((one) => ({ one, at: this.random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ one }) => one);
  }
}
