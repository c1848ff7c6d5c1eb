import type { ChangeBody, InventoryBody, ProductBody, RecordBody } from './bodies';
import { needsDay, withDay, withLateDay } from './business-day';
import { canonicalJson } from './canonical';
import { customerIdOf, saleOfGuest, withGuestCustomer, type GuestRules } from './guests';
import { merge, said } from './merge-bodies';
import { isOwnRecord, ownRevision } from './own-records';
import { codeForSku, foldSku } from './sku-codes';
import { inventoryEntry, ticketEntries, type StockEntry } from './stock';
import type { ChangeOp, DesiredOp, Kind, System } from './words';

// Folds changes into what is true now. Pure: the activity loads what is needed and writes what comes out.

export interface ChangeRow {
  pos: number;
  source: System;
  eventId: string;
  op: ChangeOp;
  recordId: string;
  sourceRev: number | null;
  occurredAt: string;
  kind: Kind;
  /** Null for a delete. */
  content: ChangeBody | null;
}

export interface RecordRow {
  kind: Kind;
  recordId: string;
  rev: number;
  sourceRev: number | null;
  op: DesiredOp;
  /** Null where all we ever heard of it is that it was deleted. */
  content: RecordBody | null;
  /** Which system said each field last. */
  origin: Record<string, System>;
}

export interface SkuClaim {
  sku: string;
  recordId: string;
  code: string;
}

export interface Outcome {
  pos: number;
  outcome: 'stale' | 'failed';
  code: string;
  detail: string;
}

/** What the fold has to know besides the changes. */
export interface Known {
  records: ReadonlyMap<string, RecordRow>;
  /** Owners of the SKUs that products of this batch claim, and of those their records hold now. */
  skus: ReadonlyMap<string, SkuClaim>;
  isCodeTaken: (folded: string) => boolean;
  /** False only for SKUs of products known to have no stock. */
  isStockTracked: (sku: string) => boolean;
  /** The day of an instant where the tenant is. */
  dayOf: (instant: string) => string;
  guests: GuestRules;
}

export interface Folded {
  /** Records that changed, with their new revision; `wasKnown` tells an update from a first sight. */
  records: (RecordRow & { wasKnown: boolean })[];
  /** Records whose sender's revision moved although nothing in them did. */
  touched: RecordRow[];
  outcomes: Outcome[];
  claims: SkuClaim[];
  releasedSkus: string[];
  /** Invoices that became another customer's, by record id: their payments are of that one too. */
  otherPayers: string[];
  /** Records of our own whose SKU a product of the till has now: what the books have of them is its own. */
  takenOver: { from: string; to: string }[];
  /** Stock entries by source: what the source moves now, all of it. */
  stockSources: Map<string, { entries: StockEntry[]; wasKnown: boolean }>;
}

export function recordKey(kind: Kind, recordId: string): string {
  return `${kind}/${recordId}`;
}

/** SKUs of a product and its variants, each once. */
export function skusOf(product: ProductBody): string[] {
  return [...new Set([product.sku, ...(product.variants ?? []).map((variant) => variant.sku)])];
}

/** Folds changes in order of their positions. A change that cannot be taken gets an outcome and blocks nobody. */
export function foldChanges(changes: readonly ChangeRow[], known: Known): Folded {
  const fold = new Fold(known);
  for (const change of changes) fold.take(change);
  return fold.result();
}

class Fold {
  private readonly present = new Map<string, RecordRow>();
  private readonly changed = new Set<string>();
  private readonly outcomes: Outcome[] = [];
  private readonly claims = new Map<string, SkuClaim | null>();
  /** Codes given in this fold, by SKU, and how case-blind systems see them. */
  private readonly newCodes = new Map<string, string>();
  private readonly newFolded = new Set<string>();
  private readonly ticketTimes = new Map<string, string>();
  private readonly stockSources: Folded['stockSources'] = new Map();
  private readonly known: Known;

  constructor(known: Known) {
    this.known = known;
  }

  take(change: ChangeRow): void {
    if (change.kind === 'inventory') {
      if (change.content?.kind === 'inventory') this.takeStock(change, change.content.body);
      return;
    }
    const current = this.find(change.kind, change.recordId);
    const sourceRev = change.sourceRev ?? 0;
    if (
      current?.sourceRev !== null &&
      current?.sourceRev !== undefined &&
      sourceRev <= current.sourceRev
    ) {
      const detail = `revision ${sourceRev} came after revision ${current.sourceRev}`;
      this.outcomes.push({ pos: change.pos, outcome: 'stale', code: 'stale', detail });
      this.takeLateDay(change, current);
      return;
    }
    const next = this.next(change, current);
    if (next === null) return;
    const key = recordKey(change.kind, change.recordId);
    this.present.set(key, next);
    if (next.rev === current?.rev) return;
    this.changed.add(key);
    this.ticketTimes.set(key, change.occurredAt);
  }

  /** All that a revision that came late may say: when the money moved. */
  private takeLateDay(change: ChangeRow, current: RecordRow): void {
    if (current.op !== 'present') return;
    const isStated = current.origin['businessDate'] !== undefined;
    const content = withLateDay(current.content, change.content, isStated, () =>
      this.known.dayOf(change.occurredAt),
    );
    if (content === null) return;
    const key = recordKey(change.kind, change.recordId);
    const isSaid = !needsDay(change.content);
    const origin = isSaid ? { ...current.origin, businessDate: change.source } : current.origin;
    this.present.set(key, { ...current, rev: current.rev + 1, content, origin });
    this.changed.add(key);
    this.ticketTimes.set(key, change.occurredAt);
  }

  result(): Folded {
    const rows = [...this.present].map(([key, row]) => ({
      ...row,
      key,
      wasKnown: this.known.records.has(key),
    }));
    const records = rows.filter((row) => this.changed.has(row.key));
    for (const row of records) this.moveTicket(row, row.wasKnown);
    const claims = [...this.claims.values()].filter((claim) => claim !== null);
    return {
      records,
      touched: rows.filter((row) => !this.changed.has(row.key)),
      outcomes: this.outcomes,
      claims,
      // What changed hands is given up first: a SKU stands in the table once.
      releasedSkus: [...this.claims].flatMap(([sku, claim]) =>
        claim === null || this.known.skus.has(sku) ? [sku] : [],
      ),
      otherPayers: records.flatMap((row) =>
        hasOtherPayer(this.known.records.get(row.key)?.content ?? null, row.content)
          ? [row.recordId]
          : [],
      ),
      takenOver: claims.flatMap(({ sku, recordId }) => this.takenOver(sku, recordId)),
      stockSources: this.stockSources,
    };
  }

  private find(kind: Kind, recordId: string): RecordRow | undefined {
    const key = recordKey(kind, recordId);
    return this.present.get(key) ?? this.known.records.get(key);
  }

  private next(change: ChangeRow, current: RecordRow | undefined): RecordRow | null {
    const base = { kind: change.kind, recordId: change.recordId, sourceRev: change.sourceRev };
    // What takes over from a record of our own goes on after its revision.
    const rev = current?.rev ?? (this.hasOwnItem(change.content) ? ownRevision : 0);
    if (change.op === 'delete' || change.content === null || change.content.kind === 'inventory') {
      if (current?.content?.kind === 'product') this.release(change.recordId, []);
      const isSame = current?.op === 'absent';
      const { content = null, origin = {} } = current ?? {};
      return { ...base, rev: isSame ? rev : rev + 1, op: 'absent', content, origin };
    }
    // After a deletion it begins anew: what it held before may belong to others by now.
    const former = current?.op === 'present' ? current : undefined;
    const dated = withDay(
      merge(former?.content ?? null, change.content),
      former?.content ?? null,
      () => this.known.dayOf(change.occurredAt),
    );
    const sale = this.saleOf(saleOfGuest(dated));
    const content = withGuestCustomer(dated, former?.content ?? null, sale, this.known.guests);
    if (content.kind === 'product' && !this.claimSkus(change, content.body, current !== undefined))
      return null;
    const formerBody = former?.content?.body;
    const isSame =
      formerBody !== undefined && canonicalJson(formerBody) === canonicalJson(content.body);
    const origin = { ...former?.origin };
    for (const field of Object.keys(said(change.content).body)) origin[field] = change.source;
    return { ...base, rev: isSame ? rev : rev + 1, op: 'present', content, origin };
  }

  /** An order or an invoice by its id; null where neither is known. */
  private saleOf(recordId: string | null): RecordBody | null {
    if (recordId === null) return null;
    const sale = this.find('order', recordId) ?? this.find('invoice', recordId);
    return sale?.op === 'present' ? sale.content : null;
  }

  /** False (with an outcome) where another product of the till owns one of its SKUs. */
  private claimSkus(change: ChangeRow, product: ProductBody, hadSkus: boolean): boolean {
    const skus = skusOf(product);
    for (const sku of skus) {
      const owner = this.ownerOf(sku);
      if (owner === null || owner.recordId === change.recordId || isOwnRecord(owner.recordId))
        continue;
      const detail = `SKU ${sku} belongs to product ${owner.recordId}; give this product another SKU, or that one first`;
      this.outcomes.push({ pos: change.pos, outcome: 'failed', code: 'sku_taken', detail });
      return false;
    }
    if (hadSkus) this.release(change.recordId, skus);
    for (const sku of skus) {
      const owner = this.ownerOf(sku);
      if (owner !== null && !isOwnRecord(owner.recordId)) continue;
      this.claims.set(sku, { sku, recordId: change.recordId, code: this.codeOf(sku) });
    }
    return true;
  }

  private hasOwnItem(content: ChangeBody | null): boolean {
    const owner = content?.kind === 'product' ? this.ownerOf(content.body.sku) : null;
    return owner !== null && isOwnRecord(owner.recordId);
  }

  /** The record of our own that gives this SKU to this product; the books know an item by one, that of the product's own SKU. */
  private takenOver(sku: string, recordId: string): { from: string; to: string }[] {
    const owner = this.known.skus.get(sku);
    const product = this.present.get(recordKey('product', recordId))?.content;
    const isMain = product?.kind === 'product' && product.body.sku === sku;
    return owner !== undefined && isOwnRecord(owner.recordId) && isMain
      ? [{ from: owner.recordId, to: recordId }]
      : [];
  }

  /** A SKU that changes hands keeps its code. */
  private codeOf(sku: string): string {
    const given = this.newCodes.get(sku) ?? this.known.skus.get(sku)?.code;
    if (given !== undefined) return given;
    const code = codeForSku(
      sku,
      (folded) => this.newFolded.has(folded) || this.known.isCodeTaken(folded),
    );
    this.newCodes.set(sku, code);
    this.newFolded.add(foldSku(code));
    return code;
  }

  private ownerOf(sku: string): SkuClaim | null {
    const claim = this.claims.get(sku);
    return claim === undefined ? (this.known.skus.get(sku) ?? null) : claim;
  }

  /** Gives up the SKUs of a product that it does not keep. */
  private release(recordId: string, kept: readonly string[]): void {
    for (const sku of [...this.known.skus.keys(), ...this.claims.keys()]) {
      if (this.ownerOf(sku)?.recordId === recordId && !kept.includes(sku))
        this.claims.set(sku, null);
    }
  }

  private takeStock(change: ChangeRow, body: InventoryBody): void {
    const entry = inventoryEntry(change.eventId, change.recordId, body, change.occurredAt);
    this.stockSources.set(entry.sourceId, { entries: [entry], wasKnown: false });
  }

  private moveTicket(row: RecordRow, wasKnown: boolean): void {
    if (row.content?.kind !== 'order' && row.content?.kind !== 'refund') return;
    const occurredAt = this.ticketTimes.get(recordKey(row.kind, row.recordId)) ?? '';
    const entries =
      row.op === 'absent'
        ? []
        : ticketEntries(row.content, row.recordId, occurredAt, (sku) => this.isStockTracked(sku));
    this.stockSources.set(recordKey(row.kind, row.recordId), { entries, wasKnown });
  }

  private isStockTracked(sku: string): boolean {
    const claim = this.claims.get(sku);
    const product = claim ? this.present.get(recordKey('product', claim.recordId)) : undefined;
    if (product?.content?.kind !== 'product') return this.known.isStockTracked(sku);
    return product.content.body.trackStock;
  }
}

/** Whether an invoice is now another customer's, or in another currency, which has customers of its own. */
function hasOtherPayer(before: RecordBody | null, after: RecordBody | null): boolean {
  if (before?.kind !== 'invoice' || after?.kind !== 'invoice') return false;
  const [old, now] = [before.body, after.body];
  return customerIdOf(old) !== customerIdOf(now) || old.currency !== now.currency;
}
