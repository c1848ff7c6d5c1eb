import type { Pool } from 'pg';

import { withCursor } from '../../database/absorb-store';
import type { PickedDelivery } from '../../database/outgoing';
import { postingInForce } from '../../database/settings';
import type { MemberSettlement } from '../../database/settlements';
import type { LaneTurn } from './turn';
import { makeItems } from '../absorb/unmapped-items';
import { wantDeliveries } from '../absorb/want-deliveries';

/**
 * Items for what a turn found missing: of tickets that were absorbed while the setting was another.
 * Those are held for it now and go on when the item is there.
 */
export async function makeMissingItems(
  pool: Pool,
  { tenant, now }: LaneTurn,
  picked: readonly PickedDelivery[],
  settlements: readonly MemberSettlement[],
): Promise<void> {
  const missing = new Set(
    settlements.flatMap(({ waitsFor = [] }) =>
      waitsFor.flatMap(({ kind, ref }) => (kind === 'sku' ? [ref] : [])),
    ),
  );
  if (missing.size === 0) return;
  const { value: posting } = await postingInForce(pool, tenant);
  if (posting.item.unmapped !== 'create') return;
  await withCursor(pool, tenant, async (tx) => {
    const names = new Map([...missing].map((sku) => [sku, sku]));
    for (const { record } of picked) {
      if (record === null || !('lines' in record.body)) continue;
      for (const { sku, name } of record.body.lines)
        if (names.get(sku) === sku && name.trim() !== '') names.set(sku, name);
    }
    await wantDeliveries(tx, tenant, await makeItems(tx, tenant, names), { nowMs: now });
  });
}
