import type { Pool } from 'pg';

import { moveCursor, noteAbsorbTrouble } from '../../database/absorb-progress';
import { moveArticles } from '../../database/article-moves';
import { clearWake } from '../../database/changes';
import { writeCustomerEmails } from '../../database/customer-emails';
import { resolveFailedChanges } from '../../database/failed-changes';
import { takeOver } from '../../database/own-records';
import {
  readHolders,
  readSkus,
  readTakenCodes,
  readUntrackedProducts,
  writeHolders,
  writeSkus,
  writeSkuWaits,
} from '../../database/skus';
import { lockPostedDocuments } from '../../database/posted-documents';
import { writePayoutEntries } from '../../database/payout-entries';
import { refundsOf } from '../../database/entries-of-sales';
import { writeSaleEntries } from '../../database/sale-entries';
import { postingInForce } from '../../database/settings';
import { timeZoneOf } from '../../database/tenants';
import {
  readChanges,
  readFirstTimes,
  readRecords,
  readWaitingChanges,
  withCursor,
  writeOutcomes,
  writeRecords,
  type AbsorbTransaction,
} from '../../database/absorb-store';
import {
  foldChanges,
  recordKey,
  type ChangeRow,
  type RecordRow,
} from '../../domain/records/absorb';
import type { Folded } from '../../domain/records/folded';
import type { Outcome } from '../../domain/records/fold-outcomes';
import { skusOf } from '../../domain/records/articles';
import { dayIn, needsDay } from '../../domain/business-day';
import { isTicket } from '../../domain/posting/guests';
import { keyOf, salesOf, type Thing } from '../../domain/records/record-references';
import { perSystem, traitsOf } from '../../domain/systems';
import { isDocumentKind, targets, type Kind, type Target } from '../../domain/words';
import { troubleOf } from '../failures';
import { guestRules, newGuests } from './guest-customers';
import { membersInUse } from './members-in-use';
import { moveStock } from './move-stock';
import { raisePayments } from './raise-payments';
import { raiseRefunds } from './raise-refunds';
import { wantDeliveries } from './want-deliveries';

/**
 * Changes in one transaction: about 140 ms of new orders (postgres.md#absorb), a short wait for a
 * lane's row locks.
 */
const absorbBatchMax = 1_000;

export interface Absorbed {
  changes: number;
  /** Whether the inbox held more. What comes after the flag went down raises it and wakes us. */
  hasMore: boolean;
  /** By how many open deliveries each lane grew. */
  made: Record<Target, number>;
}

/**
 * While changes keep coming and every lane with work is busy anyway, absorb stays this long: a new
 * activity for each request would fill the history.
 */
const stayMs = 1_000;
const pollMs = 50;

/**
 * Takes the wake flag down, then absorbs until the inbox is empty. Returns as soon as a lane that
 * has no turn (`busyLanes`) got work. A change that comes after the flag went down raises it again.
 */
export async function absorbChanges(
  pool: Pool,
  tenant: number,
  busyLanes: readonly Target[],
  now: () => number,
): Promise<Absorbed> {
  const endsAtMs = now() + stayMs;
  const total: Absorbed = { changes: 0, hasMore: false, made: perSystem(() => 0) };
  await clearWake(pool, tenant);
  for (;;) {
    const { changes, made } = await absorbBatch(pool, tenant, now()).catch(
      async (error: unknown) => {
        await noteAbsorbTrouble(pool, tenant, troubleOf(error) ?? '').catch(() => undefined);
        throw error;
      },
    );
    total.changes += changes;
    total.hasMore = changes === absorbBatchMax;
    for (const system of targets) total.made[system] += made[system];
    const hasIdleLaneWork = targets.some(
      (system) => total.made[system] > 0 && !busyLanes.includes(system),
    );
    if (hasIdleLaneWork || now() >= endsAtMs) return total;
    if (!total.hasMore) {
      if (busyLanes.length === 0) return total;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }
}

/** Folds one batch of the inbox into records and deliveries, in one transaction. */
async function absorbBatch(
  pool: Pool,
  tenant: number,
  nowMs: number,
): Promise<Omit<Absorbed, 'hasMore'>> {
  return withCursor(pool, tenant, async (tx, absorbedPos) => {
    const inbox = await readChanges(tx, tenant, absorbedPos, absorbBatchMax);
    if (inbox.lastPos === null) return { changes: 0, made: perSystem(() => 0) };
    const folded = await fold(tx, tenant, inbox.changes);
    const ended = await takeOver(tx, tenant, folded.takenOver);
    const isLeft = ({ recordId }: { recordId: string }): boolean => !ended.has(recordId);
    const { claims, released, holders, moves } = folded.skus;
    await writeSkus(tx, tenant, claims.filter(isLeft), released);
    await writeHolders(tx, tenant, holders);
    await writeSkuWaits(tx, tenant, folded.waits);
    const movedSkus = await moveArticles(tx, tenant, moves);
    const stock = await moveStock(tx, tenant, folded, [...movedSkus, ...folded.trackingChanged]);
    const guests = await newGuests(tx, tenant, inbox.changes, folded.records);
    const changed = [...folded.records.filter(isLeft), ...guests, ...stock];
    await writeRecords(tx, tenant, [...changed, ...folded.touched]);
    const saleIds = await writeSaleEntries(tx, tenant, changed);
    const listed = await writePayoutEntries(tx, tenant, changed);
    await writeCustomerEmails(tx, tenant, folded.records);
    const unreadable = inbox.unreadable.map(({ pos, detail }): Outcome => ({
      pos,
      outcome: 'failed',
      code: 'unreadable',
      detail,
    }));
    const applied = folded.records.filter(({ isSent }) => isSent);
    await resolveFailedChanges(tx, tenant, applied);
    await writeOutcomes(tx, tenant, [...folded.outcomes, ...unreadable], folded.waits.ended);
    const payments = await raisePayments(tx, tenant, folded.otherPayers, changed);
    const former = new Map(folded.records.map((row) => [keyOf(row), row.before]));
    const shown = new Map(
      folded.records.flatMap((row) =>
        row.shown === null ? [] : [[keyOf(row), row.shown] as const],
      ),
    );
    const refunds = await raiseRefunds(tx, tenant, changed, { former, saleIds });
    const made = await wantDeliveries(tx, tenant, [...changed, ...payments, ...refunds], {
      nowMs,
      saleIds,
      listed,
      former,
      shown,
    });
    await moveCursor(tx, tenant, inbox.lastPos, inbox.count);
    return { changes: inbox.count, made: perSystem((system) => made.get(system) ?? 0) };
  });
}

async function fold(
  tx: AbsorbTransaction,
  tenant: number,
  changes: readonly ChangeRow[],
): Promise<Folded> {
  const isProductThere = changes.some(({ kind }) => kind === 'product');
  const waiting = isProductThere ? await readWaitingChanges(tx, tenant) : [];
  const keys = new Map<string, { kind: Kind; recordId: string }>();
  const claimedSkus = new Set<string>();
  const namedSkus = new Set<string>();
  const productIds = new Set<string>();
  for (const change of [...waiting, ...changes]) {
    if (change.kind === 'inventory') namedSkus.add(change.recordId);
    else keys.set(keyOf(change), change);
    for (const sale of salesGivenBack(change)) keys.set(keyOf(sale), sale);
    if (change.kind === 'product') productIds.add(change.recordId);
    if (change.content?.kind === 'product')
      skusOf(change.content.body).forEach((sku) => claimedSkus.add(sku));
    if (change.content?.kind === 'inventory' || change.content === null) continue;
    if (isTicket(change.content))
      change.content.body.lines.forEach(({ sku }) => namedSkus.add(sku));
  }
  for (const recordId of await refundsOf(tx, tenant, saleIdsOf(changes)))
    keys.set(recordKey('refund', recordId), { kind: 'refund', recordId });
  const named = await readRecords(tx, tenant, [...keys.values()]);
  // What a change leaves out stays, the SKUs of variants too; a sale says what its refunds mean.
  for (const { content } of named) {
    if (content?.kind === 'product') skusOf(content.body).forEach((sku) => claimedSkus.add(sku));
    if (content?.kind === 'refund') content.body.lines.forEach(({ sku }) => namedSkus.add(sku));
  }
  const holders = await readHolders(tx, tenant, [...new Set([...claimedSkus, ...namedSkus])]);
  const held = [...holders.values()].flat().map(({ recordId }) => recordId);
  const owners = isProductThere
    ? await readSkus(tx, tenant, [...claimedSkus], [...productIds])
    : [];
  const concerned = new Set([...productIds, ...held, ...owners.map(({ recordId }) => recordId)]);
  const skus = concerned.size === 0 ? [] : await readSkus(tx, tenant, [], [...concerned]);
  // Of each product whose SKU may go to another it has to be known whether anybody sells it still.
  const others = owners
    .filter(({ recordId }) => !productIds.has(recordId))
    .map(({ recordId }) => ({ kind: 'product' as const, recordId }));
  const records = [...named, ...(await readRecords(tx, tenant, others))];
  const taken =
    claimedSkus.size === 0 ? new Set() : await readTakenCodes(tx, tenant, [...claimedSkus]);
  const untracked = await readUntrackedProducts(tx, tenant, [...new Set(held)]);
  // Of one that comes for the first time the changes say it.
  const firstTimes = await readFirstTimes(
    tx,
    tenant,
    records.filter(({ kind }) => kind === 'order' || kind === 'refund'),
  );
  const isDayNeeded = changes.some(({ content }) => needsDay(content));
  const zone = isDayNeeded ? await timeZoneOf(tx, tenant) : 'utc';
  const cutHour = isDayNeeded ? (await postingInForce(tx, tenant)).value.date.dayCutHour : 0;
  return foldChanges(changes, {
    records: new Map(records.map((row) => [keyOf(row), row])),
    claims: new Map(skus.map((claim) => [claim.sku, claim])),
    holders,
    waiting,
    isCodeTaken: (folded) => taken.has(folded),
    isStockTracked: (productId) => !untracked.has(productId),
    dayOf: (instant) => dayIn(zone, instant, cutHour),
    firstAt: (key) => firstTimes.get(key) ?? null,
    guests: await guestRules(tx, tenant, changes, records),
    postedAs: await postedNames(tx, tenant, changes, records),
  });
}

/** What stands elsewhere of documents that are to be deleted. */
async function postedNames(
  tx: AbsorbTransaction,
  tenant: number,
  changes: readonly ChangeRow[],
  records: readonly RecordRow[],
): Promise<(kind: Kind, recordId: string) => string | null> {
  const deleted = changes.filter(({ op, kind }) => op === 'delete' && isDocumentKind(kind));
  const posted = new Map<string, string>();
  for (const document of await lockPostedDocuments(tx, tenant, deleted)) {
    const name = document.number ?? document.remoteId ?? 'a document that is being written';
    posted.set(keyOf(document), `${traitsOf(document.system).name} as ${name}`);
  }
  // A ticket of a day that is not posted yet goes with what is: others in the books may rest on it.
  const keys = new Set(deleted.map(keyOf));
  const open = records
    .filter((one) => keys.has(keyOf(one)))
    .filter((one) => !posted.has(keyOf(one)));
  const inUse = await membersInUse(
    tx,
    tenant,
    open.map((record) => ({ ...record, op: 'absent' })),
  );
  for (const [key, hold] of inUse)
    if (hold !== null)
      posted.set(key, 'a daily summary, and what QuickBooks has of others rests on it');
  return (kind, recordId) => posted.get(recordKey(kind, recordId)) ?? null;
}

/** Ids of the sales among these changes: each says what the refunds mean that came before it. */
function saleIdsOf(changes: readonly ChangeRow[]): string[] {
  const sales = changes.filter(({ kind }) => kind === 'order' || kind === 'invoice');
  return [...new Set(sales.map(({ recordId }) => recordId))];
}

/** A refund goes by the customer and the products of the sale that it gives back. */
function salesGivenBack({ content }: ChangeRow): Thing[] {
  return content?.kind === 'refund' ? salesOf(content) : [];
}
