import type { Pool } from 'pg';

import { storeChanges, type IntakeItem, type IntakeResult } from '../database/changes';
import type { Tenant } from '../database/tenants';
import { Problem } from './problem';

// Combining: while a tenant's statement runs, its next requests wait and then go together. Many
// tills that send single changes would otherwise queue for the tenant's counter row
// (postgres.md#intake).

/** What became of the items of one request. */
export type IntakeOutcome =
  | {
      type: 'stored';
      accepted: number;
      duplicates: number;
      /** Ids that stood there before with another content. */
      reused: Set<string>;
      /** New ones that their record has overtaken already. */
      stale: Set<string>;
    }
  | { type: 'full'; bound: number; depth: number };

/** Items in one statement: two full requests. */
const groupItemsMax = 2_000;
/**
 * What may wait in this process, of one tenant and of all, in characters of bodies; more is sent
 * away.
 */
const waitingMax = 16 * 1024 * 1024;
const waitingOfAllMax = 64 * 1024 * 1024;
/** What an item takes besides its body. */
const itemOverhead = 500;

interface Waiting {
  items: readonly IntakeItem[];
  size: number;
  resolve: (outcome: IntakeOutcome) => void;
  reject: (error: unknown) => void;
}

/** One tenant's statements in this process: one runs, these requests wait for the next. */
interface Lane {
  tenant: Pick<Tenant, 'id' | 'tenantId'>;
  waiting: Waiting[];
  waitingSize: number;
}

export class Intake {
  private readonly pool: Pool;
  private readonly wake: (tenantId: string) => void;
  private waitingSize = 0;
  /** Tenants whose statement runs now. */
  private readonly lanes = new Map<number, Lane>();

  /** `wake` is called after the commit of what nobody was woken for yet. */
  constructor(pool: Pool, wake: (tenantId: string) => void) {
    this.pool = pool;
    this.wake = wake;
  }

  /** Stores the new ones of these items, all or none. The ids of one request differ. */
  async store(tenant: Lane['tenant'], items: readonly IntakeItem[]): Promise<IntakeOutcome> {
    return new Promise((resolve, reject) => {
      const running = this.lanes.get(tenant.id);
      const lane = running ?? { tenant, waiting: [], waitingSize: 0 };
      const size = items.reduce(
        (sum, item) => sum + itemOverhead + (item.bodyText ?? '').length,
        0,
      );
      const isTooMuch =
        lane.waitingSize + size > waitingMax || this.waitingSize + size > waitingOfAllMax;
      // Whoever is the first waits for nobody.
      if (isTooMuch && running !== undefined) {
        const detail = 'Too many requests of this tenant wait already. Try again shortly.';
        reject(new Problem(503, 'busy', detail, { retryAfterSeconds: 1 }));
        return;
      }
      lane.waiting.push({ items, size, resolve, reject });
      lane.waitingSize += size;
      this.waitingSize += size;
      if (running !== undefined) return;
      this.lanes.set(tenant.id, lane);
      void this.run(lane);
    });
  }

  private async run(lane: Lane): Promise<void> {
    while (lane.waiting.length > 0) {
      const group = takeGroup(lane);
      const size = group.reduce((sum, waiting) => sum + waiting.size, 0);
      lane.waitingSize -= size;
      this.waitingSize -= size;
      await this.storeGroup(lane.tenant, group);
    }
    this.lanes.delete(lane.tenant.id);
  }

  private async storeGroup(tenant: Lane['tenant'], group: readonly Waiting[]): Promise<void> {
    try {
      const items = new Map(
        group.flatMap((waiting) => waiting.items).map((item) => [item.id, item]),
      );
      const result = await this.storeItems(tenant, [...items.values()]);
      if (result.type === 'full' && group.length > 1) {
        // Together they do not fit; one by one, some of them may.
        for (const waiting of group) await this.storeGroup(tenant, [waiting]);
        return;
      }
      divide(group, result);
    } catch (error) {
      for (const waiting of group) waiting.reject(error);
    }
  }

  private async storeItems(
    tenant: Lane['tenant'],
    items: readonly IntakeItem[],
  ): Promise<IntakeResult> {
    const result = await storeChanges(this.pool, tenant.id, 'pos', items);
    if (result.type === 'stored' && result.shouldWake) this.wake(tenant.tenantId);
    return result;
  }
}

/**
 * The oldest requests that fit one statement. One that gives an id of the group another content
 * waits for the next.
 */
function takeGroup(lane: Lane): Waiting[] {
  const hashes = new Map<string, Buffer>();
  let count = 0;
  let size = 0;
  for (const { items } of lane.waiting) {
    const isFull = size > 0 && size + items.length > groupItemsMax;
    const isContradiction = items.some(({ id, hash }) => hashes.get(id)?.equals(hash) === false);
    if (isFull || isContradiction) break;
    for (const { id, hash } of items) hashes.set(id, hash);
    size += items.length;
    count++;
  }
  return lane.waiting.splice(0, count);
}

/**
 * Tells each request of a group what became of its items: an id that two of them hold is new for
 * the first only.
 */
function divide(group: readonly Waiting[], result: IntakeResult): void {
  const earlier = new Set<string>();
  for (const { items, resolve } of group) {
    if (result.type === 'full') {
      resolve(result);
      continue;
    }
    const reused = new Set<string>();
    const stale = new Set<string>();
    let duplicates = 0;
    for (const { id } of items) {
      if (result.reused.has(id)) reused.add(id);
      else if (result.repeats.has(id) || earlier.has(id)) duplicates++;
      else if (result.stale.has(id)) stale.add(id);
      earlier.add(id);
    }
    const accepted = items.length - duplicates - reused.size;
    resolve({ type: 'stored', accepted, duplicates, reused, stale });
  }
}
