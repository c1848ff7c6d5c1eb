import type { AbsorbTransaction } from '../../database/absorb-store';
import type { DeliveryRow } from '../../database/deliveries';
import { ownersOfRemote } from '../../database/known-products';
import { groupBy } from '../../domain/group-by';
import { recordKey, type RecordRow } from '../../domain/records/absorb';
import type { Shown } from '../../domain/records/folded';
import type { Target } from '../../domain/words';
import { keyOf } from '../../domain/records/record-references';

// What a system showed us is there already: it does not get its own change back.

/** Of what systems showed, by `kind/recordId`, that whose thing no other record has. */
export async function shownAlone(
  tx: AbsorbTransaction,
  tenant: number,
  records: readonly RecordRow[],
  shown: ReadonlyMap<string, Shown>,
): Promise<ReadonlyMap<string, Shown>> {
  const things = records.flatMap((record) => {
    const one = shown.get(keyOf(record));
    return one === undefined ? [] : [{ kind: record.kind, recordId: record.recordId, ...one }];
  });
  const alone = new Map<string, Shown>();
  for (const alike of groupBy(things, ({ kind, system }) => `${system} ${kind}`).values()) {
    const [{ kind, system } = { kind: null, system: null }] = alike;
    if (kind === null) continue;
    const ids = alike.map(({ remoteId }) => remoteId);
    const owners = await ownersOfRemote(tx, { tenant, system }, kind, ids);
    const ownerOf = new Map([...owners].map(([id, { recordId }]) => [id, recordId]));
    for (const { recordId, remoteId } of alike) {
      const owner = ownerOf.get(remoteId) ?? recordId;
      ownerOf.set(remoteId, owner);
      if (owner === recordId) alone.set(recordKey(kind, recordId), { system, remoteId });
    }
  }
  return alone;
}

/**
 * The id of what this system showed like it is now; null where it did not, or where something of
 * ours that it does not have was on its way there.
 */
export function remoteIdShown(
  shown: Shown | undefined,
  system: Target,
  row: DeliveryRow | undefined,
): string | null {
  if (shown?.system !== system) return null;
  return row === undefined || (row.state === 'delivered' && row.hasRemote) ? shown.remoteId : null;
}
