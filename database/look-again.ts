import type { PoolClient } from 'pg';

import { transition } from '../domain/delivery/delivery-state';
import { comparedHolds, isComparedHold } from '../domain/posting/compared-holds';
import type { Thing } from '../domain/records/record-references';
import type { Target } from '../domain/words';
import { deliveryColumns, type DeliveryRow } from './deliveries';
import { updateDeliveries } from './delivery-updates';
import { keysJson } from './pool';

/** Records that name one sale, or payouts that list one thing, as far as they are looked at. */
const namingMax = 201;

/** A record that others are compared with. `afterId`: only deliveries that came after this one. */
export interface ComparedThing extends Thing {
  afterId?: string | undefined;
}

interface Compared {
  things: readonly ComparedThing[];
  saleIds?: readonly string[];
  listed?: readonly Thing[];
}

/**
 * Sets going what is held because it was compared with these records, or with what they name:
 * refunds, payments and deposits of one sale, that sale, and payouts that list them; an invoice and
 * its payments are listed as one. What waits still is marked: whoever composed it before this knows
 * nothing of the change, and his hold is passed over (`settlements.ts`). Answers how many it
 * opened. `saleIds`: sales beside those that the records name now; `listed`: what payouts among
 * them listed before.
 */
export async function lookAgain(
  tx: PoolClient,
  tenant: number,
  system: Target,
  { things, saleIds = [], listed = [] }: Compared,
): Promise<number> {
  if (things.length + saleIds.length + listed.length === 0) return 0;
  const found = await tx.query<DeliveryRow>(
    `WITH t AS (SELECT kind, id, after FROM json_to_recordset($3::json) AS x(kind text, id text,
       after bigint)),
     s AS (SELECT id, after, true AS "isInvoice" FROM t WHERE kind IN ('order', 'invoice')
       UNION SELECT id, 0, true FROM json_array_elements_text($4::json) AS x(id)
       UNION SELECT e.sale_id, t.after, t.kind = 'refund' OR EXISTS (SELECT FROM records
           WHERE tenant = $1 AND kind = 'payment' AND record_id = t.id
             AND body ->> 'invoiceId' IS NOT NULL)
         FROM t CROSS JOIN LATERAL (SELECT sale_id, left_sale_id FROM sale_entries
           WHERE tenant = $1 AND kind = t.kind AND record_id = t.id LIMIT 1) o
         CROSS JOIN LATERAL unnest(ARRAY[o.sale_id, o.left_sale_id]) AS e(sale_id)
         WHERE e.sale_id IS NOT NULL),
     l AS (SELECT kind, id, after FROM t UNION SELECT 'invoice', id, after FROM s WHERE "isInvoice"
       UNION SELECT e.kind, e.id, t.after FROM t CROSS JOIN LATERAL
         (SELECT kind, record_id AS id FROM payout_entries WHERE tenant = $1 AND t.kind = 'payout'
           AND payout_id = t.id) e
       UNION SELECT kind, id, 0 FROM json_to_recordset($7::json) AS x(kind text, id text)),
     f AS (SELECT id, after FROM l WHERE kind = 'invoice' UNION SELECT e.id, l.after FROM l
         CROSS JOIN LATERAL (SELECT body ->> 'invoiceId' AS id FROM records WHERE tenant = $1
           AND l.kind = 'payment' AND kind = 'payment' AND record_id = l.id
           AND body ->> 'invoiceId' IS NOT NULL LIMIT 1) e),
     i AS (SELECT kind, id, after FROM l UNION SELECT 'invoice', id, after FROM f
       UNION SELECT 'payment', e.id, f.after FROM f CROSS JOIN LATERAL
         (SELECT record_id AS id FROM sale_entries WHERE tenant = $1 AND sale_id = f.id
           AND kind = 'payment' ORDER BY record_id LIMIT $5) e),
     k AS (SELECT kind, id, after FROM i UNION SELECT 'order', id, after FROM s
       UNION SELECT e.kind, e.id, s.after FROM s CROSS JOIN LATERAL
         (SELECT kind, record_id AS id FROM sale_entries WHERE tenant = $1 AND sale_id = s.id
           ORDER BY kind, record_id LIMIT $5) e
       UNION SELECT 'payout', e.id, i.after FROM i CROSS JOIN LATERAL
         (SELECT payout_id AS id FROM payout_entries WHERE tenant = $1 AND kind = i.kind
           AND record_id = i.id ORDER BY payout_id LIMIT $5) e)
     SELECT ${deliveryColumns} FROM deliveries d WHERE d.tenant = $1 AND d.id = ANY (ARRAY(
       SELECT x.id FROM k CROSS JOIN LATERAL (SELECT id FROM deliveries WHERE tenant = $1
         AND system = $2 AND kind = k.kind
         AND record_id = k.id AND id > k.after
           AND (state = 'waiting' OR (state = 'held' AND reason = ANY ($6))) OFFSET 0) x))
     ORDER BY d.id FOR UPDATE`,
    [
      tenant,
      system,
      JSON.stringify(
        things.map(({ kind, recordId, afterId = '0' }) => ({ kind, id: recordId, after: afterId })),
      ),
      JSON.stringify(saleIds),
      namingMax,
      comparedHolds,
      keysJson(listed),
    ],
  );
  const waiting = found.rows.flatMap((row) => (row.state === 'waiting' ? [row.id] : []));
  if (waiting.length > 0)
    await tx.query(
      // The tenant is compared in a form that no index serves: the few ids decide.
      `UPDATE deliveries SET due_at = due_at + interval '1 microsecond'
         WHERE coalesce(tenant = $1, false) AND id = ANY ($2)`,
      [tenant, waiting],
    );
  const opened = await updateDeliveries(
    tx,
    tenant,
    found.rows.flatMap((row) => {
      if (row.state !== 'held' || !isComparedHold(row.reason)) return [];
      const after = transition(row, { type: 'redrive', resting: 'waiting', nowMs: row.dueAtMs });
      return after === null ? [] : [{ row, after }];
    }),
  );
  return opened.get(system) ?? 0;
}
