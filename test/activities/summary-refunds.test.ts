import { expect, test } from '@jest/globals';

import { listFailedChanges } from '../../database/failed-changes';
import { putMapping } from '../../database/mappings';
import type { OrderBody, RefundBody } from '../../domain/bodies';
import {
  sendChanges,
  withStack,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { documents } from '../support/sandboxes';
import { orderBody } from '../support/samples';
import { heldWith, untilStands } from '../support/ways-out';
import { alone, putPosting, states, summed, summingTenant, ticket } from './summing';

// What is given back on days of summaries: compared with its sale wherever that lies, and split by
// its tenders.

const stack = withStack();

function refund(
  recordId: string,
  pieces: number,
  changes: Partial<RefundBody>,
  revision = 1,
): TestChange {
  const body = {
    ...orderBody(recordId, [['A', pieces]], null),
    businessDate: summed,
    restock: true,
    ...changes,
  };
  return { kind: 'refund', recordId, revision, body };
}

async function settled(tenant: TestTenant): Promise<string[]> {
  await untilIdle(stack, tenant);
  return documents(stack, tenant);
}

test('refunds together stay within their sale, also when sale and refund lie in different days and modes', async () => {
  const tenant = await summingTenant(stack);
  await sendChanges(stack, tenant, [
    ticket('S-1', 1, [['A', 2]], { businessDate: summed }),
    ticket('S-2', 1, [['A', 2]], { businessDate: alone }),
    refund('R-1', 1, { orderId: 'S-1' }),
    refund('R-2', 2, { orderId: 'S-1' }),
    refund('R-3', 1, { orderId: 'S-2' }),
    refund('R-4', 2, { orderId: 'S-2' }),
    refund('R-5', 1, { orderId: 'S-1', businessDate: alone }),
    refund('R-6', 1, { orderId: 'S-1', businessDate: alone }),
    refund('R-7', 1, { orderId: 'S-3' }),
  ]);
  expect(await settled(tenant)).toEqual([
    'RefundReceipt P-20261120-CARD-R 25.00',
    'RefundReceipt R-5 12.50',
    'SalesReceipt P-20261120-CARD 25.00',
    'SalesReceipt S-2 25.00',
  ]);
  expect((await states(stack, tenant)).filter((line) => !line.includes('delivered'))).toEqual([
    'R-2 refund held refund_above_sale',
    'R-4 refund held refund_above_sale',
    'R-6 refund held refund_above_sale',
    'R-7 refund held dependency',
  ]);
  // Its sale comes, one that is summed up is edited above its sale, and one is voided, so that
  // another fits.
  await sendChanges(stack, tenant, [
    ticket('S-3', 1, [['A', 1]], { businessDate: summed }),
    refund('R-3', 3, { orderId: 'S-2' }, 2),
  ]);
  expect(await settled(tenant)).toEqual([
    // The edited one is too much by itself, so the one that came after it fits.
    'RefundReceipt P-20261120-CARD-R 50.00',
    'RefundReceipt R-5 12.50',
    'SalesReceipt P-20261120-CARD 37.50',
    'SalesReceipt S-2 25.00',
  ]);
  await sendChanges(stack, tenant, [
    refund('R-1', 1, { orderId: 'S-1', voided: true }, 2),
    refund('R-8', 1, { orderId: 'S-1', businessDate: alone }),
  ]);
  // B5: the one that was held before is looked at again and fits now; the later one is too much.
  expect(await settled(tenant)).toContain('RefundReceipt R-6 12.50');
  expect(await documents(stack, tenant)).toContain('RefundReceipt P-20261120-CARD-R 37.50');
  expect((await states(stack, tenant)).filter((line) => line.includes('held'))).toEqual([
    'R-2 refund held refund_above_sale',
    'R-3 refund held refund_above_sale',
    'R-8 refund held refund_above_sale',
  ]);
});

test('in summaries too, what is given back onto a gift card counts against its sale', async () => {
  const tenant = await summingTenant(stack);
  const { pool } = stack.database;
  const { rows } = await pool.query<{ id: string }>(
    `SELECT remote_id AS id FROM deliveries WHERE tenant = $1 AND system = 'qbo'
       AND kind = 'product'`,
    [tenant.id],
  );
  const target = { id: rows[0]?.id ?? '', name: null };
  await putMapping(pool, tenant.id, { kind: 'item', key: '@giftCard', target }, 'test');
  const onCard: Partial<RefundBody> = {
    orderId: 'S-1',
    giftCards: { used: [{ code: 'G-1', amountMinor: 2_500 }] },
    tenders: [],
    totals: { netMinor: 2_500, taxMinor: 0, totalMinor: 0 },
  };
  await sendChanges(stack, tenant, [
    ticket('S-1', 1, [['A', 2]], { businessDate: summed }),
    refund('R-1', 2, onCard),
    refund('R-2', 2, onCard),
  ]);
  await settled(tenant);
  expect(await heldWith(stack, tenant)).toEqual([
    'qbo refund R-2 held refund_above_sale: Of S-1 25.00 were sold and 25.00 given back ' +
      'before: 25.00 more are too much',
  ]);
  await sendChanges(stack, tenant, [
    refund('R-2', 2, { ...onCard, voided: true }, 2),
    ticket('S-1', 2, [['A', 2]], { businessDate: summed, voided: true }),
  ]);
  expect(await settled(tenant)).toContain('SalesReceipt P-20261120-CARD 25.00');
  expect(await heldWith(stack, tenant)).toEqual([
    expect.stringContaining('S-1 held in_use: The order S-1 is voided at the POS, but refunds'),
  ]);
});

test('exchanges and refunds of several tenders stand by tender; what only its sale explains is a document of its own', async () => {
  const tenant = await summingTenant(stack);
  const day = { businessDate: summed };
  const cashAndCard = (cash: number, card: number): OrderBody['tenders'] => [
    { tender: 'cash', amountMinor: cash },
    { tender: 'card', amountMinor: card },
  ];
  await sendChanges(stack, tenant, [
    ticket(
      'X-1',
      1,
      [
        ['A', 3],
        ['A', -1],
      ],
      { ...day, tenders: cashAndCard(500, 2_000) },
    ),
    ticket(
      'X-2',
      1,
      [
        ['A', 2],
        ['A', -2],
      ],
      { ...day, tenders: [] },
    ),
    ticket('X-3', 1, [['A', 1]], { ...day, tenders: cashAndCard(-750, 2_000) }),
    refund('R-1', 1, { tenders: cashAndCard(1_000, 250) }),
    ticket('S-1', 1, [['A', 2]], day),
    refund('R-2', 0, {
      orderId: 'S-1',
      lines: [],
      unallocatedMinor: 700,
      tenders: [{ tender: 'card', amountMinor: 700 }],
      totals: { netMinor: 700, taxMinor: 0, totalMinor: 700 },
    }),
  ]);
  expect(await settled(tenant)).toEqual([
    'RefundReceipt P-20261120-CARD-R 2.50',
    'RefundReceipt P-20261120-CASH-R 22.50',
    expect.stringMatching(/^RefundReceipt P-20261120-E\w+-R 25.00$/),
    'RefundReceipt R-2 7.00',
    'SalesReceipt P-20261120-CARD 45.00',
    'SalesReceipt P-20261120-CASH 17.50',
    expect.stringMatching(/^SalesReceipt P-20261120-E\w+ 25.00$/),
    'SalesReceipt X-3 12.50',
    'Transfer - 20.00',
    'Transfer - 7.50',
  ]);
  expect(await states(stack, tenant)).not.toContainEqual(expect.stringContaining('held'));
});

test('B4: a voided sale stays in its summary as long as refunds of it are in the books or on their way there, with both names', async () => {
  const tenant = await summingTenant(stack);
  const sale = (recordId: string, revision: number, change: object = {}): TestChange =>
    ticket(recordId, revision, [['A', 2]], { businessDate: summed, ...change });
  const held = async (): Promise<string[]> => (await heldWith(stack, tenant)).sort();
  const stands = [
    'RefundReceipt P-20261120-CARD-R 12.50',
    'RefundReceipt R-2 12.50',
    'SalesReceipt P-20261120-CARD 50.00',
  ];
  // Refunds of the same day and of a day that is posted ticket by ticket.
  await sendChanges(stack, tenant, [
    sale('S-1', 1),
    sale('S-2', 1),
    refund('R-1', 1, { orderId: 'S-1' }),
    refund('R-2', 1, { orderId: 'S-2', businessDate: alone }),
  ]);
  expect(await settled(tenant)).toEqual(stands);
  await sendChanges(stack, tenant, [
    sale('S-1', 2, { voided: true }),
    sale('S-2', 2, { voided: true }),
  ]);
  expect(await settled(tenant)).toEqual(stands);
  expect(await held()).toEqual([
    expect.stringContaining(
      'qbo order S-1 held in_use: The order S-1 is voided at the POS, but refunds of it ' +
        'are in QuickBooks: R-1 over 12.50',
    ),
    expect.stringContaining(
      'qbo order S-2 held in_use: The order S-2 is voided at the POS, but refunds of it ' +
        'are in QuickBooks: R-2 over 12.50',
    ),
  ]);
  // Once more the same, and one of the refunds is voided: its sale goes too, by itself.
  await sendChanges(stack, tenant, [
    sale('S-2', 3, { voided: true }),
    refund('R-1', 1, { orderId: 'S-1', voided: true }, 2),
  ]);
  expect(await settled(tenant)).toEqual([
    'RefundReceipt P-20261120-CARD-R 0.00',
    'RefundReceipt R-2 12.50',
    'SalesReceipt P-20261120-CARD 25.00',
  ]);
  expect(await held()).toEqual([expect.stringContaining('qbo order S-2 held in_use')]);
  await sendChanges(stack, tenant, [
    refund('R-2', 1, { orderId: 'S-2', businessDate: alone, voided: true }, 2),
  ]);
  expect(await settled(tenant)).toEqual([
    'RefundReceipt P-20261120-CARD-R 0.00',
    'RefundReceipt R-2 0.00',
    'SalesReceipt P-20261120-CARD 0.00',
  ]);
  expect(await held()).toEqual([]);
});

test('B4: sale and refund voided in any order of arrival leave nothing, and a void that comes first holds the refund', async () => {
  const tenant = await summingTenant(stack);
  const day = { businessDate: summed };
  const sale = (recordId: string, revision: number, change: object = {}): TestChange =>
    ticket(recordId, revision, [['A', 2]], { ...day, ...change });
  await sendChanges(stack, tenant, [
    sale('S-1', 1),
    refund('R-1', 1, { orderId: 'S-1' }),
    sale('S-2', 1),
  ]);
  await settled(tenant);
  await sendChanges(stack, tenant, [
    sale('S-1', 2, { voided: true }),
    refund('R-1', 1, { orderId: 'S-1', voided: true }, 2),
    sale('S-2', 2, { voided: true }),
  ]);
  expect(await settled(tenant)).toEqual([
    'RefundReceipt P-20261120-CARD-R 0.00',
    'SalesReceipt P-20261120-CARD 0.00',
  ]);
  expect(await heldWith(stack, tenant)).toEqual([]);
  await sendChanges(stack, tenant, [refund('R-2', 1, { orderId: 'S-2' })]);
  await settled(tenant);
  expect(await heldWith(stack, tenant)).toEqual([
    'qbo refund R-2 held refund_above_sale: The order S-2 is voided at the POS, so refund ' +
      'R-2 of 12.50 gives back more than was sold. Void the refund at the POS too, or send ' +
      'the order again as it was',
  ]);
  // Sent again as it was: both are in the books, as if nothing had been voided.
  await sendChanges(stack, tenant, [sale('S-2', 3)]);
  expect((await settled(tenant)).filter((line) => !line.endsWith(' 0.00'))).toEqual([
    expect.stringMatching(/^RefundReceipt P-20261120-CARD-R\S* 12.50$/),
    expect.stringMatching(/^SalesReceipt P-20261120-CARD\S* 25.00$/),
  ]);
  expect(await heldWith(stack, tenant)).toEqual([]);
});

const fits = (
  recordId: string,
  revision: number,
  pieces: number,
  change: object = {},
): TestChange => ticket(recordId, revision, [['A', pieces]], { businessDate: summed, ...change });

test('B4: a sale that is made smaller than its refunds in the books keeps its former share of the summary, with both figures', async () => {
  const tenant = await summingTenant(stack);
  const held = async (): Promise<string[]> => (await heldWith(stack, tenant)).sort();
  const stands = [
    'RefundReceipt P-20261120-CARD-R 25.00',
    'RefundReceipt R-2 25.00',
    'SalesReceipt P-20261120-CARD 75.00',
  ];
  await sendChanges(stack, tenant, [
    fits('S-1', 1, 3),
    fits('S-2', 1, 3),
    refund('R-1', 2, { orderId: 'S-1' }),
    refund('R-2', 2, { orderId: 'S-2', businessDate: alone }),
  ]);
  expect(await settled(tenant)).toEqual(stands);
  // Smaller, and smaller again, with another tender and day; another ticket moves the summary.
  const cash = { tenders: [{ tender: 'cash', amountMinor: 1_250 }] };
  await sendChanges(stack, tenant, [fits('S-1', 2, 1, cash), fits('S-2', 2, 1)]);
  expect(await settled(tenant)).toEqual(stands);
  await sendChanges(stack, tenant, [
    fits('S-1', 3, 1),
    fits('S-2', 3, 1, { businessDate: alone }),
    fits('S-3', 1, 1),
  ]);
  expect(await settled(tenant)).toEqual([
    ...stands.slice(0, 2),
    'SalesReceipt P-20261120-CARD 87.50',
  ]);
  expect(await held()).toEqual([
    expect.stringContaining(
      'qbo order S-1 held in_use: The order S-1 is 12.50 at the POS now, ' +
        'but refunds of it are in QuickBooks: R-1 over 25.00',
    ),
    expect.stringContaining(
      'qbo order S-2 held in_use: The order S-2 is 12.50 at the POS now, ' +
        'but refunds of it are in QuickBooks: R-2 over 25.00',
    ),
  ]);
  // One refund is corrected, the other sale is sent again as it was: both go by themselves.
  await sendChanges(stack, tenant, [
    refund('R-1', 1, { orderId: 'S-1' }, 2),
    fits('S-2', 4, 2, { businessDate: summed }),
  ]);
  expect(await settled(tenant)).toEqual([
    'RefundReceipt P-20261120-CARD-R 12.50',
    'RefundReceipt R-2 25.00',
    'SalesReceipt P-20261120-CARD 50.00',
  ]);
  expect(await held()).toEqual([]);
  expect((await states(stack, tenant)).filter((line) => !line.includes('delivered'))).toEqual([]);
});

test('B4: on a day that is not posted yet a sale under its refunds is neither made smaller nor deleted, and goes when they are corrected', async () => {
  const tenant = await summingTenant(stack);
  const open = '2030-01-01';
  await putPosting(stack, tenant, [
    { fromDay: summed, mode: 'summary' },
    { fromDay: alone, mode: 'perOrder' },
    { fromDay: open, mode: 'summary' },
  ]);
  const back = (recordId: string, orderId: string, revision: number, change = {}): TestChange =>
    refund(recordId, 2, { orderId, businessDate: open, ...change }, revision);
  await sendChanges(stack, tenant, [
    fits('S-1', 1, 3, { businessDate: open }),
    fits('S-2', 1, 3, { businessDate: open }),
    back('R-1', 'S-1', 1),
    back('R-2', 'S-2', 1),
  ]);
  await untilStands(stack, tenant, ['qbo', 'refund', 'R-1'], 'summary');
  await untilStands(stack, tenant, ['qbo', 'refund', 'R-2'], 'summary');
  await sendChanges(stack, tenant, [
    fits('S-1', 2, 1, { businessDate: open }),
    { kind: 'order', op: 'delete', recordId: 'S-2', revision: 2, body: {} },
  ]);
  await untilStands(stack, tenant, ['qbo', 'order', 'S-1'], 'in_use');
  const failed = await listFailedChanges(stack.database.pool, tenant.id, { afterPos: 0 }, 50);
  expect(failed.map(({ recordId, code, detail }) => `${recordId} ${code}: ${detail}`)).toEqual([
    expect.stringContaining('S-2 posted_not_deleted: The order S-2 is in a daily summary'),
  ]);
  // The refund of the first is voided: it goes by itself. Both are posted as they stand.
  await sendChanges(stack, tenant, [back('R-1', 'S-1', 2, { voided: true })]);
  await untilStands(stack, tenant, ['qbo', 'order', 'S-1'], 'summary');
  await stack.database.pool.query(
    `UPDATE deliveries SET due_at = now() WHERE tenant = $1 AND kind = 'summary'`,
    [tenant.id],
  );
  await sendChanges(stack, tenant, [ticket('T-1', 1, [['A', 1]], { businessDate: alone })]);
  expect(await settled(tenant)).toEqual([
    'RefundReceipt P-20300101-CARD-R 25.00',
    'SalesReceipt P-20300101-CARD 50.00',
    'SalesReceipt T-1 12.50',
  ]);
  expect(await heldWith(stack, tenant)).toEqual([]);
});

/** All orders of these. */
function ordersOf<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((one, index) =>
    ordersOf(all.filter((_, other) => other !== index)).map((rest) => [one, ...rest]),
  );
}

test('B4: a sale made smaller and its refund corrected end in the same books in any order of arrival', async () => {
  const tenant = await summingTenant(stack);
  const facts = (n: number): TestChange[] => [
    fits(`S-${n}`, 1, 3),
    fits(`S-${n}`, 2, 1),
    refund(`R-${n}`, 3, { orderId: `S-${n}` }),
    refund(`R-${n}`, 1, { orderId: `S-${n}` }, 2),
  ];
  const orders = ordersOf([0, 1, 2, 3]);
  for (const step of [0, 1, 2, 3]) {
    const some = orders.flatMap((order, n) => facts(n)[order[step] ?? 0] ?? []);
    await sendChanges(stack, tenant, some);
    await settled(tenant);
  }
  const total = (orders.length * 12.5).toFixed(2);
  expect((await documents(stack, tenant)).filter((line) => !line.endsWith(' 0.00'))).toEqual([
    `RefundReceipt P-20261120-CARD-R ${total}`,
    `SalesReceipt P-20261120-CARD ${total}`,
  ]);
  expect((await states(stack, tenant)).filter((line) => !line.includes('delivered'))).toEqual([]);
});

test('a refund finds its sale in a summary, also where the ticket came voided before, as an invoice with its payment', async () => {
  const tenant = await summingTenant(stack, { paid: { as: 'invoicePayment' } });
  const day = { businessDate: summed };
  await sendChanges(stack, tenant, [ticket('S-1', 1, [['A', 2]], { ...day, voided: true })]);
  await untilIdle(stack, tenant);
  await sendChanges(stack, tenant, [ticket('S-1', 2, [['A', 2]], day)]);
  await untilIdle(stack, tenant);
  await sendChanges(stack, tenant, [refund('R-1', 1, { orderId: 'S-1', businessDate: alone })]);
  expect(await settled(tenant)).toEqual([
    'RefundReceipt R-1 12.50',
    'SalesReceipt P-20261120-CARD 25.00',
  ]);
  expect(await heldWith(stack, tenant)).toEqual([]);
});
