import { lockPostedDocuments } from '../../database/posted-documents';
import { beforeAll, expect, test } from '@jest/globals';

import {
  readRecords,
  readStockEntries,
  readChanges,
  sumsAfterCounts,
  withCursor,
} from '../../database/absorb-store';
import { findChange } from '../../database/changes';
import {
  disconnect,
  findConnection,
  putConnection,
  saveCredentials,
} from '../../database/connections';
import { lockDeliveriesOf, openReferences, productsOfSkus } from '../../database/deliveries';
import {
  changesOf,
  explainedDeliveries,
  journalOf,
  recordsByRemoteId,
  sendsOf,
} from '../../database/explain';
import {
  applyRedrive,
  countRedrivable,
  discardDelivery,
  findDelivery,
  listCauses,
  listFailures,
  noteShown,
  requestRedrive,
} from '../../database/failures';
import { laneStates } from '../../database/lanes';
import { listMappings, mappingsFor, putMapping } from '../../database/mappings';
import { ownersOfRemote } from '../../database/known-products';
import { readHolders, readSkus, readTakenCodes, readUntrackedProducts } from '../../database/skus';
import { laneWork, loadReferences, pickDue } from '../../database/outgoing';
import { keptBackDocuments } from '../../database/policy';
import { inTransaction } from '../../database/pool';
import {
  beginRun,
  createRun,
  endRun,
  findRun,
  forgottenRuns,
  listRunMembers,
  listRunSends,
  savePage,
} from '../../database/runs';
import { takeOverSends, takeVerifying } from '../../database/open-sends';
import { lockByIds } from '../../database/sends';
import { newestSettings, settingsInForce, settingsVersions } from '../../database/settings';
import { settleWithoutSend } from '../../database/settlements';
import {
  countStates,
  deliveriesOf,
  findRecord,
  queueDepth,
  queueState,
} from '../../database/status';
import {
  addKey,
  findKeyOwner,
  findTenant,
  listAudit,
  listKeys,
  revokeKey,
  rotateKey,
  writeAudit,
} from '../../database/tenants';
import { recount } from '../../database/watchdog';
import { withDatabase } from '../support/database';
import { count, customer, order, orderBody, product } from '../support/samples';
import {
  absorb,
  accepted,
  deliveries,
  holdLane,
  memberOf,
  newTenant,
  pushingAllBut,
  refused,
  send,
  setSettings,
  recordSend,
  settleSend,
} from './support';

// Two tenants, one full of everything, one empty: whatever the empty one asks, it gets nothing of
// the other.

const database = withDatabase();
let full = 0;
let empty = 0;

beforeAll(async () => {
  const { pool } = database;
  full = await newTenant(pool);
  empty = await newTenant(pool);
  await setSettings(pool, full, 'direction', pushingAllBut([['qbo', 'order']]));
  await absorb(pool, full, [
    customer('c'),
    customer('d'),
    customer('e'),
    { ...customer('f'), body: { name: 'F', email: 'd@example.test' } },
    product('a', { trackStock: false }),
    product('A'),
    count('A', '5'),
    order('o', [['A', 1]], 'c'),
    {
      kind: 'refund',
      recordId: 'r',
      body: { ...orderBody('r', [], 'c'), restock: true, orderId: 'o' },
    },
  ]);
  await pool.query(
    `UPDATE deliveries SET snapshot = '{"posted":{}}' WHERE tenant = $1 AND kind = 'order'
       AND system = 'qbo'`,
    [full],
  );
  await putMapping(pool, full, { kind: 'item', key: 'a', target: { id: '1', name: null } }, 'test');
  await putMapping(
    pool,
    full,
    { kind: 'account', key: 'income', target: { id: '2', name: null } },
    'test',
  );
  await putConnection(pool, full, { system: 'qbo', address: 'x', account: 'x', sealed: 'x' });
  await addKey(pool, full, 'second-key', { role: 'viewer', label: 'second' });
  await writeAudit(pool, full, { actor: 'a', action: 'key.create', subject: 'second' });
  await createRun(pool, full, {
    id: run,
    kind: 'dry_run',
    selector: { systems: ['qbo'], kinds: ['order'], from: null, to: null },
    by: 'x',
  });
  const lane = await holdLane(pool, full, 'qbo');
  const customers = (await deliveries(pool, full, 'qbo')).filter(({ kind }) => kind === 'customer');
  const [dead, held, open] = customers;
  if (!dead || !held || !open) throw new Error('three customers expected');
  const sent = await send(pool, lane, [dead]);
  if (sent === null) throw new Error('nothing sent');
  await settleSend(pool, lane, sent, [refused(dead.id)], { state: 'settled', outcome: '' });
  await settleWithoutSend(pool, lane, [
    { deliveryId: held.id, event: { type: 'hold', reason: 'mapping_missing' }, cause: 'x' },
  ]);
  await send(pool, lane, [open]);
  await pool.query(`UPDATE deliveries SET remote_id = 'there-1' WHERE id = $1`, [held.id]);
  await pool.query(
    `INSERT INTO journal (tenant, delivery_id, rev, outcome, remote_id)
       VALUES ($1, $2, 1, 'adopted', 'there-1')`,
    [full, held.id],
  );
  await pool.query("UPDATE sends SET state = 'verifying', due_at = now() WHERE state = 'sending'");
});
const run = '00000000-0000-4000-8000-000000000001';
const found = {
  sends: [{ system: 'qbo', no: 1, key: '0'.repeat(64), path: '/', body: '{}', members: 1 }],
  members: [
    {
      system: 'qbo',
      no: 1,
      kind: 'order',
      recordId: 'o',
      part: 'sale',
      revision: 1,
      outcome: 'write',
      sendNo: 1,
      operation: 'create',
      entity: 'SalesReceipt',
      payload: {},
      postings: null,
      reason: null,
      detail: null,
    },
  ],
} as const;

type Ask = (tenant: number) => Promise<unknown>;
const inTx =
  (work: (tx: Parameters<typeof readRecords>[0], tenant: number) => Promise<unknown>): Ask =>
  (tenant) =>
    inTransaction(database.pool, (tx) => work(tx, tenant));
const things = [
  { kind: 'customer', recordId: 'd' },
  { kind: 'product', recordId: 'p-a' },
] as const;
const keys = {
  skus: ['a', 'A'],
  productIds: ['p-a'],
  emails: ['d@example.test'],
  customerIds: ['c'],
  orderIds: ['o'],
  documents: [{ kind: 'order', recordId: 'o' }],
  sales: [{ kind: 'order', recordId: 'o' }],
  layAways: ['o'],
  circles: ['o'],
  listed: [{ kind: 'order', recordId: 'o' }],
} as const;
const size = (value: unknown): number => {
  if (value === null || value === undefined) return 0;
  if (value instanceof Map || value instanceof Set) return value.size;
  return Array.isArray(value) ? value.length : 1;
};

const asks: Record<string, Ask> = {
  readChanges: inTx(async (tx, tenant) => (await readChanges(tx, tenant, 0, 9)).changes),
  readRecords: inTx((tx, tenant) => readRecords(tx, tenant, things)),
  'readSkus by SKU': inTx((tx, tenant) => readSkus(tx, tenant, ['a'], [])),
  'readSkus by product': inTx((tx, tenant) => readSkus(tx, tenant, [], ['p-a'])),
  readTakenCodes: inTx((tx, tenant) => readTakenCodes(tx, tenant, ['a'])),
  readUntrackedProducts: inTx((tx, tenant) => readUntrackedProducts(tx, tenant, ['p-a'])),
  readHolders: inTx((tx, tenant) => readHolders(tx, tenant, ['a'])),
  readStockEntries: inTx((tx, tenant) =>
    readStockEntries(tx, tenant, [{ source: 'pos', sourceId: 'order/o' }]),
  ),
  sumsAfterCounts: inTx(async (tx, tenant) =>
    [
      ...(
        await sumsAfterCounts(tx, tenant, [
          { sku: 'A', place: 'default', countedAt: '2020-01-01T00:00:00Z' },
        ])
      ).values(),
    ].filter((sum) => sum !== '0'),
  ),
  lockDeliveriesOf: inTx((tx, tenant) => lockDeliveriesOf(tx, tenant, things)),
  lockPostedDocuments: inTx((tx, tenant) =>
    lockPostedDocuments(tx, tenant, [{ kind: 'customer', recordId: 'c' }, ...things]),
  ),
  openReferences: inTx((tx, tenant) => openReferences(tx, tenant, 'woo', things)),
  productsOfSkus: inTx((tx, tenant) => productsOfSkus(tx, tenant, ['a'])),
  lockByIds: inTx(async (tx, tenant) => lockByIds(tx, tenant, await allIds())),
  findChange: async (tenant) => findChange(database.pool, tenant, await anEvent()),
  findConnection: (tenant) => findConnection(database.pool, tenant, 'qbo'),
  listFailures: (tenant) => listFailures(database.pool, tenant, {}, { afterId: null, limit: 9 }),
  listCauses: (tenant) => listCauses(database.pool, tenant, 9),
  findDelivery: async (tenant) => findDelivery(database.pool, tenant, (await allIds())[0] ?? ''),
  countRedrivable: async (tenant) =>
    (await countRedrivable(database.pool, tenant, { ids: await allIds() })) || null,
  listMappings: (tenant) => listMappings(database.pool, tenant, 'item', { after: null, limit: 9 }),
  mappingsFor: (tenant) => mappingsFor(database.pool, tenant, ['a']),
  pickDue: (tenant) => pickDue(database.pool, { tenant, system: 'qbo' }, 9),
  'laneWork, due': async (tenant) => (await laneWork(database.pool, tenant, 'qbo')).nextDueAtMs,
  'laneWork, dead': async (tenant) => (await laneWork(database.pool, tenant, 'qbo')).dead || null,
  'loadReferences, products': async (tenant) =>
    (await loadReferences(database.pool, tenant, 'qbo', keys)).products.byId,
  'loadReferences, shared e-mails': async (tenant) =>
    (await loadReferences(database.pool, tenant, 'qbo', keys)).sharedEmails,
  ownersOfRemote: (tenant) =>
    ownersOfRemote(database.pool, { tenant, system: 'qbo' }, 'customer', ['there-1']),
  'loadReferences, customers': async (tenant) =>
    (await loadReferences(database.pool, tenant, 'qbo', keys)).customers,
  'loadReferences, orders': async (tenant) =>
    (await loadReferences(database.pool, tenant, 'qbo', keys)).orders,
  'loadReferences, documents': async (tenant) =>
    (await loadReferences(database.pool, tenant, 'qbo', keys)).documents,
  'loadReferences, sales': async (tenant) =>
    (await loadReferences(database.pool, tenant, 'qbo', keys)).sales,
  'loadReferences, entries of sales': async (tenant) =>
    (await loadReferences(database.pool, tenant, 'qbo', keys)).sales.get('order/o')?.entries,
  'loadReferences, lay-aways': async (tenant) =>
    (await loadReferences(database.pool, tenant, 'qbo', keys)).layAways.get('o')?.entries,
  'loadReferences, circles': async (tenant) =>
    (await loadReferences(database.pool, tenant, 'qbo', keys)).circles.get('o'),
  keptBackDocuments: async (tenant) =>
    (await keptBackDocuments(database.pool, tenant, pushingAllBut([]))) || null,
  countStates: (tenant) => countStates(database.pool, tenant),
  queueDepth: async (tenant) => (await queueDepth(database.pool, tenant)) || null,
  'queueState, oldest': async (tenant) => (await queueState(database.pool, tenant)).oldest.qbo,
  deliveriesOf: (tenant) => deliveriesOf(database.pool, tenant, 'customer', 'c'),
  findRecord: (tenant) => findRecord(database.pool, tenant, 'customer', 'c'),
  recordsByRemoteId: (tenant) => recordsByRemoteId(database.pool, tenant, 'qbo', 'there-1'),
  changesOf: (tenant) => changesOf(database.pool, tenant, things[0]),
  explainedDeliveries: (tenant) => explainedDeliveries(database.pool, tenant, things[0]),
  journalOf: async (tenant) => journalOf(database.pool, tenant, await allIds()),
  sendsOf: async (tenant) => sendsOf(database.pool, tenant, await allSends(), []),
  findRun: (tenant) => findRun(database.pool, tenant, run),
  forgottenRuns: (tenant) => forgottenRuns(database.pool, tenant, -1_000),
  beginRun: (tenant) => beginRun(database.pool, tenant, run),
  savePage: async (tenant) =>
    (await savePage(database.pool, tenant, run, { ...found, progress: {} })) || null,
  listRunSends: (tenant) =>
    listRunSends(database.pool, tenant, run, { after: { system: '', no: 0 }, limit: 9 }),
  listRunMembers: (tenant) =>
    listRunMembers(database.pool, tenant, run, { after: { system: '', no: 0 }, limit: 9 }),
  endRun: async (tenant) =>
    (await endRun(database.pool, tenant, run, { state: 'completed', detail: null })) || null,
  takeVerifying: async (tenant) => {
    const asked = await takeVerifying(
      database.pool,
      await holdLane(database.pool, tenant, 'qbo'),
      [],
      false,
    );
    return asked.type === 'reopened' ? asked : null;
  },
};

async function allIds(): Promise<string[]> {
  return (await deliveries(database.pool, full)).map(({ id }) => id);
}
async function allSends(): Promise<string[]> {
  const result = await database.pool.query<{ id: string }>(
    'SELECT id::text AS id FROM sends WHERE tenant = $1',
    [full],
  );
  return result.rows.map(({ id }) => id);
}
async function anEvent(): Promise<string> {
  const result = await database.pool.query<{ id: string }>(
    'SELECT event_id AS id FROM changes WHERE tenant = $1 LIMIT 1',
    [full],
  );
  return result.rows[0]?.id ?? '';
}

test.each(Object.entries(asks))(
  '%s answers its own tenant, and nothing to the other',
  async (_name, ask) => {
    expect(size(await ask(full))).toBeGreaterThan(0);
    expect(size(await ask(empty))).toBe(0);
  },
);

test('what a tenant always has is its own: lanes, settings, keys', async () => {
  expect(await laneStates(database.pool, empty)).toMatchObject([
    { isConnected: false },
    { isConnected: false },
  ]);
  expect(await newestSettings(database.pool, empty, 'direction')).toMatchObject({ rev: 1 });
  expect(await settingsInForce(database.pool, empty, 'direction')).toMatchObject({ rev: 1 });
  expect(
    await settingsVersions(database.pool, empty, 'direction', { after: null, limit: 9 }),
  ).toHaveLength(1);
  expect(await listAudit(database.pool, empty, null, 9)).toEqual([]);
  expect(await listAudit(database.pool, full, null, 9)).toHaveLength(1);
  expect(await listKeys(database.pool, empty)).toHaveLength(1);
  expect(await listKeys(database.pool, full)).toHaveLength(2);
});

test('nothing that one tenant writes touches the other', async () => {
  const { pool } = database;
  const before = await deliveries(pool, full);
  const ids = before.map(({ id }) => id);
  const lane = await holdLane(pool, empty, 'qbo');
  const freeze = (): never => {
    throw new Error('nothing to freeze');
  };
  expect(await recordSend(pool, lane, before.map(memberOf), freeze, [])).toEqual({
    type: 'recorded',
    sends: [null],
  });
  expect(await takeOverSends(pool, lane, 0)).toBe(0);
  await settleWithoutSend(
    pool,
    lane,
    ids.map((id) => ({ ...accepted(id), event: { type: 'hold', reason: 'ambiguous_match' } })),
  );
  expect(await discardDelivery(pool, empty, ids[0] ?? '', 'why')).toBe('unknown');
  await noteShown(pool, empty, ids[0] ?? '', 99);
  await requestRedrive(pool, empty, 'r', { selector: { ids }, by: 'test' });
  expect([...((await applyRedrive(pool, empty, 'r', Date.now())) ?? [])]).toEqual([]);
  await setSettings(
    pool,
    empty,
    'direction',
    pushingAllBut([
      ['qbo', 'customer'],
      ['qbo', 'product'],
    ]),
  );
  expect(await saveCredentials(pool, { tenant: empty, system: 'qbo' }, 1, 'stolen')).toBe(false);
  expect(await recount(pool, empty)).toEqual([]);
  expect(await deliveries(pool, full)).toEqual(before);
  expect(await disconnect(pool, empty, 'qbo')).toBe(false);
  expect(await findConnection(pool, full, 'qbo')).toMatchObject({ sealed: 'x' });
});

test('a settlement with a send of another tenant is refused', async () => {
  const { pool } = database;
  const lane = await holdLane(pool, full, 'qbo');
  const asked = await takeVerifying(pool, lane, [], false);
  if (asked.type !== 'reopened') throw new Error(asked.type);
  const before = await deliveries(pool, full);
  const foreign = { ...lane, tenant: empty };
  await settleSend(
    pool,
    foreign,
    asked.send,
    asked.send.members.map(({ deliveryId }) => accepted(deliveryId)),
    { state: 'settled', outcome: '' },
  );
  expect(await deliveries(pool, full)).toEqual(before);
});

test('a key opens its own tenant only, and a revoked one nothing', async () => {
  const { pool } = database;
  const owner = await findKeyOwner(pool, 'second-key');
  expect(owner).toMatchObject({ role: 'viewer', tenant: { id: full } });
  expect(await findKeyOwner(pool, 'second-kez')).toBeNull();
  const next = { key: 'third-key', overlapMs: 0, expiresAt: null };
  expect(await rotateKey(pool, empty, owner?.keyId ?? '', next)).toBeNull();
  expect(await revokeKey(pool, empty, owner?.keyId ?? '')).toBe('unknown');
  expect(await findKeyOwner(pool, 'second-key')).not.toBeNull();
  expect(await revokeKey(pool, full, owner?.keyId ?? '')).toBe('revoked');
  expect(await findKeyOwner(pool, 'second-key')).toBeNull();
  expect(await findTenant(pool, "x' OR '1'='1")).toBeNull();
});

test('a tenant that does not exist has no cursor', async () => {
  await expect(withCursor(database.pool, 999_999, () => Promise.resolve())).rejects.toThrow(
    'does not exist',
  );
});
