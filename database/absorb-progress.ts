import type { Pool } from 'pg';

import type { AbsorbTransaction } from './absorb-store';

// How far absorbing is, and why it does not go on.

/** Moves the cursor: these changes are absorbed. */
export async function moveCursor(
  tx: AbsorbTransaction,
  tenant: number,
  pos: number,
  count: number,
): Promise<void> {
  await tx.query(
    'UPDATE tenant_absorb SET absorbed_pos = $2, absorbed = absorbed + $3, progressed_at = ' +
      'now(), trouble = NULL, trouble_since = NULL WHERE tenant = $1',
    [tenant, pos, count],
  );
}

/** Notes why absorbing failed; it stands there until absorbing goes on. */
export async function noteAbsorbTrouble(pool: Pool, tenant: number, reason: string): Promise<void> {
  await pool.query(
    `UPDATE tenant_absorb SET trouble = $2, trouble_since = coalesce(trouble_since, now())
     WHERE tenant = $1`,
    [tenant, reason],
  );
}
