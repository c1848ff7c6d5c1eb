import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { putMapping } from '../../database/mappings';
import { dayIn } from '../../domain/business-day';
import { at } from '../sandbox/support';
import { accountsOf, depositReceipts, inBooks, post } from '../support/operator';
import { customer, order, product } from '../support/samples';
import {
  createTestTenant,
  sendChanges,
  withStack,
  untilIdle,
  type TestChange,
} from '../support/stack';

const stack = withStack();
const found = z.array(z.looseObject({ Id: z.string(), TxnDate: z.string(), TotalAmt: z.number() }));
type Found = z.infer<typeof found>;

test('B20: what corrects a deposited ticket has the business day on which the correction came', async () => {
  const tenant = await createTestTenant(stack);
  await post(stack, tenant, { correction: { day: 'correctionDay' } });
  const sent = async (...changes: TestChange[]): Promise<void> => {
    await sendChanges(stack, tenant, changes);
    await untilIdle(stack, tenant);
  };
  await sent(product('A'), customer('c-1'));
  const undeposited = (await accountsOf(stack, tenant))['Undeposited Funds'] ?? '';
  await putMapping(
    stack.database.pool,
    tenant.id,
    { kind: 'account', key: 'clearing:card', target: { id: undeposited, name: null } },
    'test',
  );
  await sent(order('T-1', [['A', 2]], 'c-1'));
  const read = async (entity: string): Promise<Found> => {
    const query = encodeURIComponent(`SELECT * FROM ${entity}`);
    return found.parse(
      at(await inBooks(stack, tenant, `query?query=${query}`), `QueryResponse.${entity}`),
    );
  };
  const [receipt] = await read('SalesReceipt');
  await depositReceipts(stack, tenant, [{ id: receipt?.Id ?? '', total: 25 }], '2026-11-25');
  await sent({ ...order('T-1', [['A', 1]], 'c-1'), revision: 2 });
  const today = dayIn('America/New_York', new Date().toISOString());
  expect(await read('RefundReceipt')).toMatchObject([{ TxnDate: today, TotalAmt: 12.5 }]);
  expect(receipt).toMatchObject({ TxnDate: '2026-11-21' });
});
