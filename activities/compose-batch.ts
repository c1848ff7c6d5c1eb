import type { Pool } from 'pg';

import {
  ConnectorError,
  type Composed,
  type Connector,
  type Findings,
  type Outgoing,
  type References,
  type Remembered,
  type Write,
} from '../connectors/connector';
import { inSlices } from '../connectors/in-slices';
import { labelIn } from '../connectors/product-names';
import { ownersOfRemote } from '../database/known-products';
import type { RemoteState } from '../database/delivery-updates';
import { loadReferences, pickDue, type DuePlaces, type PickedDelivery } from '../database/outgoing';
import { UnreadableRecord } from '../database/summary-members';
import type { MemberSettlement } from '../database/settlements';
import { pushSupportOf } from '../domain/direction';
import { fairShare } from '../domain/fair-share';
import { groupBy, inChunks } from '../domain/group-by';
import { isTicket } from '../domain/guests';
import { isOwnRecord } from '../domain/own-records';
import { kinds, type Kind } from '../domain/words';
import { composeTraced, referencesFrom } from './compose-traced';
import { makeMissingItems } from './lane-items';
import type { LaneTurn } from './lane-turn';
import { withMembers, withoutSummedUp } from './lane-summaries';
import type { OpenedConnection } from './opened-connection';
import { outgoing } from './outgoing-item';
import { referenceKeysOf } from './reference-keys';
import type { HoldCode } from '../domain/hold-reasons';

/** A write that is ready to be recorded, with the delivery it belongs to. */
export interface ReadyWrite {
  delivery: PickedDelivery;
  write: Write;
}

export interface ComposedBatch {
  /** How many deliveries were looked at; none means nothing is due. */
  picked: number;
  writes: ReadyWrite[];
  /** Deliveries that need no write: adopted, held, skipped. */
  settlements: MemberSettlement[];
}

/** A batch of a lane, and behind which places the next one begins: what is in it may be among the waiting still. */
export interface LaneBatch extends ComposedBatch {
  next: DuePlaces;
}

/** Picks what is due behind these places, asks the vendor what composing needs, and composes. */
export async function composeBatch(
  pool: Pool,
  opened: OpenedConnection,
  turn: LaneTurn,
  size: number,
  after?: DuePlaces,
): Promise<LaneBatch> {
  const page = after === undefined ? {} : { after };
  const all = await pickDue(pool, turn.tenant, turn.system, size, page);
  const { due, stopped } = await withoutSummedUp(pool, turn, all);
  const shared = sharedOf(due, size);
  const batch = await composePicked(pool, opened, turn, shared);
  if (turn.system === 'qbo') await makeMissingItems(pool, turn, shared, batch.settlements);
  for (const { delivery, composed } of stopped) place(batch, delivery, composed);
  return { ...batch, picked: batch.picked + all.length - due.length, next: placesBehind(shared, after) }; // prettier-ignore
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
    const item = outgoing(opened, whole);
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
    const found = await lookUpSafely(opened.connector, items, references, turn);
    const compose = (entry: BuiltItem): Composed => {
      const findings = found.get(entry.item.deliveryId);
      return findings instanceof ConnectorError
        ? { type: 'hold', reason: 'look_up_refused', cause: 'look_up_refused', detail: findings.message } // prettier-ignore
        : composeTraced(opened, entry.item, loaded, findings ?? {});
    };
    for await (const slice of inSlices(chunk))
      for (const { delivery, composed } of await composeOwn(pool, turn, slice, compose))
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

interface BuiltItem {
  delivery: PickedDelivery;
  item: Outgoing;
}

/** A look-up may find what other records of ours have: then it is composed again without those. */
const othersMax = 10;

/** Composes these; what is found there is taken by one record only, the first that finds it. */
async function composeOwn(
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
        return [{ delivery, item: { ...item, others: new Set([...(item.others ?? []), ...others]) } }]; // prettier-ignore
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
    'Whatever is found for it belongs to other records. Tell them apart (name, e-mail, SKU), then redrive',
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

/** Deliveries that have these things, by `kind/remoteId`; not of guests of whom a customer of the till may be one. */
async function ownersOfThings(
  pool: Pool,
  { tenant, system }: LaneTurn,
  things: readonly { kind: Kind; remoteId: string }[],
): Promise<Map<string, string>> {
  const owners = new Map<string, string>();
  for (const [kind, some] of groupBy(things, (thing) => thing.kind)) {
    const ids = some.map(({ remoteId }) => remoteId);
    for (const [remoteId, owner] of await ownersOfRemote(pool, tenant, system, kind, ids))
      if (kind !== 'customer' || !isOwnRecord(owner.recordId))
        owners.set(thingKey(kind, remoteId), owner.deliveryId);
  }
  return owners;
}

/** Looked up at once: about what one question to a vendor holds. */
const lookUpMax = 120;
/** One that tells thousands of articles is read whole before it is changed: a megabyte, where an answer has room for ten. */
const summaryWeight = 24;
/** A line more takes some 400 bytes of an answer. */
const linesPerWeight = 40;

function weightOf({ record }: Outgoing): number {
  if (record.kind === 'summary') return summaryWeight;
  return isTicket(record) ? Math.max(1, record.body.lines.length / linesPerWeight) : 1;
}

export function place(
  batch: ComposedBatch,
  delivery: PickedDelivery,
  composed: Composed,
  nowMs = 0,
): void {
  switch (composed.type) {
    case 'write':
      batch.writes.push({ delivery, write: composed.write });
      return;
    case 'adopt':
      batch.settlements.push({
        deliveryId: delivery.id,
        rev: delivery.desiredRev,
        // Whether the direction still allows more is seen at the next pick.
        event: { type: composed.isStep === true ? 'stepped' : 'adopted', resting: 'waiting', nowMs: 0 }, // prettier-ignore
        remote: { ...remoteState(composed), written: composed.written },
      });
      return;
    case 'hold':
      batch.settlements.push({
        ...hold(delivery, composed.reason, composed.cause, composed.detail),
        ...(composed.remote === undefined ? {} : { remote: remoteState(composed.remote) }),
      });
      return;
    case 'skip':
      batch.settlements.push({
        deliveryId: delivery.id,
        rev: delivery.desiredRev,
        event: { type: 'skip', reason: composed.reason },
      });
      return;
    case 'later':
      batch.settlements.push({
        deliveryId: delivery.id,
        rev: delivery.desiredRev,
        event: { type: 'stepped', resting: 'waiting', nowMs: nowMs + laterMs },
        detail: composed.detail,
      });
      return;
    case 'notReady': {
      const missing = composed.missing.map(({ kind, ref }) => `${kind} ${ref}`);
      const detail = `It refers to what this system does not have yet: ${missing.slice(0, 10).join(', ')}`;
      batch.settlements.push({
        ...hold(delivery, 'dependency', 'dependency', detail),
        waitsFor: composed.missing,
      });
    }
  }
}

/** How long something of ours that goes first is given, before it is looked again. */
const laterMs = 500;

function remoteState({ remoteId, remoteVersion, snapshot, isLinked }: Remembered): RemoteState {
  const label = labelIn(snapshot);
  return { id: remoteId, version: remoteVersion, snapshot, isLinked, label };
}

function hold(
  delivery: PickedDelivery,
  reason: HoldCode,
  cause: string,
  detail: string,
): MemberSettlement {
  return {
    deliveryId: delivery.id,
    rev: delivery.desiredRev,
    pickedDueAt: delivery.dueAt,
    event: { type: 'hold', reason },
    cause,
    detail,
  };
}

/**
 * Look-ups for all items at once; where the vendor refuses the question itself, the set is halved until the
 * one that it refuses stands alone, so that one odd record holds up nobody else.
 */
async function lookUpSafely(
  connector: Connector,
  items: readonly Outgoing[],
  references: References,
  turn: LaneTurn,
): Promise<Map<string, Findings | ConnectorError>> {
  if (items.length === 0) return new Map();
  try {
    const findings = await connector.lookUp(items, references, turn);
    return new Map(items.map((item) => [item.deliveryId, findings]));
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== 'refused') throw error;
    const [only] = items;
    if (items.length === 1 && only !== undefined) return new Map([[only.deliveryId, error]]);
    const middle = Math.ceil(items.length / 2);
    const first = await lookUpSafely(connector, items.slice(0, middle), references, turn);
    const second = await lookUpSafely(connector, items.slice(middle), references, turn);
    return new Map([...first, ...second]);
  }
}
