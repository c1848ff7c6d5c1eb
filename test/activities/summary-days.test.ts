import { randomUUID } from 'node:crypto';

import { expect, test } from '@jest/globals';

import { documents } from '../support/sandboxes';
import { requestRedrive } from '../../database/failures';
import { orderBody } from '../support/samples';
import { signal } from '../support/tenant-workflow';
import {
  sendChanges,
  withStack,
  until,
  untilIdle,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { alone, states, summed, summingTenant, ticket } from './summing';

// Tickets at the edge of days of summaries: voided before they were in one, moved to one after they
// were posted.

const stack = withStack();

test('a ticket that was voided before it was in a summary is in none, and is in one when it is sold after all', async () => {
  const tenant = await summingTenant(stack);
  const day = { businessDate: summed };
  const voided = { ...day, voided: true };
  const twice = [
    { tender: 'cash', amountMinor: 500 },
    { tender: 'card', amountMinor: 750 },
  ];
  const exchange: [string, number][] = [
    ['A', 2],
    ['A', -1],
  ];
  await sendChanges(stack, tenant, [
    ticket('T-1', 1, [['A', 1]], day),
    ticket('T-2', 1, [['A', 2]], day),
    ticket('T-2', 2, [['A', 2]], voided),
    ticket('T-3', 1, [['A', 4]], voided),
    // No summary could hold it, and nothing has to.
    ticket('T-4', 1, exchange, { ...voided, tenders: twice }),
  ]);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt P-20261120-CARD 12.50']);
  expect((await states(stack, tenant)).filter((line) => !line.startsWith('T-4'))).toEqual([
    'T-1 sale delivered',
    'T-2 sale skipped voided',
    'T-3 sale skipped voided',
  ]);
  expect((await states(stack, tenant)).filter((line) => !line.includes('skipped'))).toEqual([
    'T-1 sale delivered',
  ]);
  await sendChanges(stack, tenant, [
    ticket('T-3', 2, [['A', 4]], day),
    ticket('T-1', 2, [['A', 1]], voided),
  ]);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt P-20261120-CARD 50.00']);
});

test('what an edit adds to a ticket that stands by itself is posted by itself, also on a day of summaries', async () => {
  const tenant = await summingTenant(stack);
  await sendChanges(stack, tenant, [ticket('T-1', 1, [['A', 2]], { businessDate: alone })]);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt T-1 25.00']);
  const exchange: [string, number][] = [
    ['A', 3],
    ['A', -1],
  ];
  await sendChanges(stack, tenant, [ticket('T-1', 2, exchange, { businessDate: summed })]);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual([
    'RefundReceipt T-1-R 12.50',
    'SalesReceipt T-1 37.50',
  ]);
});

test('a half that a ticket of a summary lost stays away at each later edit', async () => {
  const tenant = await summingTenant(stack);
  const day = { businessDate: summed };
  for (const [revision, pieces] of [
    [1, -1],
    [2, 2],
    [3, 3],
    [4, 4],
  ] as const) {
    await sendChanges(stack, tenant, [ticket('T-1', revision, [['A', pieces]], day)]);
    await untilIdle(stack, tenant);
  }
  expect(await documents(stack, tenant)).toContain('SalesReceipt P-20261120-CARD 50.00');
});

/** Whether the company works out the tax itself, as it was read last. */
async function setAutomatedTax({ id }: TestTenant, isAutomatedTax: boolean): Promise<void> {
  await stack.database.pool.query(
    `UPDATE connections SET facts = (facts::jsonb || $2)::json WHERE tenant = $1
       AND system = 'qbo'`,
    [id, JSON.stringify({ isAutomatedTax })],
  );
}

test('a ticket of which one half cannot be posted is in no summary with the other, and is in both when it can', async () => {
  const tenant = await summingTenant(stack);
  await setAutomatedTax(tenant, false);
  const day = { businessDate: summed };
  const taxed = (recordId: string, revision: number, code: string): TestChange => {
    const lines = orderBody(
      recordId,
      [
        ['A', 2],
        ['A', -1],
      ],
      null,
    ).lines.map((line, index) => ({
      ...line,
      taxes: index === 0 ? [{ code, taxMinor: 200 }] : [],
    }));
    const totals = { netMinor: 1_250, taxMinor: 200, totalMinor: 1_450 };
    return ticket(recordId, revision, [], {
      ...day,
      lines,
      totals,
      tenders: [{ tender: 'card', amountMinor: 1_450 }],
    });
  };
  const held = 'held mapping_missing';
  await sendChanges(stack, tenant, [
    ticket('T-1', 1, [['A', 1]], day),
    ticket(
      'T-2',
      1,
      [
        ['A', 3],
        ['A', -1],
      ],
      day,
    ),
    taxed('T-3', 1, 'X'),
  ]);
  await untilIdle(stack, tenant);
  expect(await documents(stack, tenant)).toEqual([
    'RefundReceipt P-20261120-CARD-R 12.50',
    'SalesReceipt P-20261120-CARD 50.00',
  ]);
  expect((await states(stack, tenant)).filter((line) => line.startsWith('T-3'))).toEqual([
    `T-3 refund ${held}`,
    `T-3 sale ${held}`,
  ]);
  // One that is in both leaves both.
  await sendChanges(stack, tenant, [taxed('T-2', 2, 'X')]);
  await untilIdle(stack, tenant);
  expect((await documents(stack, tenant)).filter((line) => !line.endsWith(' 0.00'))).toEqual([
    'SalesReceipt P-20261120-CARD 12.50',
  ]);
  expect((await states(stack, tenant)).filter((line) => line.startsWith('T-2'))).toEqual([
    `T-2 refund ${held}`,
    `T-2 sale ${held}`,
  ]);
  await setAutomatedTax(tenant, true);
  const redriveId = randomUUID();
  await requestRedrive(stack.database.pool, tenant.id, redriveId, {
    selector: { all: true },
    by: 'test',
  });
  await signal(stack, tenant, 'redrive', { id: redriveId, redriveId });
  await until(
    'redriven',
    () => states(stack, tenant),
    (all) => !all.some((line) => line.includes(held)),
  );
  await untilIdle(stack, tenant);
  expect((await states(stack, tenant)).filter((line) => !line.includes('delivered'))).toEqual([]);
  expect((await documents(stack, tenant)).filter((line) => line.includes('-R'))).toEqual([
    'RefundReceipt P-20261120-CARD-R 0.00',
    'RefundReceipt P-20261120-CARD-R-V2 25.00',
  ]);
});
