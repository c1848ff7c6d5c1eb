import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type Answer, at, control, type Shop, startShop } from '../support';

let shop: Shop;
const opened: Shop[] = [];

beforeEach(async () => {
  shop = await startShop();
  opened.push(shop);
});
afterAll(() => Promise.all(opened.map((one) => one.sandbox.close())));

const api = (method: string, path: string, body?: unknown): Promise<Answer> =>
  shop.call(method, `/wc/v3${path}`, body);
const plan = (fault: string, more: object = {}): Promise<unknown> =>
  control(shop.sandbox, 'faults', [{ fault, times: 1, ...more }]);
const act = (body: object): Promise<unknown> =>
  control(shop.sandbox, 'act', { store: 'shop', ...body });
const made = async (): Promise<number> => {
  await control(shop.sandbox, 'faults', undefined, 'DELETE');
  return Number((await api('GET', '/products')).headers.get('x-wp-total'));
};

describe('answers that a site gives instead of its own (woocommerce.md#proxies)', () => {
  it.each([
    ['429', 'status:429', {}, 429, 'text/html', null],
    ['429 with Retry-After', 'status:429', { retryAfter: 7 }, 429, 'text/html', '7'],
    ['502 html', 'status:502', {}, 502, 'text/html', null],
    ['503 html', 'html503', {}, 503, 'text/html', null],
    ['504 html', 'status:504', {}, 504, 'text/html', null],
    ['524 html', 'status:524', {}, 524, 'text/html', null],
    ['maintenance', 'status:503', {}, 503, 'application/json', '600'],
    ['wp_die 500', 'wpDie', {}, 500, 'application/json', null],
    ['PHP fatal 500', 'status:500', {}, 500, 'application/json', null],
  ])('%s', async (_name, fault, more, status, type, retryAfter) => {
    await plan(fault, more);
    const answer = await api('POST', '/products', { name: 'x' });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain(type);
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
    expect(await made()).toBe(0);
  });

  it('wp_die and a PHP fatal tell themselves apart by their code', async () => {
    await plan('wpDie');
    const dies = await api('GET', '/products');
    await plan('status:500');
    const fatal = await api('GET', '/products');
    expect([at(dies.body, 'code'), at(fatal.body, 'code')]).toEqual([
      'wp_die',
      'internal_server_error',
    ]);
  });

  it('a burst of 401, as from a proxy that loses the header, ends by itself', async () => {
    await plan('status:401', { times: 3 });
    const answers = [];
    for (let call = 0; call < 4; call += 1) answers.push((await api('GET', '/products')).status);
    expect(answers).toEqual([401, 401, 401, 200]);
  });
});

describe('bodies that are damaged on the way', () => {
  it.each([
    [
      'PHP notice before the JSON',
      'noticeBeforeJson',
      (text: string) => text.startsWith('<br />') && text.endsWith('}'),
    ],
    ['byte-order mark', 'byteOrderMark', (text: string) => /^\u{feff}?\{/u.test(text)],
    ['empty 200', 'emptyBody', (text: string) => text === ''],
  ])('%s: written all the same', async (_name, fault, isForm) => {
    await plan(fault);
    expect(isForm((await api('POST', '/products', { name: 'x' })).text)).toBe(true);
    expect(await made()).toBe(1);
  });

  it('the byte-order mark is on the wire', async () => {
    await plan('byteOrderMark');
    const response = await fetch(`${shop.sandbox.url}/shop/wp-json/`);
    expect([...new Uint8Array(await response.arrayBuffer()).slice(0, 3)]).toEqual([
      0xef, 0xbb, 0xbf,
    ]);
  });

  it.each([
    ['reset before commit', 'resetBeforeCommit', 0],
    ['reset after commit', 'resetAfterCommit', 1],
    ['cut JSON', 'cutJson', 1],
  ])('%s', async (_name, fault, count) => {
    await plan(fault);
    await expect(api('POST', '/products', { name: 'x' })).rejects.toThrow();
    expect(await made()).toBe(count);
  });

  it('slow body: the whole answer, in drips', async () => {
    await plan('slowBody', { delayMs: 40 });
    expect((await api('POST', '/products', { name: 'slow' })).body).toMatchObject({ name: 'slow' });
  });

  it('crash in the middle of a batch: what was done stays done', async () => {
    await plan('batchCut', { after: 2 });
    const create = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
    await expect(api('POST', '/products/batch', { create })).rejects.toThrow();
    expect(await made()).toBe(2);
  });
});

describe('others in the shop', () => {
  it('the Date header goes by another clock than the data', async () => {
    await control(shop.sandbox, 'clock', { now: '2026-06-01T10:00:00Z', rate: 0 });
    await control(shop.sandbox, 'settings', { 'woo.clockSkewMs': 90_000 });
    const answer = await api('POST', '/products', {});
    expect(answer.headers.get('date')).toBe('Mon, 01 Jun 2026 10:01:30 GMT');
    expect(at(answer.body, 'date_modified_gmt')).toBe('2026-06-01T10:00:00');
  });

  it('a sale comes between our read and our write', async () => {
    const body = { sku: 'S', manage_stock: true, stock_quantity: 10 };
    const id = Number(at((await api('POST', '/products', body)).body, 'id'));
    await act({ as: 'shopper', do: 'sellAfterRead', sku: 'S', quantity: 3 });
    const reads = [await api('GET', `/products/${id}`), await api('GET', `/products/${id}`)];
    expect(reads.map((one) => at(one.body, 'stock_quantity'))).toEqual([10, 7]);
  });

  it('a plug-in changes the number of orders', async () => {
    await act({ as: 'plugin', do: 'numberOrders', prefix: 'WEB-' });
    const { body } = await api('POST', '/orders', {});
    expect(at(body, 'number')).toBe(`WEB-${String(at(body, 'id'))}`);
  });

  it('a plug-in adds a status', async () => {
    expect((await api('POST', '/orders', { status: 'packed' })).status).toBe(400);
    await act({ as: 'plugin', do: 'addStatus', status: 'packed' });
    expect(at((await api('POST', '/orders', { status: 'packed' })).body, 'status')).toBe('packed');
  });
});
