import { expect, test } from '@jest/globals';

import { withCursor } from '../../database/absorb-store';
import { createPool } from '../../database/pool';
import { withDatabase } from '../support/database';
import { newTenant } from './support';

// O19: a process that is frozen in the middle of a transaction keeps nobody from the tenant's
// cursor for long.

const database = withDatabase();

test('the server ends a transaction whose process does nothing, and the next one goes on', async () => {
  const tenant = await newTenant(database.pool);
  const options = { connectionString: database.url, max: 1, isPlannedEachTime: true };
  const broken: Error[] = [];
  const frozen = createPool({
    ...options,
    applicationName: 'frozen',
    onError: (error) => broken.push(error),
  });
  try {
    const hanging = withCursor(frozen, tenant, () => new Promise(() => undefined));
    hanging.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const order: string[] = [];
    await withCursor(database.pool, tenant, () => Promise.resolve(order.push('next')));
    expect(order).toEqual(['next']);
    expect(broken[0]?.message).toContain('idle-in-transaction timeout');
  } finally {
    void frozen.end();
  }
});
