import { z } from 'zod';

import type { ChangeOp, Kind, System } from '../domain/words';
import { firstRow, sqlStateOf, type Db } from './pool';

// Intake: one round trip for any number of changes of one tenant (postgres.md#intake).

/** One change as intake stores it; `bodyText` and `hash` are made by the API. */
export interface IntakeItem {
  id: string;
  kind: Kind;
  op: ChangeOp;
  recordId: string;
  revision: number | null;
  occurredAt: string;
  /** JSON text of the body, or null for a delete. */
  bodyText: string | null;
  hash: Buffer;
  /** What the system that shows it calls the thing; the POS calls it by the record's id. */
  remoteId?: string;
}

export type IntakeResult =
  | {
      type: 'stored';
      accepted: number;
      shouldWake: boolean;
      depth: number;
      /** Ids that stood there before with the same content. */
      repeats: Set<string>;
      /** Ids that stood there before with another content. */
      reused: Set<string>;
      /** Ids of changes whose record stands at their revision or above already. */
      stale: Set<string>;
    }
  /** Nothing was stored. */
  | { type: 'full'; bound: number; depth: number };

const fullError = z.object({
  code: z.literal('TS429'),
  detail: z.coerce.number(),
  hint: z.coerce.number(),
});

/** Stores what is new of one source. Ids must differ within one call. */
export async function storeChanges(
  db: Db,
  tenant: number,
  source: System,
  items: readonly IntakeItem[],
): Promise<IntakeResult> {
  try {
    const row = await firstRow<{
      accepted: number;
      shouldWake: boolean;
      depth: number;
      repeats: string[] | null;
      reused: string[] | null;
      stale: string[] | null;
    }>(
      db,
      `SELECT accepted, should_wake AS "shouldWake", depth, repeats, reused, stale
       FROM intake($1, $2, $3, $4)`,
      [tenant, source, intakeJson(items), revisionsJson(items)],
    );
    if (row === null) throw new Error('Bug: intake answered no row');
    return {
      type: 'stored',
      accepted: row.accepted,
      shouldWake: row.shouldWake,
      depth: row.depth,
      repeats: new Set(row.repeats),
      reused: new Set(row.reused),
      stale: new Set(row.stale),
    };
  } catch (error) {
    if (sqlStateOf(error) !== 'TS429') throw error;
    const { detail, hint } = fullError.parse(error);
    return { type: 'full', depth: detail, bound: hint };
  }
}

/**
 * The rows as one JSON parameter, bodies spliced in as text: an array of texts costs thirty times
 * more. Only ids need escapes; what surrounds them is written as text, in half of the time of an
 * object that is serialised.
 */
function intakeJson(items: readonly IntakeItem[]): string {
  const rows = items.map((item) => {
    const { id, kind, op, recordId, revision, occurredAt, hash, bodyText, remoteId } = item;
    const [event, record] = [JSON.stringify(id), JSON.stringify(recordId)];
    const thing = remoteId === undefined ? '' : `"remote":${JSON.stringify(remoteId)},`;
    const content = `${thing}"hash":"${hash.toString('hex')}","body":${bodyText ?? 'null'}`;
    return `{"id":${event},"kind":"${kind}","op":"${op}","record":${record},"rev":${revision ?? 'null'},"at":"${occurredAt}",${content}}`;
  });
  return `[${rows.join(',')}]`;
}

/** What tells which changes are older than their record: far less than the rows themselves. */
function revisionsJson(items: readonly IntakeItem[]): string {
  const rows = items.flatMap(({ id, kind, recordId, revision }) =>
    revision === null
      ? []
      : [
          `{"i":${JSON.stringify(id)},"k":"${kind}","r":${JSON.stringify(recordId)},"v":${revision}}`,
        ],
  );
  return `[${rows.join(',')}]`;
}

/** What tells what became of a change so far. */
export interface ChangeProgress {
  revision: number | null;
  isAbsorbed: boolean;
  /** Only of one that was not simply applied. */
  outcome: 'stale' | 'failed' | 'ignored' | 'conflict' | null;
  /** The revision of the sender that the record stands at now. */
  recordSourceRev: number | null;
}

/** A stored change with what became of it so far. */
export interface StoredChange extends ChangeProgress {
  id: string;
  kind: Kind;
  op: ChangeOp;
  recordId: string;
  occurredAt: string;
  receivedAt: string;
  body: unknown;
  /** Why it was not simply applied. */
  code: string | null;
  detail: string | null;
}

export async function findChange(
  db: Db,
  tenant: number,
  eventId: string,
): Promise<StoredChange | null> {
  return firstRow<StoredChange>(
    db,
    `SELECT c.event_id AS id, c.kind, c.op, c.record_id AS "recordId", c.source_rev AS revision,
            c.occurred_at AS "occurredAt", c.received_at AS "receivedAt", c.body,
            c.pos <= a.absorbed_pos AS "isAbsorbed", o.outcome, o.code, o.detail,
            r.source_rev AS "recordSourceRev"
     FROM changes c JOIN tenant_absorb a ON a.tenant = c.tenant
     LEFT JOIN LATERAL (SELECT outcome, code, detail FROM change_outcomes
       WHERE tenant = c.tenant AND pos = c.pos LIMIT 1) o ON true
     LEFT JOIN LATERAL (SELECT (source_revs ->> c.source)::bigint AS source_rev FROM records
       WHERE tenant = c.tenant AND kind = c.kind AND record_id = c.record_id LIMIT 1) r ON true
     WHERE c.tenant = $1 AND c.source = 'pos' AND c.event_id = $2`,
    [tenant, eventId],
  );
}

/**
 * Takes the wake flag down, in a transaction of its own, before the inbox is read: a later intake
 * raises it again.
 */
export async function clearWake(db: Db, tenant: number): Promise<void> {
  await db.query(
    'UPDATE tenant_intake SET is_wake_pending = false WHERE tenant = $1 AND is_wake_pending',
    [tenant],
  );
}

/**
 * Puts the flag's time back, so that the next intake signals again: our own signal did not get
 * through.
 */
export async function forgetWake(db: Db, tenant: number): Promise<void> {
  await db.query("UPDATE tenant_intake SET woken_at = 'epoch' WHERE tenant = $1", [tenant]);
}
