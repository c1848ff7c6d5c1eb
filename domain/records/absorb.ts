import { articlesOf, type Article } from './articles';
import type { ChangeBody, MoneyChange, ProductBody, RecordBody } from '../bodies';
import { needsDay, withDay, withLateDay } from '../business-day';
import { canonicalJson } from '../canonical';
import {
  hasOtherPayer,
  postedNotDeleted,
  skuTaken,
  staleAfter,
  type Outcome,
} from './fold-outcomes';
import { StockFold } from './fold-stock';
import { isTicket, saleOfGuest, withGuestCustomer } from '../posting/guests';
import { withProducts } from './line-products';
import type { Folded, Known, Shown } from './folded';
import { merge, said } from './merge-bodies';
import { isOwnRecord, ownRevision } from './own-records';
import { ProductWaits } from './product-waits';
import { keyOf, saleIdOf } from './record-references';
import { RefundsOfSales } from './refunds-of-sales';
import type { ChangeRow, RecordRow } from '../rows';
import { ticketSource, type StockSource } from '../stock/stock';
import { SkuBook, type Wish } from './sku-book';
import type { Kind } from '../words';

// Folds changes into what is true now. Pure: the activity loads what is needed and writes what
// comes out.

export type { ChangeRow, RecordRow } from '../rows';

export function recordKey(kind: Kind, recordId: string): string {
  return keyOf({ kind, recordId });
}

/**
 * Folds changes in order of their positions. A change that cannot be taken gets an outcome and
 * blocks nobody.
 */
export function foldChanges(changes: readonly ChangeRow[], known: Known): Folded {
  const fold = new Fold(known);
  for (const change of changes) fold.take(change);
  return fold.result();
}

class Fold {
  private readonly present = new Map<string, RecordRow>();
  /** Of each record that changed, where it stands as it does now; null where nowhere. */
  private readonly changed = new Map<string, Shown | null>();
  private readonly sent = new Set<string>();
  private readonly refunds = new RefundsOfSales();
  private readonly outcomes: Outcome[] = [];
  private readonly ticketTimes = new Map<string, string>();
  private readonly late = new Map<string, StockSource>();
  private readonly book: SkuBook;
  private readonly waits: ProductWaits;
  private readonly stock: StockFold;
  private readonly known: Known;

  constructor(known: Known) {
    this.known = known;
    this.book = new SkuBook(known);
    this.stock = new StockFold(this.book, {
      timeOf: (key) => this.ticketTimes.get(key) ?? known.firstAt(key) ?? '',
      productOf: (recordId) => this.productOf(recordId),
      isStockTracked: known.isStockTracked,
    });
    this.waits = new ProductWaits(known.waiting, {
      ownerOf: (sku) => this.book.ownerOf(sku),
      isGivenUp: (owner, sku) => this.isGivenUp(owner, sku),
      wishOf: (recordId, changes) => this.wishOf(recordId, changes),
    });
    for (const row of known.records.values()) this.refunds.note(row);
  }

  take(change: ChangeRow): void {
    if (change.kind === 'inventory') {
      this.stock.take(change);
      return;
    }
    if (change.op === 'upsert') this.noteTime(change);
    if (this.isStale(change) || this.isPosted(change)) return;
    if (change.kind === 'product' && change.op === 'upsert') {
      // Of one revision the later is the correction.
      this.dropWaiting(change);
      this.waits.add(change);
    } else this.apply(change);
    if (change.kind === 'product') this.applyFree(change.recordId);
  }

  /** All that a revision that came late may say: when the money moved. */
  private takeLateDay(change: ChangeRow, current: RecordRow): void {
    if (current.op !== 'present') return;
    const isStated = current.origin['businessDate'] !== undefined;
    const content = withLateDay(current.content, change.content, isStated, () =>
      this.known.dayOf(change.occurredAt),
    );
    if (content === null) return;
    const key = keyOf(change);
    const isSaid = !needsDay(change.content);
    const origin = isSaid ? { ...current.origin, businessDate: change.source } : current.origin;
    this.present.set(key, { ...current, rev: current.rev + 1, content, origin });
    this.noteChange(key, change);
  }

  /**
   * Goods move when their ticket first occurs: an edit corrects what moved then, and a count since
   * then has seen it.
   */
  private noteTime({ kind, recordId, occurredAt }: ChangeRow): void {
    const key = recordKey(kind, recordId);
    const known = this.ticketTimes.get(key) ?? this.known.firstAt(key) ?? occurredAt;
    this.ticketTimes.set(key, known < occurredAt ? known : occurredAt);
  }

  result(): Folded {
    const rows = [...this.present].map(([key, row]) => ({
      ...row,
      key,
      wasKnown: this.known.records.has(key),
      before: this.known.records.get(key)?.content ?? null,
      shown: this.changed.get(key) ?? null,
      isSent: this.sent.has(key),
    }));
    const waits = this.waits.changes();
    const records = rows.filter((row) => this.changed.has(row.key));
    const skus = this.book.changes();
    return {
      records,
      touched: rows.filter((row) => !this.changed.has(row.key)),
      outcomes: [...this.outcomes, ...waits.begun.map(skuTaken)],
      skus,
      waits,
      otherPayers: records.flatMap((row) =>
        hasOtherPayer(this.known.records.get(row.key)?.content ?? null, row.content)
          ? [row.recordId]
          : [],
      ),
      takenOver: skus.claims.flatMap(({ sku, recordId }) => this.takenOver(sku, recordId)),
      trackingChanged: records.flatMap((row) => this.trackingChanged(row)),
      movedStock: this.stock.movedBy(records),
      lateTickets: new Map(
        [...this.late].map(([key, source]) => [
          key,
          { ...source, occurredAt: this.ticketTimes.get(key) ?? '' },
        ]),
      ),
    };
  }

  private find(kind: Kind, recordId: string): RecordRow | undefined {
    const key = recordKey(kind, recordId);
    return this.present.get(key) ?? this.known.records.get(key);
  }

  /**
   * True (with an outcome) where the record has this revision or a newer one, or a newer one waits.
   */
  private isStale(change: ChangeRow): boolean {
    const { kind, recordId, source } = change;
    const former = this.find(kind, recordId)?.sourceRevs[source] ?? null;
    const sourceRev = change.sourceRev ?? 0;
    const waiting = kind === 'product' ? this.waits.newestOf(recordId, source) : null;
    const newer = former !== null && sourceRev <= former ? former : waiting;
    if (newer === null || sourceRev > newer || (newer === waiting && sourceRev === newer))
      return false;
    this.outcomes.push(staleAfter(change, newer));
    const current = this.find(kind, recordId);
    if (current !== undefined) this.takeLateDay(change, current);
    if (kind === 'order' || kind === 'refund')
      this.late.set(recordKey(kind, recordId), ticketSource(kind, recordId));
    return true;
  }

  /**
   * True (with an outcome) for a deletion of what is posted: neither the books nor the stock follow
   * it, so nothing does.
   */
  private isPosted(change: ChangeRow): boolean {
    const { op, kind, recordId } = change;
    if (op !== 'delete' || this.find(kind, recordId)?.op !== 'present') return false;
    const postedAs = this.known.postedAs(kind, recordId);
    if (postedAs === null) return false;
    this.outcomes.push(postedNotDeleted(change, postedAs));
    return true;
  }

  private dropWaiting(change: ChangeRow): void {
    for (const old of this.waits.endUpTo(change))
      this.outcomes.push(staleAfter(old, change.sourceRev ?? 0));
  }

  /**
   * Applies what waits for SKUs that are free now; several products at once where they swap them.
   */
  private applyFree(firstId: string): void {
    for (let ids: string[] | null = [firstId]; ids !== null; ids = this.waits.nextFree()) {
      const group = ids.flatMap((recordId) => this.waits.freeWith(recordId) ?? []);
      const wishes = group.flatMap((recordId) => this.waits.wishOf(recordId) ?? []);
      for (const recordId of this.book.give(wishes)) this.evict(recordId);
      const changes = group.flatMap((recordId) => this.waits.end(recordId));
      for (const change of changes.sort((a, b) => a.pos - b.pos)) this.apply(change);
    }
  }

  private apply(change: ChangeRow): void {
    const key = keyOf(change);
    const current = this.find(change.kind, change.recordId);
    const next = this.next(change, current);
    this.present.set(key, next);
    if (change.kind === 'product') this.dropWaiting(change);
    this.sent.add(key);
    if (next.rev !== current?.rev) this.noteChange(key, change);
    this.refunds.note(next);
    if (next.kind === 'order' || next.kind === 'invoice') this.giveBackAsSold(next.recordId);
  }

  /** Refunds that came before their sale give back what it says was sold. */
  private giveBackAsSold(saleId: string): void {
    const find = (recordId: string): RecordRow | undefined => this.find('refund', recordId);
    for (const row of this.refunds.meantAnew(saleId, this.saleOf(saleId), find)) {
      const key = recordKey('refund', row.recordId);
      this.present.set(key, row);
      this.noteChange(key);
    }
  }

  private noteChange(key: string, change?: ChangeRow): void {
    const { source = 'pos', remoteId = null } = change ?? {};
    const before = this.changed.get(key);
    const isShown = source !== 'pos' && remoteId !== null && before !== null;
    const isAlone = before === undefined || before?.system === source;
    this.changed.set(key, isShown && isAlone ? { system: source, remoteId } : null);
  }

  private next(change: ChangeRow, current: RecordRow | undefined): RecordRow {
    const { kind, recordId, source, sourceRev } = change;
    const revs = current?.sourceRevs;
    const sourceRevs = sourceRev === null ? { ...revs } : { ...revs, [source]: sourceRev };
    const base = { kind, recordId, sourceRevs };
    // What takes over from a record of our own goes on after its revision.
    const rev = current?.rev ?? (this.hasOwnItem(change.content) ? ownRevision : 0);
    if (change.op === 'delete' || change.content === null || change.content.kind === 'inventory') {
      const isSame = current?.op === 'absent';
      const { content = null, origin = {} } = current ?? {};
      return { ...base, rev: isSame ? rev : rev + 1, op: 'absent', content, origin };
    }
    // After a deletion it begins anew: what it held before may belong to others by now.
    const former = current?.op === 'present' ? current : undefined;
    const content = this.absorbed(merge(former?.content ?? null, change.content), former, change);
    const formerBody = former?.content?.body;
    const isSame =
      formerBody !== undefined && canonicalJson(formerBody) === canonicalJson(content.body);
    const origin = { ...former?.origin };
    for (const field of Object.keys(said(change.content).body)) origin[field] = change.source;
    return { ...base, rev: isSame ? rev : rev + 1, op: 'present', content, origin };
  }

  /**
   * With what only we can say of it: its day, the customer of a guest, the products that its lines
   * mean.
   */
  private absorbed(
    merged: RecordBody | MoneyChange,
    former: RecordRow | undefined,
    { occurredAt }: ChangeRow,
  ): RecordBody {
    const before = former?.content ?? null;
    const dated = withDay(merged, before, () => this.known.dayOf(occurredAt));
    const sale = this.saleOf(saleOfGuest(dated));
    const booked = withGuestCustomer(dated, before, sale, this.known.guests);
    if (!isTicket(booked)) return booked;
    const given = booked.kind === 'refund' ? this.saleOf(saleIdOf(booked)) : null;
    const productAt = (sku: string): string | null =>
      this.book.articleAt(sku, occurredAt)?.recordId ?? null;
    return withProducts(booked, [given, before], productAt);
  }

  /** An order or an invoice by its id; null where neither is known. */
  private saleOf(recordId: string | null): RecordBody | null {
    if (recordId === null) return null;
    const sale = this.find('order', recordId) ?? this.find('invoice', recordId);
    return sale?.op === 'present' ? sale.content : null;
  }

  /**
   * The SKUs that a product would have after these changes. One that nobody sells takes none from
   * others.
   */
  private wishOf(recordId: string, changes: readonly ChangeRow[]): Wish | null {
    const current = this.find('product', recordId);
    let content: RecordBody | MoneyChange | null =
      current?.op === 'present' ? current.content : null;
    for (const change of changes) {
      if (change.content?.kind === 'product') content = merge(content, change.content);
    }
    const last = changes.at(-1);
    if (content?.kind !== 'product' || last === undefined) return null;
    const articles = articlesOf(content.body);
    if (content.body.status === 'archived') this.leaveToOthers(recordId, articles);
    return { recordId, articles, fromAt: last.occurredAt, pos: last.pos };
  }

  private leaveToOthers(recordId: string, articles: Map<string, string>): void {
    for (const [slot, sku] of articles) {
      const owner = this.book.ownerOf(sku);
      const isFree = owner === null || owner.recordId === recordId || isOwnRecord(owner.recordId);
      const present = this.book.skuOf({ recordId, slot });
      if (isFree) continue;
      if (present === null) articles.delete(slot);
      else articles.set(slot, present);
    }
  }

  /**
   * Whether another product may take this SKU: its owner is deleted or archived, or does not list
   * it any more.
   */
  private isGivenUp({ recordId, slot }: Article, sku: string): boolean {
    if (isOwnRecord(recordId)) return true;
    const owner = this.find('product', recordId);
    if (owner === undefined) return false;
    if (owner.op === 'absent' || owner.content?.kind !== 'product') return true;
    const { body } = owner.content;
    return body.status === 'archived' || articlesOf(body).get(slot) !== sku;
  }

  /**
   * A product whose SKU went to another: it gets another name in each system, at a new revision.
   */
  private evict(recordId: string): void {
    const row = this.find('product', recordId);
    if (row === undefined) return;
    const key = recordKey('product', recordId);
    this.present.set(key, { ...row, rev: row.rev + 1 });
    this.noteChange(key);
  }

  private hasOwnItem(content: ChangeBody | null): boolean {
    const owner = content?.kind === 'product' ? this.known.claims.get(content.body.sku) : undefined;
    return owner !== undefined && isOwnRecord(owner.recordId);
  }

  /**
   * The record of our own that gives this SKU to this product; the books know an item by one, that
   * of the product's own SKU.
   */
  private takenOver(sku: string, recordId: string): { from: string; to: string }[] {
    const owner = this.known.claims.get(sku);
    const product = this.present.get(recordKey('product', recordId))?.content;
    const isMain = product?.kind === 'product' && product.body.sku === sku;
    return owner !== undefined && isOwnRecord(owner.recordId) && isMain
      ? [{ from: owner.recordId, to: recordId }]
      : [];
  }

  private trackingChanged(row: RecordRow): string[] {
    const { recordId, content } = row;
    const before = this.known.records.get(keyOf(row))?.content;
    if (content?.kind !== 'product' || before?.kind !== 'product') return [];
    if (content.body.trackStock === before.body.trackStock) return [];
    const slots = [...articlesOf(content.body).keys()];
    return slots.flatMap((slot) => this.book.skuOf({ recordId, slot }) ?? []);
  }

  private productOf(recordId: string): ProductBody | null {
    const content = this.present.get(recordKey('product', recordId))?.content;
    return content?.kind === 'product' ? content.body : null;
  }
}
