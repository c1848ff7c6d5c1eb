import { expect, test } from '@jest/globals';

import { BigBodies } from '../../api/big-bodies';

// O17: what large bodies may take of the process, whoever sends how many.

const big = 4_000_000;

test(
  'one large body of a tenant is in work at a time, four of all; each gets its ' + 'turn',
  async () => {
    const bodies = new BigBodies();
    const running: string[] = [];
    const done: string[] = [];
    let peak = 0;
    let ownPeak = 0;
    const work = (tenant: string) => async (): Promise<void> => {
      running.push(tenant);
      peak = Math.max(peak, running.length);
      ownPeak = Math.max(ownPeak, running.filter((other) => other === tenant).length);
      await new Promise(setImmediate);
      running.splice(running.indexOf(tenant), 1);
      done.push(tenant);
    };
    const tenants = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((name) => [name, name, name]);
    await Promise.all(tenants.map((tenant) => bodies.run(tenant, big, work(tenant))));
    expect(peak).toBe(4);
    expect(ownPeak).toBe(1);
    expect(done.sort()).toEqual(tenants.sort());
  },
);

test('small ones pass by, also of a tenant whose large one hangs', async () => {
  const bodies = new BigBodies();
  let free = (): void => undefined;
  const hanging = bodies.run(
    'a',
    big,
    () =>
      new Promise<string>(
        (resolve) =>
          (free = () => {
            resolve('late');
          }),
      ),
  );
  await expect(bodies.run('a', 1_000, () => Promise.resolve('small'))).resolves.toBe('small');
  await expect(bodies.run('b', null, () => Promise.resolve('unsaid'))).resolves.toBe('unsaid');
  free();
  await expect(hanging).resolves.toBe('late');
});

test('a failure frees the place, and too many are sent away', async () => {
  const bodies = new BigBodies();
  await expect(bodies.run('a', big, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  let free = (): void => undefined;
  const first = bodies.run('a', big, () => new Promise<void>((resolve) => (free = resolve)));
  const rest = Array.from({ length: 200 }, () => bodies.run('a', big, () => Promise.resolve()));
  const tooMany = bodies.run('a', big, () => Promise.resolve());
  await expect(tooMany).rejects.toMatchObject({ status: 503, code: 'busy' });
  free();
  await Promise.all([first, ...rest]);
});
