import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { documents } from '../support/sandboxes';
import { sendChanges, startStack, untilIdle, type Stack } from '../support/stack';
import { alone, states, summed, summingTenant, ticket } from './summing';

// Tickets at the edge of days of summaries: voided before they were in one, moved to one after they were posted.

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
}, 60_000);
afterAll(async () => {
  await stack.stop();
}, 60_000);

test('a ticket that was voided before it was in a summary is in none, and is in one when it is sold after all', async () => {
  const tenant = await summingTenant(stack);
  const day = { businessDate: summed };
  const voided = { ...day, voided: true };
  const twice = [{ tender: 'cash', amountMinor: 500 }, { tender: 'card', amountMinor: 750 }]; // prettier-ignore
  const exchange: [string, number][] = [['A', 2], ['A', -1]]; // prettier-ignore
  await sendChanges(stack, tenant, [
    ticket('T-1', 1, [['A', 1]], day),
    ticket('T-2', 1, [['A', 2]], day),
    ticket('T-2', 2, [['A', 2]], voided),
    ticket('T-3', 1, [['A', 4]], voided),
    // No summary could hold it, and nothing has to.
    ticket('T-4', 1, exchange, { ...voided, tenders: twice }),
  ]);
  await untilIdle(stack, tenant, 50_000);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt P-20261120-CARD 12.50']);
  expect((await states(stack, tenant)).filter((line) => !line.startsWith('T-4'))).toEqual([
    'T-1 sale delivered',
    'T-2 sale skipped voided',
    'T-3 sale skipped voided',
  ]);
  expect((await states(stack, tenant)).filter((line) => !line.includes('skipped'))).toEqual(['T-1 sale delivered']); // prettier-ignore
  await sendChanges(stack, tenant, [ticket('T-3', 2, [['A', 4]], day), ticket('T-1', 2, [['A', 1]], voided)]); // prettier-ignore
  await untilIdle(stack, tenant, 50_000);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt P-20261120-CARD 50.00']);
}, 120_000);

test('what an edit adds to a ticket that stands by itself is posted by itself, also on a day of summaries', async () => {
  const tenant = await summingTenant(stack);
  await sendChanges(stack, tenant, [ticket('T-1', 1, [['A', 2]], { businessDate: alone })]);
  await untilIdle(stack, tenant, 50_000);
  expect(await documents(stack, tenant)).toEqual(['SalesReceipt T-1 25.00']);
  const exchange: [string, number][] = [['A', 3], ['A', -1]]; // prettier-ignore
  await sendChanges(stack, tenant, [ticket('T-1', 2, exchange, { businessDate: summed })]);
  await untilIdle(stack, tenant, 20_000);
  expect(await documents(stack, tenant)).toEqual([
    'RefundReceipt T-1-R 12.50',
    'SalesReceipt T-1 37.50',
  ]);
}, 120_000);

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
    await untilIdle(stack, tenant, 10_000);
  }
  expect(await documents(stack, tenant)).toContain('SalesReceipt P-20261120-CARD 50.00');
}, 120_000);
