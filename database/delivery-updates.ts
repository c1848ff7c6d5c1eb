import type { PoolClient } from 'pg';

import { isOpen, type DeliveryCore } from '../domain/delivery/delivery-state';
import { groupBy } from '../domain/group-by';
import type { JsonObject, Target } from '../domain/words';
import type { DeliveryRow } from './deliveries';

// Writing what a transition decided, with what else is known of a delivery since.

/** A delivery after a transition, with what else the writer wants to note. */
export interface DeliveryUpdate {
  row: DeliveryRow;
  after: DeliveryCore;
  cause?: string | null;
  detail?: string | null;
  /** Null: the last refusal no longer matters; undefined: keep. */
  lastClass?: string | null;
  /** Most members of a send that carries it; undefined: keep. */
  sendMax?: number | null;
  waitsFor?: string[] | null;
  /** What the vendor has now: with it the delivery waits for nothing any more. */
  remote?: RemoteState | undefined;
  /** The send that carries it from now on. */
  sendId?: string | undefined;
}

/** A thing as the vendor has it: id, version, and what we wrote last. */
export interface RemoteState {
  id: string;
  version: string | null;
  snapshot: JsonObject;
  isLinked: boolean;
  /** What it is called there, folded, where that has to be unique and is known. */
  label?: string | null;
  /**
   * What was written, where others refer to another document of the delivery: the journal names it.
   */
  written?: { id: string; version: string | null } | undefined;
}

/**
 * Writes the states and what else is noted; the rows must be locked. Answers by how many the number
 * of open deliveries rose, per system.
 */
export async function updateDeliveries(
  tx: PoolClient,
  tenant: number,
  updates: readonly DeliveryUpdate[],
): Promise<Map<Target, number>> {
  const opened = new Map<Target, number>();
  for (const { row, after } of updates) {
    const rise = Number(isOpen(after.state)) - Number(isOpen(row.state));
    if (rise !== 0) opened.set(row.system, (opened.get(row.system) ?? 0) + rise);
  }
  const alike = groupBy(updates, notedIn);
  await Promise.all([...alike.values()].map((some) => writeAlike(tx, tenant, some)));
  return opened;
}

/**
 * What is written of a delivery: the type of the column, its value after the update, and how it is
 * stored.
 */
interface Column {
  type: string;
  of: (update: DeliveryUpdate) => unknown;
  /**
   * What stands there, where the locked row says it; a column without is written where it has a
   * value.
   */
  before?: (row: DeliveryRow) => unknown;
  stored?: (value: string) => string;
}

const columns: Readonly<Record<string, Column>> = {
  state: { type: 'text', of: ({ after }) => after.state, before: (row) => row.state },
  reason: { type: 'text', of: ({ after }) => after.reason, before: (row) => row.reason },
  cause: {
    type: 'text',
    of: ({ after, cause }) => (after.reason === null ? null : (cause ?? after.reason)),
    before: (row) => row.cause,
    stored: (value) => `left(${value}, 300)`,
  },
  detail: {
    type: 'text',
    of: ({ after, detail }) => (after.reason === null ? null : (detail ?? null)),
    before: (row) => row.detail,
    stored: (value) => `left(${value}, 2000)`,
  },
  last_class: {
    type: 'text',
    of: ({ row, lastClass }) => (lastClass === undefined ? row.lastClass : lastClass),
    before: (row) => row.lastClass,
  },
  send_max: {
    type: 'smallint',
    of: ({ row, sendMax }) => (sendMax === undefined ? row.sendMax : sendMax),
    before: (row) => row.sendMax,
  },
  desired_rev: {
    type: 'bigint',
    of: ({ after }) => after.desiredRev,
    before: (row) => row.desiredRev,
  },
  desired_op: { type: 'text', of: ({ after }) => after.desiredOp, before: (row) => row.desiredOp },
  sent_rev: { type: 'bigint', of: ({ after }) => after.sentRev, before: (row) => row.sentRev },
  delivered_rev: {
    type: 'bigint',
    of: ({ after }) => after.deliveredRev,
    before: (row) => row.deliveredRev,
  },
  attempts: { type: 'int', of: ({ after }) => after.attempts, before: (row) => row.attempts },
  generation: { type: 'int', of: ({ after }) => after.generation, before: (row) => row.generation },
  due_at: {
    type: 'float8',
    of: ({ after }) => after.dueAtMs,
    before: (row) => row.dueAtMs,
    stored: (value) => `to_timestamp(${value} / 1000.0)`,
  },
  undone_by: { type: 'uuid', of: ({ after }) => after.undoneBy, before: (row) => row.undoneBy },
  send_id: { type: 'bigint', of: ({ sendId }) => sendId },
  waits_for: {
    type: 'bigint[]',
    of: ({ waitsFor, remote }) => waitsFor ?? (remote === undefined ? waitsFor : null),
  },
  remote_id: { type: 'text', of: ({ remote }) => remote?.id },
  remote_version: { type: 'text', of: ({ remote }) => remote?.version },
  is_linked: { type: 'boolean', of: ({ remote }) => remote?.isLinked },
  snapshot: { type: 'json', of: ({ remote }) => remote?.snapshot },
  label: {
    type: 'text',
    of: ({ row, remote }) =>
      remote !== undefined && row.kind === 'product' ? (remote.label ?? null) : remote && null,
  },
};

/** Which of the columns without `before` have a value. */
function notedIn({ sendId, waitsFor, remote }: DeliveryUpdate): number {
  if (remote !== undefined) return sendId === undefined ? 4 : 5;
  return (sendId === undefined ? 0 : 1) + (waitsFor === undefined ? 0 : 2);
}

/**
 * One statement for updates that note the same. It names only columns that any of them changes, and
 * a value that all of them get once, which takes a quarter less than all of them for each. The
 * tenant is compared in a form that is not taken for rare: with one row expected, all given ones
 * would be read again for each.
 */
async function writeAlike(
  tx: PoolClient,
  tenant: number,
  updates: readonly DeliveryUpdate[],
): Promise<void> {
  const [firstUpdate] = updates;
  if (firstUpdate === undefined) return;
  const parameters: unknown[] = [tenant, updates.map(({ row }) => row.id)];
  const sets = ['changed_at = now()'];
  const differing: [string, Column][] = [];
  for (const [name, column] of Object.entries(columns)) {
    const { type, of, before, stored } = column;
    const first = of(firstUpdate);
    if (
      before === undefined
        ? first === undefined
        : updates.every((update) => of(update) === before(update.row))
    )
      continue;
    const isSame = updates.every((update) => of(update) === first);
    if (!isSame) differing.push([name, column]);
    const value = isSame ? `$${parameters.push(first)}::${type}` : `x.${name}`;
    sets.push(`${name} = ${stored?.(value) ?? value}`);
  }
  const isDiffering = differing.length > 0;
  if (isDiffering)
    parameters.push(JSON.stringify(updates.map((update) => given(update, differing))));
  const types = differing.map(([name, { type }]) => `, ${name} ${type}`).join('');
  await tx.query(
    `UPDATE deliveries d SET ${sets.join(', ')}
     ${
       isDiffering
         ? `FROM (SELECT * FROM json_to_recordset($${parameters.length}::json) AS
        y(id bigint${types}) OFFSET 0) x`
         : ''
     }
     WHERE coalesce(d.tenant = $1, false) AND d.id = ANY
       ($2)${isDiffering ? ' AND d.id = x.id' : ''}`,
    parameters,
  );
}

function given(update: DeliveryUpdate, differing: readonly [string, Column][]): object {
  const values: Record<string, unknown> = { id: update.row.id };
  for (const [name, { of }] of differing) values[name] = of(update);
  return values;
}
