import {
  articleKey,
  holderAt,
  isParkedSku,
  parkedSku,
  type Article,
  type SkuClaim,
  type SkuHolder,
} from './articles';
import { isOwnRecord } from './own-records';
import { codeForSku, foldSku } from './sku-codes';

// Which article each SKU names, while changes are folded. Several products may change SKUs at once:
// all of them let go before any of them takes, so that SKUs can be swapped.

/** What is known of SKUs before the fold. */
export interface KnownSkus {
  /**
   * Present claims: of the SKUs that products of this batch claim, and of all articles of the
   * products concerned.
   */
  claims: ReadonlyMap<string, SkuClaim>;
  /** All that ever had a SKU, of the SKUs that are claimed, sold or moved here. */
  holders: ReadonlyMap<string, readonly SkuHolder[]>;
  isCodeTaken: (folded: string) => boolean;
}

/** The SKUs that a product is to have, by slot. */
export interface Wish {
  recordId: string;
  articles: ReadonlyMap<string, string>;
  fromAt: string;
  pos: number;
}

/** The stock of an article that is known under another SKU now. */
export interface StockMove {
  from: string;
  to: string;
}

export interface SkuChanges {
  claims: SkuClaim[];
  released: string[];
  holders: SkuHolder[];
  moves: StockMove[];
}

export class SkuBook {
  private readonly known: KnownSkus;
  /** Since the fold began: null where nobody has it any more. */
  private readonly owners = new Map<string, Article | null>();
  private readonly skus = new Map<string, string>();
  private readonly skusBefore = new Map<string, string>();
  private readonly newHolders = new Map<string, SkuHolder[]>();
  /** What an article was called before it was parked, by its parked SKU. */
  private readonly parkedFrom = new Map<string, string>();

  constructor(known: KnownSkus) {
    this.known = known;
    for (const claim of known.claims.values()) {
      this.skus.set(articleKey(claim), claim.sku);
      // What is known of the stock of an article of our own is its SKU's, whoever describes that
      // one later.
      if (!isOwnRecord(claim.recordId)) this.skusBefore.set(articleKey(claim), claim.sku);
    }
  }

  ownerOf(sku: string): Article | null {
    const owner = this.owners.get(sku);
    return owner === undefined ? (this.known.claims.get(sku) ?? null) : owner;
  }

  skuOf(article: Article): string | null {
    return this.skus.get(articleKey(article)) ?? null;
  }

  /** The article that this SKU named then; null where no product of a sender ever had it. */
  articleAt(sku: string, at: string): Article | null {
    return holderAt(this.holdersOf(sku), at);
  }

  /**
   * The present SKU of what a SKU names: of this product where one is given, else of the first that
   * ever had it.
   */
  presentSku(sku: string, recordId?: string): string {
    const holders = this.holdersOf(sku);
    if (recordId === undefined) {
      const first = holderAt(holders, '');
      return first === null ? sku : (this.skuOf(first) ?? sku);
    }
    const slot = holders.find((holder) => holder.recordId === recordId)?.slot ?? '';
    return this.skuOf({ recordId, slot }) ?? sku;
  }

  /** Gives these products their SKUs; answers the other products that gave one up for it. */
  give(wishes: readonly Wish[]): Set<string> {
    const wanted = wishes.flatMap(({ recordId, articles, fromAt, pos }) =>
      [...articles].map(([slot, sku]) => ({ recordId, slot, sku, fromAt, pos })),
    );
    const changing = wanted.filter((holder) => this.skuOf(holder) !== holder.sku);
    for (const holder of changing) this.letGo(holder);
    const members = new Set(wishes.map(({ recordId }) => recordId));
    const evicted = new Set<string>();
    for (const holder of changing) {
      const owner = this.ownerOf(holder.sku);
      if (owner !== null) this.park(owner);
      if (owner !== null && !members.has(owner.recordId)) evicted.add(owner.recordId);
      this.set(holder.sku, holder);
      if (isParkedSku(holder.sku)) continue;
      const former = this.newHolders.get(holder.sku) ?? [];
      this.newHolders.set(holder.sku, [...former, holder]);
    }
    return evicted;
  }

  /** What has to be written down. */
  changes(): SkuChanges {
    const changed = [...this.owners].filter(
      ([sku, owner]) => !isSame(owner, this.known.claims.get(sku) ?? null),
    );
    const released = changed.flatMap(([sku]) => (this.known.claims.has(sku) ? [sku] : []));
    const codeOf = this.codes(released);
    const claims = changed.flatMap(([sku, owner]) =>
      owner === null ? [] : [{ ...owner, sku, code: codeOf(sku) }],
    );
    return {
      claims: claims.map(({ sku, recordId, slot, code }) => ({ sku, recordId, slot, code })),
      released,
      holders: [...this.newHolders.values()].flat(),
      moves: this.moves(),
    };
  }

  private holdersOf(sku: string): readonly SkuHolder[] {
    const before = this.known.holders.get(sku) ?? [];
    const since = this.newHolders.get(sku);
    return since === undefined ? before : [...before, ...since];
  }

  private letGo(article: Article): void {
    const sku = this.skuOf(article);
    if (sku === null) return;
    this.owners.set(sku, null);
    this.skus.delete(articleKey(article));
  }

  private park(article: Article): void {
    const from = this.skuOf(article) ?? '';
    const parked = parkedSku(article);
    this.letGo(article);
    this.set(parked, article);
    this.parkedFrom.set(parked, from);
  }

  private set(sku: string, { recordId, slot }: Article): void {
    this.owners.set(sku, { recordId, slot });
    this.skus.set(articleKey({ recordId, slot }), sku);
  }

  /** Codes are given at the end, when all have let go; a SKU that changes hands keeps its code. */
  private codes(released: readonly string[]): (sku: string) => string {
    const isKept = (sku: string): boolean => (this.owners.get(sku) ?? null) !== null;
    const freed = new Set(
      released
        .filter((sku) => !isKept(sku))
        .map((sku) => foldSku(this.known.claims.get(sku)?.code ?? sku)),
    );
    const given = new Set<string>();
    return (sku) => {
      const known = this.known.claims.get(sku)?.code;
      if (known !== undefined) return known;
      const isTaken = (folded: string): boolean =>
        given.has(folded) || (this.known.isCodeTaken(folded) && !freed.has(folded));
      const code = codeForSku(this.parkedFrom.get(sku) ?? sku, isTaken);
      given.add(foldSku(code));
      return code;
    };
  }

  private moves(): StockMove[] {
    const moves = [...this.skusBefore].flatMap(([key, from]) => moveOf(from, this.skus.get(key)));
    for (const [sku, [first]] of this.newHolders) {
      const isFirstEver = first !== undefined && (this.known.holders.get(sku) ?? []).length === 0;
      // What moved under a SKU that no product had yet is the first one's.
      if (isFirstEver && !this.known.claims.has(sku))
        moves.push(...moveOf(sku, this.skuOf(first) ?? undefined));
    }
    return moves;
  }
}

function moveOf(from: string, to: string | undefined): StockMove[] {
  return to === undefined || from === to ? [] : [{ from, to }];
}

function isSame(a: Article | null, b: Article | null): boolean {
  return a?.recordId === b?.recordId && a?.slot === b?.slot;
}
