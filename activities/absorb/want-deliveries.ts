import type { AbsorbTransaction } from '../../database/absorb-store';
import {
  countMade,
  insertDeliveries,
  lockDeliveriesOf,
  openReferences,
  type DeliveryRow,
  type NewDelivery,
} from '../../database/deliveries';
import { updateDeliveries, type DeliveryUpdate } from '../../database/delivery-updates';
import { lookAgain } from '../../database/look-again';
import { directionInForce } from '../../database/settings';
import { type RecordRow } from '../../domain/records/absorb';
import type { Shown } from '../../domain/records/folded';
import { isOpen, transition } from '../../domain/delivery/delivery-state';
import type { DirectionPolicy } from '../../domain/delivery/direction';
import { emailKey, plainEmail } from '../../domain/email';
import type { RecordBody } from '../../domain/bodies';
import { groupBy } from '../../domain/group-by';
import { isOwnRecord, isWantedIn } from '../../domain/records/own-records';
import type { PostingSettings } from '../../domain/posting/settings';
import { keyOf, thingsReferredTo, type Thing } from '../../domain/records/record-references';
import {
  documentNamesOf,
  beginningOf,
  gateFor,
  wantedDeliveries,
  type Gate,
} from '../../domain/delivery/wanted-deliveries';
import { targets, type Kind, type Target } from '../../domain/words';
import { productsMeant, productsNamed } from './articles-named';
import { guestIdOf } from './guest-customers';
import {
  inSummary,
  isInSummary,
  joinSummaries,
  summaryTickets,
  type SummaryTickets,
} from './join-summaries';
import { neededThoughDeleted } from './needed-though-deleted';
import { remoteIdShown, shownAlone } from './shown-by-system';
import { itemsForTickets } from './unmapped-items';

/**
 * What was refused of an earlier revision no longer matters; that the thing is gone in the system
 * does.
 */
function lastClassOf({ lastClass }: DeliveryRow): string | null {
  return lastClass === 'GONE' ? lastClass : null;
}

/** Levels of dependency: a delivery can only wait for one of an earlier level. */
const levels: readonly (readonly Kind[])[] = [
  ['customer', 'product'],
  ['inventory', 'invoice'],
  ['payment', 'cash'],
  ['order'],
  ['refund'],
  ['payout'],
];

/** What is known of records besides themselves. */
interface Beside {
  nowMs: number;
  /**
   * Refunds, by `kind/recordId`, that were compared with the sales that they name and may be summed
   * up.
   */
  compared?: ReadonlySet<string>;
  /** Sales that some of them named before. */
  saleIds?: readonly string[];
  /** What payouts among them listed before. */
  listed?: readonly Thing[];
  /** What stood in those that changed before they did, by `kind/recordId`. */
  former?: ReadonlyMap<string, RecordBody | null>;
  /** What systems showed us like the record is now, by `kind/recordId`. */
  shown?: ReadonlyMap<string, Shown>;
}

/** Moves what each system should have; answers by how many open deliveries each lane grew. */
export async function wantDeliveries(
  tx: AbsorbTransaction,
  tenant: number,
  wanted: readonly RecordRow[],
  beside: Beside,
): Promise<Map<Target, number>> {
  const { nowMs, compared = new Set(), saleIds = [], listed = [], former = new Map() } = beside;
  const { shown = new Map() } = beside;
  const made = new Map<Target, number>();
  // Of one that cannot be read nobody knows what is wanted: what there is of it stays as it is.
  const records = wanted.filter(({ op, content }) => op === 'absent' || content !== null);
  if (records.length === 0) return made;
  const direction = await directionInForce(tx, tenant);
  // Before these are read: one may be among them.
  const things = records.filter(isComparedWith);
  const woken = await lookAgain(tx, tenant, 'qbo', { things, saleIds, listed });
  made.set('qbo', woken);
  const named = await productsNamed(tx, tenant, records);
  const needed = await neededThoughDeleted(tx, tenant, records, named);
  const standing = withNeeded(records, needed);
  const locked = await lockDeliveriesOf(tx, tenant, standing);
  const tickets = await summaryTickets(
    tx,
    tenant,
    { records, locked },
    {
      direction,
      compared,
      former,
    },
  );
  const items = await itemsForTickets(tx, tenant, records, { ...tickets, direction });
  const products = new Map([...named, ...skusOfItems(items)]);
  const all = [...standing, ...items];
  locked.push(...(await lockDeliveriesOf(tx, tenant, items)));
  const rules = { direction, tickets, shown: await shownAlone(tx, tenant, records, shown) };
  for (const level of levels) {
    const some = all.filter((record) => level.includes(record.kind));
    if (some.length === 0) continue;
    const { created, updates } = decide({ records: some, locked }, rules, nowMs);
    const referring = { records: some, products, posting: tickets.posting };
    const waits = await waitsOf(tx, tenant, referring, [
      ...created,
      ...updates.map(({ row }) => row),
    ]);
    for (const delivery of created) delivery.waitsFor = waits(delivery);
    await insertDeliveries(tx, tenant, created);
    const opened = await updateDeliveries(
      tx,
      tenant,
      updates.map((update) => ({ ...update, waitsFor: waits(update.row) })),
    );
    for (const delivery of created) {
      if (isOpen(delivery.state))
        opened.set(delivery.system, (opened.get(delivery.system) ?? 0) + 1);
    }
    for (const [system, count] of opened) made.set(system, (made.get(system) ?? 0) + count);
  }
  const rise = await joinSummaries(tx, tenant, tickets, { direction, nowMs });
  made.set('qbo', (made.get('qbo') ?? 0) + rise);
  await countMade(tx, tenant, made);
  return made;
}

/** The records with those that are needed though deleted, in place of their deletions. */
function withNeeded(
  records: readonly RecordRow[],
  needed: readonly RecordRow[],
): readonly RecordRow[] {
  if (needed.length === 0) return records;
  const keys = new Set(needed.map(keyOf));
  return [...records.filter((row) => !keys.has(keyOf(row))), ...needed];
}

/** What decides what a system should have of a record. */
interface Rules {
  direction: DirectionPolicy;
  tickets: SummaryTickets;
  /** What systems showed us like the record is now, by `kind/recordId`. */
  shown: ReadonlyMap<string, Shown>;
}

function decide(
  { records, locked }: { records: readonly RecordRow[]; locked: readonly DeliveryRow[] },
  { direction, tickets, shown }: Rules,
  nowMs: number,
): { created: NewDelivery[]; updates: DeliveryUpdate[] } {
  const existing = groupBy(locked, keyOf);
  const created: NewDelivery[] = [];
  const updates: DeliveryUpdate[] = [];
  for (const record of records) {
    const rows = existing.get(keyOf(record)) ?? [];
    const wanted =
      tickets.wantedOf(record) ??
      wantedDeliveries(
        { kind: record.kind, op: record.op, content: record.content },
        direction,
        documentNamesOf(
          record.content,
          rows.map(({ part }) => part),
          tickets.posting,
        ),
      ).filter(({ system }) => isWantedIn(system, record.recordId));
    for (const { system, part, gate: plain } of wanted) {
      const row = rows.find((candidate) => candidate.system === system && candidate.part === part);
      const remoteId = remoteIdShown(shown.get(keyOf(record)), system, row);
      const gate =
        remoteId !== null
          ? { kind: 'there' as const }
          : row === undefined
            ? plain
            : gateOfDeleted(record, row, direction, plain);
      const event = { type: 'desired' as const, rev: record.rev, op: record.op, gate, nowMs };
      if (row !== undefined) {
        const after = transition(row, event);
        if (after !== null) updates.push({ row, after, lastClass: lastClassOf(row) });
        continue;
      }
      // What never was anywhere need not be removed from anywhere.
      created.push({
        system,
        kind: record.kind,
        recordId: record.recordId,
        part,
        ...beginningOf(gate),
        desiredRev: record.rev,
        desiredOp: record.op,
        waitsFor: null,
        ...(remoteId !== null && { remoteId }),
      });
    }
    for (const row of rows) {
      if (wanted.some(({ system, part }) => row.system === system && row.part === part)) continue;
      // A document that is posted already, or may be, has to be voided.
      const gate = isInSummary(row)
        ? inSummary
        : row.sentRev === null
          ? { kind: 'skipped' as const, reason: 'part_gone' }
          : gateFor(direction, row.system, record.kind, 'present');
      const after = transition(row, {
        type: 'desired',
        rev: record.rev,
        op: 'absent',
        gate,
        nowMs,
      });
      if (after !== null) updates.push({ row, after, lastClass: lastClassOf(row) });
    }
  }
  return { created, updates };
}

/**
 * A deleted product stays where it is, but for a name that it has there still and that is not its
 * own any more: the lane looks whether it is.
 */
function gateOfDeleted(
  { kind, op }: RecordRow,
  { system, hasRemote }: DeliveryRow,
  direction: DirectionPolicy,
  plain: Gate,
): Gate {
  if (kind !== 'product' || op === 'present' || !hasRemote) return plain;
  const gate = gateFor(direction, system, kind, 'present');
  return gate.kind === 'open' ? gate : plain;
}

/**
 * Whether something held may be compared with it; a sale that comes for the first time has nothing
 * that is.
 */
function isComparedWith({ kind, rev }: RecordRow): boolean {
  if (kind === 'order' || kind === 'invoice') return rev > 1;
  return kind === 'refund' || kind === 'payment' || kind === 'payout';
}

/** Records with what says what they refer to. */
interface Referring {
  records: readonly RecordRow[];
  /** By the SKUs that they name. */
  products: ReadonlyMap<string, string>;
  posting: PostingSettings;
}

/** For each delivery the ids of those that must get their remote ids first. */
async function waitsOf(
  tx: AbsorbTransaction,
  tenant: number,
  { records, products, posting }: Referring,
  deliveries: readonly { system: Target; kind: Kind; recordId: string }[],
): Promise<(delivery: { system: Target; kind: Kind; recordId: string }) => string[] | null> {
  const things = new Map(
    records.map((record) => [
      keyOf(record),
      [...thingsNeededBy(record, products), ...guestAs(tenant, record, posting)],
    ]),
  );
  const open = new Map<Target, Map<string, string>>();
  for (const system of targets) {
    const wanted = deliveries.filter((delivery) => delivery.system === system);
    const all = wanted.flatMap((delivery) => things.get(keyOf(delivery)) ?? []);
    const distinct = [...new Map(all.map((thing) => [keyOf(thing), thing])).values()];
    open.set(system, await openReferences(tx, tenant, system, distinct));
  }
  return (delivery) => {
    const referred = things.get(keyOf(delivery)) ?? [];
    const ids = referred.flatMap((thing) => {
      const id = open.get(delivery.system)?.get(keyOf(thing));
      return id === undefined ? [] : [id];
    });
    return ids.length === 0 ? null : [...new Set(ids)];
  };
}

/**
 * A customer of the till with the e-mail of a guest: it goes after that one, so that the books show
 * it by its e-mail.
 */
function guestAs(
  tenant: number,
  { content, recordId }: RecordRow,
  posting: PostingSettings,
): Thing[] {
  if (content?.kind !== 'customer' || posting.customer.guest !== 'perEmail') return [];
  const email = isOwnRecord(recordId) ? null : emailKey(plainEmail(content.body.email));
  return email === null ? [] : [{ kind: 'customer', recordId: guestIdOf(tenant, email) }];
}

function thingsNeededBy(record: RecordRow, products: ReadonlyMap<string, string>): Thing[] {
  return [...productsMeant(record, products), ...thingsReferredTo(record.content)];
}

/** The articles that were made for tickets, by their SKUs. */
function skusOfItems(items: readonly RecordRow[]): [string, string][] {
  return items.flatMap(({ recordId, content }): [string, string][] =>
    content?.kind === 'product' ? [[content.body.sku, recordId]] : [],
  );
}
