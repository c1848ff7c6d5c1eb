import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { type Answer, control, listAt, send, type Shop, startShop } from '../support';

describe('the fault hold', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await startShop();
  });
  afterEach(() => shop.sandbox.close());

  const create = (sku: string): Promise<Answer> => shop.call('POST', '/wc/v3/products', { sku });
  const hold = (fault: object): Promise<unknown> =>
    control(shop.sandbox, 'faults', [{ match: { write: true }, fault: 'hold', ...fault }]);
  const products = async (): Promise<string | null> =>
    (await shop.call('GET', '/wc/v3/products')).headers.get('x-wp-total');
  const inFlight = async (): Promise<number> =>
    listAt(await control(shop.sandbox, 'journal'), 'inFlight').length;
  const untilInFlight = async (count: number): Promise<void> => {
    while ((await inFlight()) !== count);
  };

  it('carries nothing out until so many are there, then all in the order they came', async () => {
    await hold({ until: 3 });
    const first = create('A');
    await untilInFlight(1);
    const second = create('B');
    await untilInFlight(2);
    expect(await products()).toBe('0');
    const answers = await Promise.all([first, second, create('C')]);
    expect(answers.map((one) => one.status)).toEqual([201, 201, 201]);
    const ids = answers.map((one) => Number((one.body as { id: unknown }).id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    const next = create('D'); // the gate has closed again
    await untilInFlight(1);
    expect(await products()).toBe('3');
    await Promise.all([next, create('E'), create('F')]);
  });

  it('lets go what it holds when the plan is deleted', async () => {
    await hold({ until: 2 });
    const one = create('A');
    await untilInFlight(1);
    await control(shop.sandbox, 'faults', undefined, 'DELETE');
    expect((await one).status).toBe(201);
  });

  it('is ended by a reset, which cuts what is held', async () => {
    await hold({ until: 2 });
    const ended = create('A').then(
      () => 'answered',
      () => 'failed',
    );
    await untilInFlight(1);
    await control(shop.sandbox, 'reset', {});
    expect(await ended).toBe('failed');
  });

  it('needs to know how many', async () => {
    const answer = await send(`${shop.sandbox.url}/_sandbox/faults`, {
      method: 'POST',
      headers: { 'x-sandbox-token': shop.sandbox.token },
      body: '[{"fault":"hold"}]',
    });
    expect(answer).toMatchObject({ status: 400, body: { error: 'hold needs until' } });
  });
});
