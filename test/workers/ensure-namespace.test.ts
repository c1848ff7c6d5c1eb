import { expect, test } from '@jest/globals';
import { ScheduleNotFoundError } from '@temporalio/client';
import pino from 'pino';

import { readEnv } from '../../platform/env';
import { connectTemporal } from '../../platform/temporal-client';
import { ensureNamespace } from '../../workers/ensure-namespace';
import { testServers } from '../support/env';

// O10: workers make sure now and then that the watchdog's schedule is there; Temporal's data may be
// lost.

test('a schedule that was deleted is there again, and one that is there is left alone', async () => {
  const env = readEnv({
    NODE_ENV: 'test',
    TEMPORAL_ADDRESS: testServers().temporalAddress,
    TRUTH_SYNC_ROOT_KEY: 'x'.repeat(32),
    TRUTH_SYNC_SECRET_KEYS: `test:${Buffer.alloc(32).toString('base64')}`,
  });
  const client = connectTemporal(env);
  const logger = pino({ level: 'silent' });
  const schedule = client.schedule.getHandle('truth-sync-watchdog');
  try {
    await ensureNamespace(env, client, logger);
    await schedule.delete();
    await expect(schedule.describe()).rejects.toThrow(ScheduleNotFoundError);
    await ensureNamespace(env, client, logger);
    await ensureNamespace(env, client, logger);
    expect((await schedule.describe()).spec.intervals).toHaveLength(1);
  } finally {
    await schedule.delete();
    await client.connection.close();
  }
});
