import {
  foldChanges,
  recordKey,
  type ChangeRow,
  type RecordRow,
} from '../../domain/records/absorb';
import type { Folded } from '../../domain/records/folded';
import type { SkuClaim, SkuHolder } from '../../domain/records/articles';
import type { GuestRules } from '../../domain/posting/guests';
import { guestId } from '../../domain/records/own-records';
import { foldSku } from '../../domain/records/sku-codes';

// Records and SKUs in memory, for folding change by change or in batches as absorb does.

let position = 0;

/** A change with a position and a time of its own. */
export function change(
  given: Pick<ChangeRow, 'kind' | 'recordId' | 'content'> & Partial<ChangeRow>,
): ChangeRow {
  position += 1;
  return {
    pos: position,
    source: 'pos',
    eventId: `e${position}`,
    op: given.content === null ? 'delete' : 'upsert',
    remoteId: null,
    sourceRev: given.kind === 'inventory' ? null : 1,
    occurredAt: '2026-11-21T10:00:00.000Z',
    ...given,
  };
}

/** What the tables hold between two folds. */
export class Memory {
  readonly records = new Map<string, RecordRow>();
  readonly skus = new Map<string, SkuClaim>();
  readonly holders = new Map<string, SkuHolder[]>();
  readonly waiting = new Map<number, ChangeRow>();
  /** What is posted, by `kind/recordId`. */
  readonly posted = new Map<string, string>();
  /** When each ticket first occurred. */
  readonly firstTimes = new Map<string, string>();
  guests: GuestRules = { isOwn: () => false, customerOf: (email) => guestId(email) };

  fold(changes: readonly ChangeRow[]): Folded {
    for (const { kind, recordId, occurredAt } of changes) {
      const key = recordKey(kind, recordId);
      const known = this.firstTimes.get(key) ?? occurredAt;
      this.firstTimes.set(key, known < occurredAt ? known : occurredAt);
    }
    const folded = foldChanges(changes, {
      records: this.records,
      claims: this.skus,
      holders: this.holders,
      waiting: [...this.waiting.values()],
      isCodeTaken: (code) => [...this.skus.values()].some((claim) => foldSku(claim.code) === code),
      isStockTracked: () => true,
      dayOf: (instant) => instant.slice(0, 10),
      guests: this.guests,
      firstAt: (key) => this.firstTimes.get(key) ?? null,
      postedAs: (kind, recordId) => this.posted.get(recordKey(kind, recordId)) ?? null,
    });
    for (const row of [...folded.records, ...folded.touched])
      this.records.set(recordKey(row.kind, row.recordId), row);
    for (const sku of folded.skus.released) this.skus.delete(sku);
    for (const claim of folded.skus.claims) this.insert(claim);
    for (const holder of folded.skus.holders)
      this.holders.set(holder.sku, [...(this.holders.get(holder.sku) ?? []), holder]);
    for (const pos of folded.waits.ended) this.waiting.delete(pos);
    for (const { pos } of folded.waits.begun) {
      const begun = changes.find((change) => change.pos === pos);
      if (begun !== undefined) this.waiting.set(pos, begun);
    }
    return folded;
  }

  /** As the table does: a SKU and its code are unique. */
  private insert(claim: SkuClaim): void {
    const codes = [...this.skus.values()].map(({ code }) => foldSku(code));
    if (this.skus.has(claim.sku)) throw new Error(`SKU ${claim.sku} is there already`);
    if (codes.includes(foldSku(claim.code))) throw new Error(`code ${claim.code} is given already`);
    this.skus.set(claim.sku, claim);
  }

  record(kind: RecordRow['kind'], recordId: string): RecordRow {
    const row = this.records.get(recordKey(kind, recordId));
    if (row === undefined) throw new Error(`no ${kind} ${recordId}`);
    return row;
  }
}
