import { describe, expect, it } from '@jest/globals';

import { latencyMs as qboLatencyMs } from '../../../sandbox/qbo/latency';
import { createRandom } from '../../../sandbox/random';
import { type VendorRequest } from '../../../sandbox/server/vendor';
import { latencyMs } from '../../../sandbox/woo/latency';
import { control, startShop } from '../support';

function request(method: string, path: string): VendorRequest {
  const [plain = '', rawQuery = ''] = path.split('?');
  const query = new URLSearchParams(rawQuery);
  const rest = { headers: {}, body: Buffer.from(''), isTls: false };
  return { method, path: `/shop/wp-json/wc/v3${plain}`, rawQuery, query, ...rest };
}

/** Mean of 200 calls. */
function meanMs(method: string, path: string, operations: number, beside = 0): number {
  const random = createRandom(1);
  const facts = { tenant: 'shop', entities: [], operations, isWrite: method !== 'GET' };
  let total = 0;
  for (let n = 0; n < 200; n += 1) {
    total += latencyMs(request(method, path), facts, beside, random);
  }
  return total / 200;
}

describe('the profile real', () => {
  // woocommerce.md#timing; a tenth on either side.
  it.each([
    ['GET', '/products/12', 0, 0, 81],
    ['PUT', '/products/12', 1, 0, 116],
    ['POST', '/products/batch', 10, 0, 320],
    ['POST', '/products/batch', 25, 0, 700],
    ['POST', '/products/batch', 100, 0, 2_800],
    ['POST', '/products/batch', 25, 3, 900],
    ['GET', '/products?per_page=100', 0, 0, 480],
  ])('%s %s of %d with %d beside takes what was measured', (method, path, size, beside, ms) => {
    const mean = meanMs(method, path, size, beside);
    expect(mean).toBeGreaterThan(ms * 0.9);
    expect(mean).toBeLessThan(ms * 1.1);
  });

  it('lets QuickBooks take 0.3 to 1.5 s, the same with the same seed', () => {
    const run = (): number[] => {
      const random = createRandom(7);
      return Array.from({ length: 300 }, () => qboLatencyMs(random));
    };
    const times = run();
    expect(run()).toEqual(times);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(300);
    expect(Math.min(...times)).toBeLessThan(350);
    expect(Math.max(...times)).toBeLessThanOrEqual(1_500);
    expect(Math.max(...times)).toBeGreaterThan(1_450);
  });

  it('is a setting, and latencyMs comes on top', async () => {
    const shop = await startShop();
    const timeMs = async (settings: object): Promise<number> => {
      await control(shop.sandbox, 'settings', settings);
      const startMs = Date.now();
      await shop.call('GET', '/wc/v3/products/1');
      return Date.now() - startMs;
    };
    const realMs = await timeMs({ latency: 'real' });
    expect(realMs).toBeGreaterThanOrEqual(70);
    expect(await timeMs({ latencyMs: 60 })).toBeGreaterThanOrEqual(130);
    await shop.sandbox.close();
  });
});
