import type { AbsorbTransaction } from '../../database/absorb-store';
import { discardedAmong } from '../../database/deliveries';
import { recordKey, type RecordRow } from '../../domain/records/absorb';

/**
 * The records among these, each at a new revision, of which an operator discarded a delivery: the
 * POS said them again as they were, so that they are wanted again. `same`: those that were said
 * anew and in which nothing changed.
 */
export async function sentAgain(
  tx: AbsorbTransaction,
  tenant: number,
  same: readonly RecordRow[],
): Promise<RecordRow[]> {
  const present = same.filter(({ op }) => op === 'present');
  const discarded = await discardedAmong(tx, tenant, present);
  return present
    .filter(({ kind, recordId }) => discarded.has(recordKey(kind, recordId)))
    .map((row) => ({ ...row, rev: row.rev + 1 }));
}
