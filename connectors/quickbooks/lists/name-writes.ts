import type { JsonObject } from '../../../domain/words';
import { hold, type Composed, type Outgoing } from '../../contract';
import type { QboCustomer, QboItem } from '../api/wire';
import { changedFields } from '../shape/mapping';

// The writes that customers and items have in common. Pure. Snapshot: `fields` as written last,
// `name` before any suffix, `isLinked` where a person had made it: then its name stays as it is
// there.

/** The present version of one that we update, null where none was read. */
export interface FoundVersion {
  version: string | null;
  /** It was asked for, and is not there any more. */
  isGone: boolean;
}

export interface CustomerFinding extends FoundVersion {
  type: 'customer';
  byEmail: QboCustomer[];
  /** Who has the names that it may get. */
  taken: { entity: 'Customer' | 'Vendor' | 'Employee'; id: string; name: string }[];
  /** The one with our record id in its name. */
  own: QboCustomer | null;
}

export interface ItemFinding extends FoundVersion {
  type: 'item';
  bySku: QboItem[];
  byName: QboItem[];
}

/** Of what was found, what is not another record's of ours. */
export function ownRows<T extends { Id: string }>({ others }: Outgoing, rows: readonly T[]): T[] {
  return rows.filter(({ Id }) => others?.has(Id) !== true);
}

/** A deletion: what never was there needs none. */
export function absent(item: Outgoing): Composed {
  return item.remoteId === null
    ? { type: 'skip', reason: 'nothing_to_delete' }
    : hold('not_built', `${item.record.kind}_delete`, 'Making it inactive in QuickBooks');
}

/**
 * Whether the present version must be read before an update: unknown here, or refused last time.
 */
export function needsVersion(item: Outgoing, fields: JsonObject, isRenamed: boolean): boolean {
  if (item.remoteId === null) return false;
  const isChanged = isRenamed || Object.keys(changedFields(fields, lastFields(item))).length > 0;
  return isChanged && (item.remoteVersion === null || item.lastClass !== null);
}

function lastFields(item: Outgoing): JsonObject {
  const fields = item.snapshot?.['fields'];
  return typeof fields === 'object' && fields !== null && !Array.isArray(fields)
    ? Object.fromEntries(Object.entries(fields))
    : {};
}

/**
 * A sparse update of what changed on our side; everything else stays as a person left it
 * (quickbooks.md#updates).
 */
export function update(
  item: Outgoing,
  { entity, remoteId }: { entity: 'Customer' | 'Item'; remoteId: string },
  { wanted, rename, kept }: { wanted: JsonObject; rename: JsonObject; kept: JsonObject },
  finding: FoundVersion | null,
): Composed {
  const last = lastFields(item);
  const changed = { ...changedFields(wanted, last), ...rename };
  const snapshot = { ...kept, fields: { ...last, ...wanted } };
  const isLinked = kept['isLinked'] === true;
  const remoteVersion = finding?.version ?? item.remoteVersion;
  if (Object.keys(changed).length === 0)
    return { type: 'adopt', remoteId, remoteVersion, snapshot, isLinked };
  if (finding?.isGone || remoteVersion === null)
    return hold('gone_in_system', entity, `${entity} ${remoteId} is not there any more`);
  return updateWrite({ entity, remoteId, remoteVersion }, changed, snapshot);
}

/** A row of a list as it was found. */
interface ListRow {
  entity: 'Customer' | 'Item';
  remoteId: string;
  remoteVersion: string;
}

/** Adopts something found there; only fields that are empty there are filled. */
export function link(row: ListRow, missing: JsonObject, snapshot: JsonObject): Composed {
  const { remoteId, remoteVersion } = row;
  const isLinked = snapshot['isLinked'] === true;
  return Object.keys(missing).length === 0
    ? { type: 'adopt', remoteId, remoteVersion, snapshot, isLinked }
    : { ...updateWrite(row, missing, snapshot), adopts: remoteId };
}

function updateWrite(
  { entity, remoteId: id, remoteVersion: syncToken }: ListRow,
  changed: JsonObject,
  snapshot: JsonObject,
): Extract<Composed, { type: 'write' }> {
  return {
    type: 'write',
    write: {
      operation: 'update',
      entity,
      group: 'batch',
      payload: { Id: id, SyncToken: syncToken, sparse: true, ...changed },
      isLinked: snapshot['isLinked'] === true,
      snapshot,
      natural: { kind: 'update', id, syncToken },
    },
  };
}
