import type { RecordBody } from '../bodies';
import type { RecordRow } from '../rows';
import { meantAsSold } from './line-products';
import { saleIdOf } from './record-references';

/** Which refunds name which sale, while changes are folded. */
export class RefundsOfSales {
  /** Record ids of those that name a sale, or did, by the sale's. */
  private readonly refundIds = new Map<string, Set<string>>();

  note({ kind, recordId, content }: RecordRow): void {
    const saleId = kind === 'refund' ? saleIdOf(content) : null;
    if (saleId === null) return;
    this.refundIds.set(saleId, (this.refundIds.get(saleId) ?? new Set()).add(recordId));
  }

  /**
   * The refunds that came before what their sale says now and mean other products than were sold,
   * each as it means those, at a new revision. `find`: a refund as it stands now.
   */
  meantAnew(
    saleId: string,
    sale: RecordBody | null,
    find: (recordId: string) => RecordRow | undefined,
  ): RecordRow[] {
    return [...(this.refundIds.get(saleId) ?? [])].flatMap((recordId) => {
      const row = find(recordId);
      if (row?.op !== 'present' || row.content === null) return [];
      const content = saleIdOf(row.content) === saleId ? meantAsSold(row.content, sale) : null;
      return content === null ? [] : [{ ...row, rev: row.rev + 1, content }];
    });
  }
}
