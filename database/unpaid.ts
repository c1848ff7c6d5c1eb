import type { PoolClient } from 'pg';

import { transition } from '../domain/delivery-state';
import { unpaid } from '../domain/posting/unpaid';
import type { Target } from '../domain/words';
import { deliveryColumns, type DeliveryRow } from './deliveries';
import { updateDeliveries } from './delivery-updates';

/** Sets invoices going that waited for money (accounting.md 3); answers how many it opened. */
export async function wakeUnpaid(
  tx: PoolClient,
  tenant: number,
  system: Target,
  invoiceIds: readonly string[],
): Promise<number> {
  if (invoiceIds.length === 0) return 0;
  const held = await tx.query<DeliveryRow>(
    `SELECT ${deliveryColumns} FROM deliveries d WHERE d.tenant = $1 AND d.id = ANY (ARRAY(
       SELECT x.id FROM json_array_elements_text($3::json) AS k(id) CROSS JOIN LATERAL
         (SELECT id FROM deliveries WHERE tenant = $1 AND system = $2 AND kind = 'invoice' AND record_id = k.id OFFSET 0) x))
     AND d.state = 'held' AND d.reason = $4 ORDER BY d.id FOR UPDATE`,
    [tenant, system, JSON.stringify([...new Set(invoiceIds)]), unpaid],
  );
  const opened = await updateDeliveries(
    tx,
    tenant,
    held.rows.flatMap((row) => {
      const after = transition(row, { type: 'redrive', resting: 'waiting', nowMs: row.dueAtMs });
      return after === null ? [] : [{ row, after }];
    }),
  );
  return opened.get(system) ?? 0;
}
