import type { Pool } from 'pg';

import type { Composed } from '../../connectors/contract';
import {
  loadReferences,
  pickDue,
  type DuePlaces,
  type PickedDelivery,
} from '../../database/outgoing';
import { UnreadableRecord } from '../../database/summary-members';
import { pushSupportOf } from '../../domain/delivery/direction';
import { fairShare } from '../../domain/lane/fair-share';
import { groupBy, inChunks } from '../../domain/group-by';
import { kinds } from '../../domain/words';
import { composeOwn, type BuiltItem } from './compose-own';
import { composeTraced, referencesFrom } from './compose-traced';
import { makeMissingItems } from './missing-items';
import type { LaneTurn } from './turn';
import { withMembers, withoutSummedUp } from './summaries';
import type { OpenedConnection } from './open-connection';
import { outgoing } from './outgoing-item';
import { hold, place, type ComposedBatch } from './place-composed';
import { referenceKeysOf } from './reference-keys';
import { lookUpMax, lookUpSafely, weightOf } from './safe-look-up';

/** Picks what is due, asks the vendor what composing needs, and composes. */
export async function composeBatch(
  pool: Pool,
  opened: OpenedConnection,
  turn: LaneTurn,
  size: number,
): Promise<ComposedBatch> {
  const all = await pickDue(pool, { tenant: turn.tenant, system: turn.system }, size);
  if (all.length === 0) return { picked: 0, writes: [], settlements: [] };
  const { due, stopped } = await withoutSummedUp(pool, turn, all);
  const shared = sharedOf(due, size);
  const batch = await composePicked(pool, opened, turn, shared);
  if (turn.system === 'qbo') await makeMissingItems(pool, turn, shared, batch.settlements);
  for (const { delivery, composed } of stopped) place(batch, delivery, composed);
  return { ...batch, picked: batch.picked + all.length - due.length };
}

/** Where the next pick begins that is to pass these over. */
export function placesBehind(picked: readonly PickedDelivery[], former: DuePlaces = {}): DuePlaces {
  const places: DuePlaces = { ...former };
  for (const { kind, dueAt, id } of picked) places[kind] = { dueAt, id };
  return places;
}

/** Of what is due each kind its share. */
export function sharedOf(due: readonly PickedDelivery[], size: number): PickedDelivery[] {
  const byKind = groupBy(due, (delivery) => delivery.kind);
  return fairShare(
    kinds.map((kind) => byKind.get(kind) ?? []),
    size,
  );
}

/** Asks the vendor what composing these needs, and composes. Writes nothing down. */
export async function composePicked(
  pool: Pool,
  opened: OpenedConnection,
  turn: LaneTurn,
  picked: readonly PickedDelivery[],
): Promise<ComposedBatch> {
  const batch: ComposedBatch = { picked: picked.length, writes: [], settlements: [] };
  const built: BuiltItem[] = [];
  for (const delivery of picked) {
    // Only a summary is waited for: a batch has hundreds of others.
    const isSummary = delivery.record?.kind === 'summary';
    const whole = isSummary ? await readable(withMembers(pool, turn.tenant, delivery)) : delivery;
    if (whole instanceof UnreadableRecord || delivery.isUnreadable === true) {
      const { recordId, kind } = delivery;
      const { message } =
        whole instanceof UnreadableRecord ? whole : new UnreadableRecord(kind, recordId);
      batch.settlements.push(hold(delivery, 'unreadable_record', 'unreadable_record', message));
      continue;
    }
    const item = outgoing(opened, whole, turn.isTrial);
    if (pushSupportOf(turn.system, delivery.kind) === 'built' && item !== null)
      built.push({ delivery, item });
    else
      batch.settlements.push(
        hold(delivery, 'not_built', `not_built:${delivery.kind}`, 'This kind cannot be sent yet'),
      );
  }
  const loaded = await loadReferences(
    pool,
    turn.tenant,
    turn.system,
    referenceKeysOf(built.map(({ item }) => item)),
  );
  const { references } = referencesFrom(loaded);
  for (const chunk of inChunks(built, lookUpMax, ({ item }) => weightOf(item))) {
    const items = chunk.map(({ item }) => item);
    const compose = await lookUpSafely(opened.connector, items, references, turn);
    const traced = ({ item }: BuiltItem): Composed => composeTraced(opened, item, loaded, compose);
    for (const { delivery, composed } of await composeOwn(pool, turn, chunk, traced))
      place(batch, delivery, composed, turn.now);
  }
  return batch;
}

/** The error where a record cannot be read, for its own delivery to show. */
async function readable<T>(reading: Promise<T>): Promise<T | UnreadableRecord> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof UnreadableRecord) return error;
    throw error;
  }
}
