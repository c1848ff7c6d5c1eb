import { fixture } from './fixture';
import { withStack, type Stack, type TestTenant } from './stack';

/**
 * For cases that take long and disturb nobody: starts all of them at once before the tests, each
 * with a tenant of its own, on a stack of their own unless given. Answers what gives a test its
 * case when that is through.
 */
export function startCases<Case>(
  cases: readonly Case[],
  run: (stack: Stack, one: Case) => Promise<TestTenant>,
  stack = withStack(),
): (one: Case) => Promise<{ stack: Stack; tenant: TestTenant }> {
  const runs = new Map<Case, Promise<{ stack: Stack; tenant: TestTenant }>>();
  fixture(() => {
    for (const one of cases) {
      const running = run(stack, one).then((tenant) => ({ stack, tenant }));
      running.catch(() => undefined);
      runs.set(one, running);
    }
    return Promise.resolve({
      stop: async () => {
        await Promise.allSettled(runs.values());
      },
    });
  });
  return (one) => {
    const running = runs.get(one);
    if (running === undefined) throw new Error('the case did not run');
    return running;
  };
}
