import {
  foldChanges,
  recordKey,
  type ChangeRow,
  type Folded,
  type RecordRow,
  type SkuClaim,
} from '../../domain/absorb';
import type { GuestRules } from '../../domain/guests';
import { guestId } from '../../domain/own-records';
import { foldSku } from '../../domain/sku-codes';

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
    sourceRev: given.kind === 'inventory' ? null : 1,
    occurredAt: '2026-11-21T10:00:00.000Z',
    ...given,
  };
}

/** What the tables hold between two folds. */
export class Memory {
  readonly records = new Map<string, RecordRow>();
  readonly skus = new Map<string, SkuClaim>();
  guests: GuestRules = { isOwn: () => false, customerOf: (email) => guestId(email) };

  fold(changes: readonly ChangeRow[]): Folded {
    const folded = foldChanges(changes, {
      records: this.records,
      skus: this.skus,
      isCodeTaken: (code) => [...this.skus.values()].some((claim) => foldSku(claim.code) === code),
      isStockTracked: () => true,
      dayOf: (instant) => instant.slice(0, 10),
      guests: this.guests,
    });
    for (const row of [...folded.records, ...folded.touched])
      this.records.set(recordKey(row.kind, row.recordId), row);
    for (const sku of folded.releasedSkus) this.skus.delete(sku);
    for (const claim of folded.claims) this.insert(claim);
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
