import { textIn } from '../../json';
import { faults } from '../fault';
import { type MovementDraft, type WriteContext } from '../kind';
import { referenceId } from '../reference';
import { rowOf } from '../tables';
import { type SalesLine } from './lines';

/** The goods a sales form moves: out with a sale, back with a return (quickbooks.md#items). */
export function stockMovements(
  { realm }: WriteContext,
  lines: readonly SalesLine[],
  sign: 1n | -1n,
  date: string,
): MovementDraft[] {
  const drafts: MovementDraft[] = [];
  for (const { goods } of lines) {
    const item = goods === null ? undefined : rowOf(realm, 'Item', goods.itemId);
    if (goods === null || item === undefined) continue;
    const startDate = textIn(item, 'InvStartDate');
    if (startDate !== undefined && date < startDate) {
      throw faults.business('Transaction date is prior to start date for inventory item');
    }
    const contraAccountId = referenceId(item['ExpenseAccountRef']);
    if (contraAccountId === undefined) throw faults.business('The item has no expense account');
    drafts.push({
      itemId: goods.itemId,
      quantity: -goods.quantity * sign,
      costMinor: null,
      contraAccountId,
    });
  }
  return drafts.filter(({ quantity }) => quantity !== 0n);
}
