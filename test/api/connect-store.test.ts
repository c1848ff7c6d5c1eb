import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type z } from 'zod';

import { startWooSandbox } from '../../sandbox/woo/start';
import type { RunningSandbox } from '../../sandbox/server/server';
import {
  callAs,
  nowhere,
  startTestApi,
  type ApiTenant,
  type Called,
  type TestApi,
} from '../support/api';
import { control, resetStores } from '../support/sandbox-control';

let api: TestApi;
let woo: RunningSandbox;
let store: z.infer<typeof resetStores>['stores'][number];

beforeAll(async () => {
  [api, woo] = await Promise.all([startTestApi({ temporalAddress: nowhere }), startWooSandbox()]);
  const reset = await control(woo, 'reset', { stores: [{ store: 'shop' }] });
  const [first] = resetStores.parse(reset).stores;
  if (first === undefined) throw new Error('the sandbox gave no store');
  store = first;
});
afterAll(() => Promise.all([api.stop(), woo.close()]));

const put = async (tenant: ApiTenant, changes: object): Promise<Called> => {
  const { url, consumerKey, consumerSecret } = store;
  // All tenants of these tests share one store.
  const body = { url, consumerKey, consumerSecret, confirmShared: true, ...changes };
  return callAs(api, tenant, 'admin')('PUT', '/connections/woo', body);
};

it('W3: the store is asked once, and what came back is said', async () => {
  const tenant = await api.createTenant();
  const good = await put(tenant, {});
  expect(good).toMatchObject({
    status: 200,
    body: { check: { isGood: true, detail: 'WooCommerce 11.0.1, prices in GBP' } },
  });
  const wrong = await put(tenant, { consumerSecret: 'cs_wrong' });
  expect(wrong).toMatchObject({
    status: 200,
    body: {
      check: {
        isGood: false,
        detail: expect.stringMatching(
          /HTTP 401.*woocommerce_rest_authentication_error.*Check consumer secret/s,
        ),
      },
    },
  });
  const nobody = await put(await api.createTenant(), { url: `${woo.url}/mistyped` });
  expect(nobody.body).toMatchObject({
    check: { isGood: false, detail: expect.stringMatching(/HTTP 404.*no REST API/) },
  });
  expect(nobody.text).not.toContain(store.consumerSecret);
});

it.each(['/', '/wp-json', '/wp-json/wc/v3/', '/wp-admin/admin.php', '//'])(
  'W3: %s behind the address is no part of it',
  async (rest) => {
    const answer = await put(await api.createTenant(), { url: store.url + rest });
    expect(answer).toMatchObject({
      status: 200,
      body: { address: store.url, check: { isGood: true } },
    });
  },
);

it('W3: a mistyped address is replaced as long as nothing was sent to it', async () => {
  const tenant = await api.createTenant();
  expect((await put(tenant, { url: `${woo.url}/shpo` })).status).toBe(200);
  const right = await put(tenant, {});
  expect(right).toMatchObject({ status: 200, body: { account: store.url, revision: 2 } });
  await api.database.pool.query(
    `INSERT INTO deliveries (tenant, system, kind, record_id, state, remote_id, desired_rev,
       desired_op)
     SELECT id, 'woo', 'product', 'p', 'delivered', '7', 1, 'present' FROM tenants
       WHERE tenant_id = $1`,
    [tenant.tenantId],
  );
  expect(await put(tenant, { url: `${woo.url}/shpo` })).toMatchObject({
    status: 409,
    body: { code: 'other_account' },
  });
});
