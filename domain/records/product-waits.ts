import type { Article } from './articles';
import type { ChangeRow } from '../rows';
import type { System } from '../words';
import type { Wish } from './sku-book';

// Changes of products that want SKUs. One waits while another product has a SKU that it wants;
// products that want each other's SKUs get them together.

/** What the fold knows. */
export interface WaitsContext {
  ownerOf: (sku: string) => Article | null;
  /** Whether anybody may take this SKU from its owner. */
  isGivenUp: (owner: Article, sku: string) => boolean;
  /** What a product would have after these changes. */
  wishOf: (recordId: string, changes: readonly ChangeRow[]) => Wish | null;
}

/** Who has a SKU that a waiting product wants. */
export interface Blocker {
  sku: string;
  recordId: string;
}

/** A change that waits. */
export interface Waiting {
  pos: number;
  recordId: string;
}

export class ProductWaits {
  private readonly context: WaitsContext;
  private readonly byRecord = new Map<string, ChangeRow[]>();
  private readonly before = new Set<number>();
  private readonly ended: number[] = [];

  constructor(waiting: readonly ChangeRow[], context: WaitsContext) {
    this.context = context;
    for (const change of waiting) {
      this.before.add(change.pos);
      this.add(change);
    }
  }

  add(change: ChangeRow): void {
    const list = this.byRecord.get(change.recordId) ?? [];
    this.byRecord.set(change.recordId, [...list, change]);
  }

  /** The newest revision of this product and source that waits; null where none does. */
  newestOf(recordId: string, source: System): number | null {
    const changes = this.byRecord.get(recordId) ?? [];
    return changes.findLast((change) => change.source === source)?.sourceRev ?? null;
  }

  /** Changes of this product that this one makes out of date: they wait no longer. */
  endUpTo({ recordId, source, sourceRev }: ChangeRow): ChangeRow[] {
    const changes = this.byRecord.get(recordId) ?? [];
    const old = changes.filter(
      (change) => change.source === source && (change.sourceRev ?? 0) <= (sourceRev ?? 0),
    );
    if (old.length === 0) return [];
    const left = changes.filter((change) => !old.includes(change));
    if (left.length === 0) this.byRecord.delete(recordId);
    else this.byRecord.set(recordId, left);
    this.noteEnd(old);
    return old;
  }

  wishOf(recordId: string): Wish | null {
    return this.context.wishOf(recordId, this.byRecord.get(recordId) ?? []);
  }

  /** The changes of this product, which wait no longer. */
  end(recordId: string): ChangeRow[] {
    const changes = this.byRecord.get(recordId) ?? [];
    this.byRecord.delete(recordId);
    this.noteEnd(changes);
    return changes;
  }

  /**
   * Those whose changes can be applied now, this product's among them; null where it has to wait
   * on.
   */
  freeWith(recordId: string): string[] | null {
    if (!this.byRecord.has(recordId)) return null;
    const group = new Set([recordId]);
    const wanted = new Set<string>();
    for (const member of group) {
      const wish = this.wishOf(member);
      if (wish === null) return null;
      for (const sku of wish.articles.values()) {
        if (wanted.has(sku)) return null;
        wanted.add(sku);
      }
      for (const blocker of this.blockersOf(wish)) {
        // It leaves its SKU only where it has a change that does, which goes with this one.
        if (!this.byRecord.has(blocker.recordId)) return null;
        group.add(blocker.recordId);
      }
    }
    return [...group];
  }

  /** A product whose changes can be applied now; null where there is none. */
  nextFree(): string[] | null {
    for (const recordId of this.byRecord.keys())
      if (this.freeWith(recordId) !== null) return [recordId];
    return null;
  }

  /**
   * What begins to wait here, with who keeps it waiting; and positions of what waited before and
   * does no longer.
   */
  changes(): { begun: (Waiting & { blocker: Blocker | null })[]; ended: number[] } {
    const begun = [...this.byRecord].flatMap(([recordId, changes]) => {
      const wish = this.wishOf(recordId);
      const blocker = wish === null ? null : (this.blockersOf(wish)[0] ?? null);
      const fresh = changes.filter(({ pos }) => !this.before.has(pos));
      return fresh.map(({ pos }) => ({ pos, recordId, blocker }));
    });
    return { begun, ended: this.ended };
  }

  private noteEnd(changes: readonly ChangeRow[]): void {
    for (const { pos } of changes) if (this.before.has(pos)) this.ended.push(pos);
  }

  private blockersOf({ recordId, articles }: Wish): Blocker[] {
    return [...articles.values()].flatMap((sku) => {
      const owner = this.context.ownerOf(sku);
      const isFree =
        owner === null || owner.recordId === recordId || this.context.isGivenUp(owner, sku);
      return isFree ? [] : [{ sku, recordId: owner.recordId }];
    });
  }
}
