import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';

import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startApi } from '../../api/start-api';
import { readEnv } from '../../platform/env';
import { ensureSearchAttributes } from '../../platform/temporal-client';
import { tenantSyncId } from '../../protocol/messages';
import {
  customerChange,
  nowhere,
  startTestApi,
  type ApiTenant,
  type Called,
  type TestApi,
} from '../support/api';
import { createTestDatabase } from '../support/database';
import { testServers } from '../support/env';
import { startProxy, type Proxy } from '../support/proxy';

function send(api: TestApi, tenant: ApiTenant, id: string): Promise<Called> {
  return api.call('POST', tenant.path('/changes'), {
    key: tenant.keys.pos,
    body: { changes: [customerChange(id)] },
  });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const endsAtMs = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > endsAtMs) throw new Error('it did not become so within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('while Postgres is away', () => {
  let api: TestApi;
  let tenant: ApiTenant;
  let proxy: Proxy;
  beforeAll(async () => {
    const { hostname, port } = new URL(testServers().databaseUrl);
    proxy = await startProxy(hostname, Number(port));
    api = await startTestApi({
      databaseUrlOf: (url) => Object.assign(new URL(url), { host: `127.0.0.1:${proxy.port}` }).href,
    });
    tenant = await api.createTenant();
  });
  afterAll(async () => {
    await proxy.cut();
    await api.stop();
  });

  it('every request is told so, and all goes on without a restart when it is back', async () => {
    expect((await send(api, tenant, 'before')).status).toBe(202);
    await proxy.cut();
    const answers = await Promise.all([
      send(api, tenant, 'during'),
      api.call('GET', tenant.path('/status'), { key: tenant.keys.viewer }),
      api.call('PUT', tenant.path('/direction/qbo'), {
        key: tenant.keys.operator,
        body: { direction: 'push' },
      }),
    ]);
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'database_away' } });
      expect(answer.headers.get('retry-after')).toBe('2');
    }
    expect((await fetch(`${api.healthUrl ?? ''}/readyz`)).status).toBe(503);
    expect((await fetch(`${api.healthUrl ?? ''}/healthz`)).status).toBe(200);
    await proxy.mend();
    expect((await send(api, tenant, 'during')).status).toBe(202);
    expect((await fetch(`${api.healthUrl ?? ''}/readyz`)).status).toBe(200);
  });
});

describe('while Temporal is away', () => {
  let api: TestApi;
  let tenant: ApiTenant;
  let proxy: Proxy;
  let client: Client;
  beforeAll(async () => {
    const { temporalAddress } = testServers();
    const connection = await Connection.connect({ address: temporalAddress });
    await ensureSearchAttributes(connection, 'default');
    client = new Client({ connection });
    const [host = '', port = ''] = temporalAddress.split(':');
    proxy = await startProxy(host, Number(port));
    api = await startTestApi({ temporalAddress: `127.0.0.1:${proxy.port}` });
    tenant = await api.createTenant();
    await proxy.cut();
  });
  afterAll(async () => {
    await client.workflow.getHandle(tenantSyncId(tenant.tenantId)).terminate();
    await proxy.cut();
    await api.stop();
    await client.connection.close();
  });

  async function signalsTaken(): Promise<string[]> {
    try {
      const history = await client.workflow.getHandle(tenantSyncId(tenant.tenantId)).fetchHistory();
      return (history.events ?? []).flatMap(
        (event) => event.workflowExecutionSignaledEventAttributes?.signalName ?? [],
      );
    } catch {
      return [];
    }
  }

  it('everything is taken within a second, and told to the workflow when it is back', async () => {
    const { operator, admin } = tenant.keys;
    const call = async (
      method: string,
      path: string,
      key: string,
      body?: object,
    ): Promise<void> => {
      const startMs = Date.now();
      const answer = await api.call(method, tenant.path(path), { key, ...(body ? { body } : {}) });
      expect([200, 202]).toContain(answer.status);
      expect(Date.now() - startMs).toBeLessThan(1_000);
    };
    await call('POST', '/changes', tenant.keys.pos, { changes: [customerChange('a')] });
    await call('POST', '/changes', tenant.keys.pos, { changes: [customerChange('b')] });
    await call('PUT', '/direction/qbo', operator, { direction: 'bidirectional' });
    await call('POST', '/lanes/woo/pause', operator);
    await call('POST', '/lanes/woo/resume', operator);
    await call('POST', '/lanes/qbo/breaker', operator, { to: 'isolated' });
    await call('POST', '/failures/redrive', operator, { all: true });
    await call('PUT', '/connections/qbo', admin, {
      realmId: '9',
      accessToken: 'a',
      refreshToken: 'b',
    });
    await until(async () => {
      const rows = await api.database.pool.query(
        "SELECT FROM tenant_intake WHERE woken_at = 'epoch' AND is_wake_pending",
      );
      return rows.rowCount === 1; // others may signal: the flag's time was put back
    });
    await proxy.mend();
    const expected = [
      'credentialsUpdated',
      'redrive',
      'setBreaker',
      'setDirection',
      'setPaused',
      'wake',
    ];
    await until(async () => (await signalsTaken()).length >= expected.length);
    // Of pause and resume only the newest was still worth telling.
    expect((await signalsTaken()).sort()).toEqual(expected);
    const metrics = async (): Promise<string> =>
      (await fetch(`${api.healthUrl ?? ''}/metrics`)).text();
    await until(async () => (await metrics()).includes('truth_sync_signals_waiting 0'));
    expect(await metrics()).toContain('truth_sync_changes_total{outcome="accepted"} 2');
  });
});

describe('a port that is taken', () => {
  it.each(['PORT', 'METRICS_PORT'])('is named: %s', async (variable) => {
    const taken = createServer();
    const port = await new Promise<string>((resolve) => {
      taken.listen(0, () => {
        const address = taken.address();
        resolve(String(typeof address === 'object' ? address?.port : ''));
      });
    });
    const database = await createTestDatabase();
    const env = readEnv({
      NODE_ENV: 'test',
      ...{ PORT: '0', METRICS_PORT: '0', [variable]: port },
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: nowhere,
      TRUTH_SYNC_ROOT_KEY: 'x'.repeat(32),
      TRUTH_SYNC_SECRET_KEYS: `k:${randomBytes(32).toString('base64')}`,
      LOG_LEVEL: 'silent',
    });
    await expect(startApi(env)).rejects.toThrow(
      `Port ${port} is taken: set ${variable} to another port`,
    );
    await new Promise((resolve) => taken.close(resolve));
    await database.stop();
  });
});
