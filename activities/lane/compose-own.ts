import type { Pool } from 'pg';

import type { Composed, Outgoing } from '../../connectors/contract';
import { ownersOfRemote } from '../../database/known-products';
import type { PickedDelivery } from '../../database/outgoing';
import { groupBy } from '../../domain/group-by';
import { isOwnRecord } from '../../domain/records/own-records';
import type { Kind } from '../../domain/words';
import type { LaneTurn } from './turn';

// What is found in a system belongs to one record of ours at most (ADR 0015).

/** A delivery with what the connector composes it from. */
export interface BuiltItem {
  delivery: PickedDelivery;
  item: Outgoing;
}

/** A look-up may find what other records of ours have: then it is composed again without those. */
const othersMax = 10;

/** Composes these; what is found there is taken by one record only, the first that finds it. */
export async function composeOwn(
  pool: Pool,
  turn: LaneTurn,
  entries: readonly BuiltItem[],
  compose: (entry: BuiltItem) => Composed,
): Promise<{ delivery: PickedDelivery; composed: Composed }[]> {
  const done: { delivery: PickedDelivery; composed: Composed }[] = [];
  let left = [...entries];
  for (let tries = 0; left.length > 0; tries++) {
    const composed = left.map((entry) => ({ ...entry, composed: compose(entry) }));
    const found = composed.flatMap(({ delivery: { kind }, item, composed: one }) =>
      foundBy(item, one).map((remoteId) => ({ kind, remoteId })),
    );
    const owners = await ownersOfThings(pool, turn, found);
    left = composed.flatMap(({ delivery, item, composed: one }): BuiltItem[] => {
      const takes = one.type === 'adopt' || one.type === 'write';
      const others = foundBy(item, one).filter(
        (remoteId) => !turn.adopt(thingKey(delivery.kind, remoteId), delivery.id, owners, takes),
      );
      if (others.length > 0 && tries < othersMax)
        return [
          { delivery, item: { ...item, others: new Set([...(item.others ?? []), ...others]) } },
        ];
      done.push({ delivery, composed: others.length > 0 && takes ? manyOthers : one });
      return [];
    });
  }
  return done;
}

const manyOthers: Composed = {
  type: 'hold',
  reason: 'ambiguous_match',
  cause: 'ambiguous_match:shared',
  detail:
    'Whatever is found for it belongs to other records. Tell them apart (name, e-mail, ' +
    'SKU), then redrive',
};

/** What was there before and this takes for its own, or cannot tell from its own. */
function foundBy({ remoteId, record }: Outgoing, composed: Composed): readonly string[] {
  if (remoteId !== null || (record.kind !== 'customer' && record.kind !== 'product')) return [];
  if (composed.type === 'adopt') return [composed.remoteId];
  if (composed.type === 'hold') return composed.among ?? [];
  return composed.type === 'write' && composed.adopts !== undefined ? [composed.adopts] : [];
}

function thingKey(kind: Kind, remoteId: string): string {
  return `${kind}/${remoteId}`;
}

/**
 * Deliveries that have these things, by `kind/remoteId`; not of guests of whom a customer of the
 * till may be one.
 */
async function ownersOfThings(
  pool: Pool,
  { tenant, system }: LaneTurn,
  things: readonly { kind: Kind; remoteId: string }[],
): Promise<Map<string, string>> {
  const owners = new Map<string, string>();
  for (const [kind, some] of groupBy(things, (thing) => thing.kind)) {
    const ids = some.map(({ remoteId }) => remoteId);
    for (const [remoteId, owner] of await ownersOfRemote(pool, { tenant, system }, kind, ids))
      if (kind !== 'customer' || !isOwnRecord(owner.recordId))
        owners.set(thingKey(kind, remoteId), owner.deliveryId);
  }
  return owners;
}
