import type { PoolClient } from 'pg';

import type { DeliveryEvent } from '../domain/delivery/delivery-state';
import { isOwnRecord } from '../domain/records/own-records';
import type { Kind } from '../domain/words';
import type { DeliveryRow } from './deliveries';
import { ownersOfRemote } from './known-products';
import type { LaneHold } from './lanes';
import type { RemoteState } from './delivery-updates';

// A thing of a system belongs to one record of a tenant (unique index `deliveries_remote`).

/** A settlement that may give a delivery a thing there. */
interface RemoteClaim {
  deliveryId: string;
  event: DeliveryEvent;
  remote?: RemoteState | undefined;
  cause?: string;
  detail?: string;
}

/**
 * Settlements as they may be written: one that would give a record what another one has is held
 * instead, with who has it. What was made for a guest goes to the customer of the till that was
 * found to be the same person.
 */
export async function withoutOthers<S extends RemoteClaim>(
  tx: PoolClient,
  lane: LaneHold,
  settlements: readonly S[],
  rows: readonly DeliveryRow[],
): Promise<S[]> {
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const claims = settlements.flatMap((settlement) => {
    const row = rowOf.get(settlement.deliveryId);
    const isThing =
      row?.kind === 'customer' || row?.kind === 'product' || row?.kind === 'inventory';
    return row === undefined || !isThing || settlement.remote === undefined
      ? []
      : [{ row, remoteId: settlement.remote.id }];
  });
  const taken = new Map<string, string>();
  const held = new Map<string, string>();
  for (const kind of new Set(claims.map(({ row }) => row.kind))) {
    const some = claims.filter(({ row }) => row.kind === kind);
    const owners = await ownersOfRemote(
      tx,
      { tenant: lane.tenant, system: lane.system },
      kind,
      some.map(({ remoteId }) => remoteId),
    );
    for (const { row, remoteId } of some) {
      const key = `${kind}/${remoteId}`;
      const first = taken.get(key);
      const owner = owners.get(remoteId);
      if (first !== undefined) held.set(row.id, first);
      else if (owner === undefined || owner.deliveryId === row.id) taken.set(key, row.recordId);
      else if (kind === 'inventory' || isGuestOf(kind, owner.recordId)) {
        await handOver(tx, owner.deliveryId, row.id);
        taken.set(key, row.recordId);
      } else held.set(row.id, owner.recordId);
    }
  }
  if (held.size === 0) return [...settlements];
  return settlements.map((settlement) => {
    const owner = held.get(settlement.deliveryId);
    return owner === undefined ? settlement : heldFor(settlement, owner);
  });
}

function isGuestOf(kind: Kind, recordId: string): boolean {
  return kind === 'customer' && isOwnRecord(recordId);
}

/**
 * The former owner has nothing of its own there any more; who refers to it finds the thing by the
 * new one.
 */
async function handOver(tx: PoolClient, from: string, to: string): Promise<void> {
  await tx.query(
    `UPDATE deliveries SET remote_id = NULL, remote_version = NULL, same_as = $2,
       changed_at = now() WHERE id = $1`,
    [from, to],
  );
}

function heldFor<S extends RemoteClaim>(settlement: S, owner: string): S {
  const { remote, ...rest } = settlement;
  const isSent = settlement.event.type !== 'adopted' && settlement.event.type !== 'stepped';
  const reason = 'ambiguous_match';
  const event = isSent ? { type: 'ambiguous' as const, reason } : { type: 'hold' as const, reason };
  const detail =
    `${remote?.id ?? ''} is found for it, which record ${owner} of yours has already. Tell ` +
    'the two apart (name, e-mail, SKU), then redrive';
  return {
    ...settlement,
    ...rest,
    remote: undefined,
    event,
    cause: 'ambiguous_match:shared',
    detail,
  };
}
