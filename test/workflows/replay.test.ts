import { beforeAll, describe, expect, test } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';

import { testServers } from '../support/env';
import { recorded, recordedNames, type History } from '../support/histories';

// Workflow code must go on with what it began (architecture.md#i9). Without a server: only the
// recorded histories.

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
});

async function replay(history: History, workflowId = 'tenant-sync:replayed'): Promise<void> {
  const workflowBundle = { codePath: testServers().bundlePath };
  await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
}

describe('recorded runs', () => {
  test('there is one for each path that matters', () => {
    expect(recordedNames().sort()).toEqual([
      'breaker',
      'direction',
      'drain',
      'dry-run',
      'quick-wake',
      'redrive',
      'roll',
    ]);
  });

  test.each(['breaker', 'direction', 'drain', 'dry-run', 'quick-wake', 'redrive', 'roll'])(
    '%s replays with the code of today',
    async (name) => {
      await expect(replay(recorded(name))).resolves.toBeUndefined();
    },
  );

  test('a history in which another activity was asked for is refused', async () => {
    const history = recorded('drain');
    const scheduled = history.events?.find(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'absorbChanges',
    );
    const activityType = scheduled?.activityTaskScheduledEventAttributes?.activityType;
    if (activityType === null || activityType === undefined) throw new Error('no absorb in it');
    activityType.name = 'setLane';
    await expect(replay(history)).rejects.toThrow(/determinis/i);
  });

  test('a history without the end of its first turn is refused', async () => {
    const history = recorded('drain');
    const events = history.events ?? [];
    const completed = events.findIndex((event) => event.activityTaskCompletedEventAttributes);
    history.events = events.filter((_event, index) => index !== completed);
    await expect(replay(history)).rejects.toThrow();
  });
});
