import type { AbsorbTransaction } from '../../database/absorb-store';
import { readRecords } from '../../database/absorb-store';
import { deletedWithoutRemote, waitedFor } from '../../database/deleted-things';
import { isTicket } from '../../domain/posting/guests';
import { type RecordRow } from '../../domain/records/absorb';
import { keyOf, thingsReferredTo, type Thing } from '../../domain/records/record-references';
import { productsMeant } from './articles-named';

/**
 * Products and customers that were deleted before QuickBooks had them although a ticket names them,
 * as if they stood still: the ticket is posted as it is where the deletion comes after the delivery
 * (a deletion stays local). `records`: those that changed; `products`: by the SKUs that they name.
 */
export async function neededThoughDeleted(
  tx: AbsorbTransaction,
  tenant: number,
  records: readonly RecordRow[],
  products: ReadonlyMap<string, string>,
): Promise<RecordRow[]> {
  const named = thingsNamed(records, products);
  const gone = records.filter(
    ({ kind, op }) => op === 'absent' && (kind === 'product' || kind === 'customer'),
  );
  const things = new Map(
    [...named, ...(await waitedFor(tx, tenant, 'qbo', gone))].map((thing) => [keyOf(thing), thing]),
  );
  const changed = new Map(records.map((row) => [keyOf(row), row]));
  const isAbsent = (thing: Thing): boolean => changed.get(keyOf(thing))?.op !== 'present';
  const without = await deletedWithoutRemote(
    tx,
    tenant,
    'qbo',
    [...things.values()].filter(isAbsent),
  );
  const outside = without.filter((thing) => !changed.has(keyOf(thing)));
  const others = await readRecords(tx, tenant, outside);
  const inBatch = without.flatMap((thing) => changed.get(keyOf(thing)) ?? []);
  return [...inBatch, ...others].flatMap((row) =>
    row.content === null ? [] : [{ ...row, op: 'present' as const }],
  );
}

/** Products and customers that tickets among these records name. */
function thingsNamed(
  records: readonly RecordRow[],
  products: ReadonlyMap<string, string>,
): Thing[] {
  const present = records.filter(({ op }) => op === 'present');
  return [
    ...present
      .filter(({ content }) => isTicket(content))
      .flatMap((row) => productsMeant(row, products)),
    ...present
      .flatMap(({ content }) => thingsReferredTo(content))
      .filter(({ kind }) => kind === 'customer'),
  ];
}
