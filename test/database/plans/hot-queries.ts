import { createHash } from 'node:crypto';

import type { Pool } from 'pg';

import * as store from '../../../database/absorb-store';
import { moveArticles } from '../../../database/article-moves';
import { ownersOfRemote } from '../../../database/known-products';
import * as skuStore from '../../../database/skus';
import { customersWithEmail, writeCustomerEmails } from '../../../database/customer-emails';
import { dropRequests } from '../../../database/dropped-requests';
import { findChange, storeChanges } from '../../../database/changes';
import { deletedWithoutRemote } from '../../../database/deleted-things';
import { lockDeliveriesOf, openReferences, productsOfSkus } from '../../../database/deliveries';
import {
  changesOf,
  explainedDeliveries,
  journalOf,
  recordsByRemoteId,
  sendsOf,
} from '../../../database/explain';
import { ticketsOfSummary } from '../../../database/explain-summaries';
import {
  countRedrivable,
  findDelivery,
  listCauses,
  listFailures,
} from '../../../database/failures';
import { listFailedChanges, resolveFailedChanges } from '../../../database/failed-changes';
import { tenantFacts } from '../../../database/health';
import { listMappings, mappingsFor } from '../../../database/mappings';
import { laneWork, lanesWork, loadReferences, pickDue } from '../../../database/outgoing';
import { movingTenants } from '../../../database/policy-moves';
import { noteWorker } from '../../../database/workers';
import { keptBackDocuments } from '../../../database/policy';
import { freeWaitingForItems, mappedSkus, takeOver } from '../../../database/own-records';
import { inTransaction } from '../../../database/pool';
import {
  beginRun,
  createRun,
  findRun,
  forgottenRuns,
  listRunMembers,
  listRunSends,
  runningRuns,
  savePage,
} from '../../../database/runs';
import { loadListed } from '../../../database/payout-entries';
import { lookAgain } from '../../../database/look-again';
import { postedPaymentsOf, refundsOf, standingRefundsOf } from '../../../database/entries-of-sales';
import { writeSaleEntries } from '../../../database/sale-entries';
import { takeOverSends, takeVerifying } from '../../../database/open-sends';
import { settleWithoutSend } from '../../../database/settlements';
import {
  directionInForce,
  newestSettings,
  requestSettings,
  settingsVersions,
  syncInForce,
} from '../../../database/settings';
import {
  countStates,
  deliveriesOf,
  findRecord,
  queueDepth,
  queueState,
  summariesOf,
} from '../../../database/status';
import {
  fixDays,
  liveMembers,
  modesOf,
  moveSummaries,
  writeMembers,
} from '../../../database/summaries';
import { readSummary } from '../../../database/summary-members';
import { settleSummaries } from '../../../database/summary-settlements';
import {
  countUndoing,
  countUndone,
  datedDeliveries,
  lockUndo,
  notBegun,
  openRedriveIds,
  postedShares,
  raiseRecords,
  undoneAmong,
  undoOutcomesOf,
} from '../../../database/undo';
import {
  findKeyOwner,
  findTenant,
  homeCurrencyOf,
  listAudit,
  listKeys,
} from '../../../database/tenants';
import { findStuckTenants, recount } from '../../../database/watchdog';
import { initialDirection } from '../../../domain/delivery/direction';
import { targets } from '../../../domain/words';
import { customer, orderBody } from '../../support/samples';
import { accepted, deliver, holdLane, item, pushingAllBut } from '../support';
import { bigTenant as tenant } from './fill';

type Transaction = store.AbsorbTransaction;
const inTx =
  (work: (tx: Transaction) => Promise<unknown>) =>
  (pool: Pool): Promise<unknown> =>
    inTransaction(pool, work);
const numbers = Array.from({ length: 200 }, (_, n) => n * 37 + 1);
const refundBody = { ...orderBody('1', [], null), restock: true };
const skus = numbers.map((n) => `sku${n}`);
const orders = numbers.map((n) => ({ kind: 'order' as const, recordId: `order${n}` }));
const products = numbers.map((n) => ({ kind: 'product' as const, recordId: `product${n}` }));
const customers = numbers.map((n) => ({ kind: 'customer' as const, recordId: `customer${n}` }));

const summaryId = '2020-01-12/sale';
const summedDays = numbers.map((n) =>
  new Date(Date.UTC(2020, 0, n % 1_900)).toISOString().slice(0, 10),
);
/** The one that is under way. */
const run = uuidOf('1r1');
function uuidOf(text: string): string {
  return createHash('md5')
    .update(text)
    .digest('hex')
    .replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

/** The undo that is under way. */
const undo = uuidOf('1u');

/**
 * What runs for each request, turn, batch or look of an operator, on the tenant with the long
 * queue.
 */
export const hotQueries: Record<string, (pool: Pool) => Promise<unknown>> = {
  'intake, 100 new': (pool) =>
    storeChanges(
      pool,
      tenant,
      'pos',
      numbers.slice(0, 100).map(() => item(customer('x'))),
    ),
  'intake, 100 repeats': (pool) =>
    storeChanges(
      pool,
      tenant,
      'pos',
      numbers.slice(0, 100).map((n) => item({ ...customer('x'), id: `e${n}` })),
    ),
  findChange: (pool) => findChange(pool, tenant, 'e77'),
  readChanges: inTx((tx) => store.readChanges(tx, tenant, 50_000, 1_000)),
  readRecords: inTx((tx) => store.readRecords(tx, tenant, orders)),
  writeRecords: inTx(async (tx) =>
    store.writeRecords(tx, tenant, await store.readRecords(tx, tenant, orders)),
  ),
  readSkus: inTx((tx) =>
    skuStore.readSkus(
      tx,
      tenant,
      skus,
      products.map(({ recordId }) => recordId),
    ),
  ),
  readTakenCodes: inTx((tx) => skuStore.readTakenCodes(tx, tenant, skus)),
  writeSkus: inTx(async (tx) =>
    skuStore.writeSkus(tx, tenant, await skuStore.readSkus(tx, tenant, skus, []), skus),
  ),
  readUntrackedProducts: inTx((tx) =>
    skuStore.readUntrackedProducts(
      tx,
      tenant,
      products.map(({ recordId }) => recordId),
    ),
  ),
  readHolders: inTx((tx) => skuStore.readHolders(tx, tenant, skus)),
  writeHolders: inTx((tx) =>
    skuStore.writeHolders(
      tx,
      tenant,
      skus.map((sku, pos) => ({
        sku,
        pos: 900_000 + pos,
        fromAt: '2026-01-01T00:00:00Z',
        recordId: 'x',
        slot: '',
      })),
    ),
  ),
  readWaitingChanges: inTx((tx) => store.readWaitingChanges(tx, tenant)),
  writeSkuWaits: inTx((tx) =>
    skuStore.writeSkuWaits(tx, tenant, {
      begun: [{ pos: 900_001, recordId: 'x' }],
      ended: [900_001, ...numbers],
    }),
  ),
  moveArticles: inTx((tx) =>
    moveArticles(
      tx,
      tenant,
      skus.slice(0, 20).map((sku) => ({ from: sku, to: `${sku} new` })),
    ),
  ),
  ownersOfRemote: (pool) =>
    ownersOfRemote(pool, { tenant, system: 'qbo' }, 'customer', numbers.map(String)),
  readStockEntries: inTx((tx) =>
    store.readStockEntries(
      tx,
      tenant,
      numbers.map((n) => ({ source: 'pos', sourceId: `order/${n}` })),
    ),
  ),
  writeStockEntries: inTx(async (tx) => {
    const ids = numbers.map((n) => ({ source: 'pos' as const, sourceId: `order/${n}` }));
    await store.writeStockEntries(tx, tenant, ids, await store.readStockEntries(tx, tenant, ids));
  }),
  sumsAfterCounts: inTx((tx) =>
    store.sumsAfterCounts(
      tx,
      tenant,
      skus.map((sku) => ({ sku, place: 'default', countedAt: '2026-01-01T00:00:00Z' })),
    ),
  ),
  writeCustomerEmails: inTx((tx) =>
    writeCustomerEmails(
      tx,
      tenant,
      customers.map(({ recordId }) => ({
        kind: 'customer',
        recordId,
        rev: 1,
        sourceRevs: { pos: 1 },
        op: 'present',
        content: { kind: 'customer', body: { name: 'x', email: `${recordId}@example.test` } },
        origin: {},
      })),
    ),
  ),
  customersWithEmail: inTx((tx) =>
    customersWithEmail(
      tx,
      tenant,
      numbers.map((n) => `customer${n}@example.test`),
    ),
  ),
  homeCurrencyOf: (pool) => homeCurrencyOf(pool, tenant),
  mappedSkus: inTx((tx) => mappedSkus(tx, tenant, skus)),
  takeOver: inTx((tx) =>
    takeOver(
      tx,
      tenant,
      products.map(({ recordId }) => ({ from: recordId, to: `new${recordId}` })),
    ),
  ),
  'freeWaitingForItems, a slice of 5,000': inTx((tx) => freeWaitingForItems(tx, tenant, 5_000)),
  lockDeliveriesOf: inTx((tx) => lockDeliveriesOf(tx, tenant, [...orders, ...products])),
  openReferences: inTx((tx) => openReferences(tx, tenant, 'qbo', [...customers, ...products])),
  productsOfSkus: inTx((tx) => productsOfSkus(tx, tenant, skus)),
  'pickDue qbo': (pool) => pickDue(pool, { tenant, system: 'qbo' }, 30),
  'pickDue woo': (pool) => pickDue(pool, { tenant, system: 'woo' }, 50),
  loadReferences: (pool) =>
    loadReferences(pool, tenant, 'qbo', {
      skus,
      productIds: products.map(({ recordId }) => recordId),
      emails: numbers.map((n) => `customer${n}@example.test`),
      customerIds: customers.map(({ recordId }) => recordId),
      orderIds: orders.map(({ recordId }) => recordId),
      documents: orders.map(({ recordId }) => ({ kind: 'invoice', recordId })),
      sales: orders,
      layAways: orders.map(({ recordId }) => recordId),
      circles: orders.map(({ recordId }) => recordId),
      listed: [],
    }),
  writeSaleEntries: inTx((tx) =>
    writeSaleEntries(
      tx,
      tenant,
      orders.map(({ recordId }) => ({
        kind: 'refund',
        rev: 2,
        recordId: recordId.replace('order', 'refund'),
        content: { kind: 'refund', body: { ...refundBody, orderId: `${recordId}0` } },
      })),
    ),
  ),
  lookAgain: inTx((tx) => lookAgain(tx, tenant, 'qbo', { things: orders })),
  loadListed: (pool) =>
    loadListed(
      pool,
      tenant,
      'qbo',
      orders.map(({ recordId }) => ({ kind: 'order', recordId })),
    ),
  deletedWithoutRemote: inTx((tx) =>
    deletedWithoutRemote(tx, tenant, 'qbo', [...products, ...customers]),
  ),
  refundsOf: inTx((tx) =>
    refundsOf(
      tx,
      tenant,
      orders.map(({ recordId }) => recordId),
    ),
  ),
  standingRefundsOf: (pool) =>
    standingRefundsOf(pool, tenant, 'qbo', new Map(numbers.map((n) => [`order${n}`, n % 2 === 0]))),
  postedPaymentsOf: (pool) =>
    postedPaymentsOf(
      pool,
      tenant,
      'qbo',
      orders.map(({ recordId }) => recordId),
    ),
  mappingsFor: (pool) => mappingsFor(pool, tenant, skus),
  'recordSends and settleSends of 30': async (pool) => {
    const lane = await holdLane(pool, tenant, 'qbo');
    await deliver(pool, lane, (await pickDue(pool, { tenant, system: 'qbo' }, 10)).slice(0, 30));
  },
  'adopt and free what waited': async (pool) => {
    const lane = await holdLane(pool, tenant, 'qbo');
    const [row] = (await pickDue(pool, { tenant, system: 'qbo' }, 5)).filter(
      ({ kind }) => kind === 'product',
    );
    if (row === undefined) throw new Error('no product is due');
    await settleWithoutSend(pool, lane, [
      { ...accepted(row.id), event: { type: 'adopted', resting: 'waiting', nowMs: 0 } },
    ]);
  },
  'fixDays and modesOf': inTx(async (tx) => {
    await fixDays(tx, tenant, summedDays, []);
    await modesOf(tx, tenant, summedDays);
  }),
  'liveMembers, moveSummaries and writeMembers': inTx(async (tx) => {
    const live = await liveMembers(tx, tenant, orders);
    if (live.length !== orders.length) throw new Error(`${live.length} tickets are summed up`);
    const revs = await moveSummaries(
      tx,
      tenant,
      new Map(live.map(({ summaryId }) => [summaryId, null])),
    );
    const begun = live.map(({ id: _id, ...member }) => ({
      ...member,
      rev: 3,
      totalMinor: 2,
      taxMinor: 0,
    }));
    await writeMembers(tx, tenant, { ended: live, begun }, revs);
  }),
  'settleSummaries, closeMembers, deliverMembers and reopenMembers': async (pool) => {
    const lane = await holdLane(pool, tenant, 'qbo');
    await inTransaction(pool, async (tx) => {
      const rows = await lockDeliveriesOf(tx, tenant, [{ kind: 'summary', recordId: summaryId }]);
      const remote = { id: '1', version: null, snapshot: {}, isLinked: false };
      const event = { type: 'adopted' as const, resting: 'waiting' as const, nowMs: 0 };
      const updates = rows.map((row) => ({
        row,
        after: { ...row, deliveredRev: 1 },
        settlement: { event, remote },
      }));
      if ((await settleSummaries(tx, lane, updates)).length === 0) throw new Error('none settled');
      // Voided for its answer: its tickets are no longer in the books.
      const voided = updates.map((update) => ({
        ...update,
        settlement: {
          event: { type: 'acceptedHeld' as const, reason: 'totals_differ_in_books' as const },
          remote,
        },
      }));
      await settleSummaries(tx, lane, voided);
    });
  },
  summariesOf: (pool) => summariesOf(pool, tenant, 'order', 'order77'),
  readSummary: (pool) =>
    readSummary(pool, tenant, summaryId, { begin: () => null, take: () => undefined }),
  takeVerifying: async (pool) =>
    takeVerifying(pool, await holdLane(pool, tenant, 'qbo'), [], false),
  takeOverSends: async (pool) => takeOverSends(pool, await holdLane(pool, tenant, 'qbo'), 0),
  'laneWork qbo': (pool) => laneWork(pool, tenant, 'qbo'),
  'lanesWork of all lanes': (pool) => lanesWork(pool, tenant, targets),
  queueDepth: (pool) => queueDepth(pool, tenant),
  queueState: (pool) => queueState(pool, tenant),
  tenantFacts: (pool) => tenantFacts(pool, tenant, Date.now()),
  listFailedChanges: (pool) => listFailedChanges(pool, tenant, { afterPos: 0 }, 200),
  resolveFailedChanges: inTx((tx) => resolveFailedChanges(tx, tenant, orders)),
  noteWorker: (pool) => noteWorker(pool, '0b50c4b4-53ce-4a55-8a66-c2bcf1c68a4f'),
  dropRequests: (pool) => dropRequests(pool, { keptDays: 0, limit: 20 }),
  runningRuns: (pool) => runningRuns(pool, 30_000),
  movingTenants: (pool) => movingTenants(pool, 20_000),
  countStates: (pool) => countStates(pool, tenant),
  deliveriesOf: (pool) => deliveriesOf(pool, tenant, 'order', 'order77'),
  findRecord: (pool) => findRecord(pool, tenant, 'order', 'order77'),
  'explain, by id there': (pool) => recordsByRemoteId(pool, tenant, 'qbo', '77'),
  'explain, changes': (pool) => changesOf(pool, tenant, { kind: 'customer', recordId: 'c77' }),
  'explain, deliveries': (pool) =>
    explainedDeliveries(pool, tenant, { kind: 'order', recordId: 'old77' }),
  'explain, tickets of a summary': (pool) => ticketsOfSummary(pool, tenant, summaryId),
  'explain, journal': (pool) => journalOf(pool, tenant, numbers.slice(0, 20).map(String)),
  'explain, sends': (pool) => sendsOf(pool, tenant, numbers.map(String), ['77']),
  'pickDue of a run': (pool) =>
    pickDue(pool, { tenant, system: 'qbo' }, 480, {
      kinds: ['order', 'customer'],
      after: { order: { dueAt: '2020-01-01', id: '1' } },
    }),
  createRun: (pool) =>
    createRun(pool, tenant, {
      id: run.replace(/^../, '00'),
      kind: 'dry_run',
      selector: { systems: [], kinds: [], from: null, to: null },
      by: 'x',
    }),
  findRun: (pool) => findRun(pool, tenant, run),
  beginRun: (pool) => beginRun(pool, tenant, run),
  forgottenRuns: (pool) => forgottenRuns(pool, tenant, 0),
  savePage: (pool) => savePage(pool, tenant, run, { sends: [], members: [], progress: {} }),
  listRunSends: (pool) =>
    listRunSends(pool, tenant, run, { after: { system: 'qbo', no: 150 }, limit: 200 }),
  listRunMembers: (pool) =>
    listRunMembers(pool, tenant, run, { after: { system: 'qbo', no: 4_000 }, limit: 200 }),
  'undo, a page': (pool) =>
    datedDeliveries(pool, tenant, 'order', { after: { recordId: 'order3', part: '' }, limit: 500 }),
  'undo, taking back 500': inTx(async (tx) => {
    await raiseRecords(tx, tenant, orders);
    await postedShares(tx, tenant, orders);
    await lockUndo(tx, tenant, undo);
  }),
  countUndoing: (pool) => countUndoing(pool, tenant, undo),
  undoOutcomesOf: (pool) => undoOutcomesOf(pool, tenant, undo),
  'notBegun and hasNotBegun': inTx(async (tx) => notBegun(tx, tenant, undo, 500)),
  undoneAmong: (pool) => undoneAmong(pool, tenant, numbers.map(String)),
  countUndone: (pool) => countUndone(pool, tenant, numbers.map(String)),
  openRedriveIds: (pool) => openRedriveIds(pool, tenant, 'r1'),
  findDelivery: (pool) => findDelivery(pool, tenant, '77'),
  'listFailures, first page': (pool) =>
    listFailures(pool, tenant, {}, { afterId: null, limit: 200 }),
  'listFailures, one class': (pool) =>
    listFailures(pool, tenant, { class: 'DATA' }, { afterId: '5000', limit: 200 }),
  'listFailures, no hit': (pool) =>
    listFailures(pool, tenant, { reason: 'nothing' }, { afterId: null, limit: 200 }),
  listCauses: (pool) => listCauses(pool, tenant, 50),
  'countRedrivable, all': (pool) => countRedrivable(pool, tenant, { all: true }),
  'countRedrivable, a cause': (pool) => countRedrivable(pool, tenant, { cause: 'DATA:1' }),
  'countRedrivable, ids': (pool) => countRedrivable(pool, tenant, { ids: numbers.map(String) }),
  keptBackDocuments: (pool) => keptBackDocuments(pool, tenant, pushingAllBut([])),
  directionInForce: (pool) => directionInForce(pool, tenant),
  syncInForce: (pool) => syncInForce(pool, tenant),
  newestSettings: (pool) => newestSettings(pool, tenant, 'sync'),
  settingsVersions: (pool) => settingsVersions(pool, tenant, 'sync', { after: '5', limit: 20 }),
  requestSettings: (pool) =>
    requestSettings(pool, tenant, {
      part: 'direction',
      requestId: 'r3',
      value: initialDirection,
      catchUp: null,
      requestedBy: 'x',
      expectedRev: null,
    }),
  listMappings: (pool) => listMappings(pool, tenant, 'item', { after: 'sku5', limit: 200 }),
  findKeyOwner: (pool) => findKeyOwner(pool, '1k1'),
  listKeys: (pool) => listKeys(pool, tenant),
  listAudit: (pool) => listAudit(pool, tenant, '30000', 200),
  findTenant: (pool) => findTenant(pool, 'tenant-77'),
  'findStuckTenants, 1,001 tenants': (pool) => findStuckTenants(pool, 0, '', 2_000),
  recount: (pool) => recount(pool, tenant),
};
