import { afterAll, beforeAll } from '@jest/globals';

import { startStack, type Stack, type TestTenant } from './stack';

/**
 * For a file whose cases take long and disturb nobody: starts a stack before the tests and all
 * cases at once on it, each with a tenant of its own. Answers what gives a test its case when that
 * is through.
 */
export function startCases<Case>(
  cases: readonly Case[],
  run: (stack: Stack, one: Case) => Promise<TestTenant>,
): (one: Case) => Promise<{ stack: Stack; tenant: TestTenant }> {
  const runs = new Map<Case, Promise<{ stack: Stack; tenant: TestTenant }>>();
  let stack: Stack | null = null;
  beforeAll(async () => {
    const started = await startStack();
    stack = started;
    for (const one of cases) {
      const running = run(started, one).then((tenant) => ({ stack: started, tenant }));
      running.catch(() => undefined);
      runs.set(one, running);
    }
  }, 60_000);
  afterAll(async () => {
    await Promise.allSettled(runs.values());
    await stack?.stop();
  }, 60_000);
  return (one) => {
    const running = runs.get(one);
    if (running === undefined) throw new Error('the case did not run');
    return running;
  };
}
