import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { nowhere, withApi } from '../support/api';

const api = withApi({ temporalAddress: nowhere });
const operation = z.object({
  summary: z.string().min(1),
  operationId: z.string().min(1),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string().min(1) })),
});
const openApi = z.looseObject({
  openapi: z.literal('3.1.0'),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string().startsWith('/v1/'), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
});

async function description(): Promise<z.output<typeof openApi>> {
  return openApi.parse((await api.call('GET', '/v1/openapi.json')).body);
}

describe('the description', () => {
  it('is OpenAPI 3.1: each parameter of a path is named, each id used once, each reference there', async () => {
    const document = await description();
    const ids = new Set<string>();
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const found of Object.values(methods)) {
        expect(ids.has(found.operationId)).toBe(false);
        ids.add(found.operationId);
        const named = (found.parameters ?? []).filter((parameter) => parameter.in === 'path');
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        expect(named.map(({ name }) => name).sort()).toEqual(inPath.sort());
      }
    }
    const references = JSON.stringify(document).matchAll(
      /"\$ref":"#\/components\/schemas\/(\w+)"/g,
    );
    for (const [, name = ''] of references)
      expect(document.components.schemas).toHaveProperty(name);
  });

  it('holds the schemas that check: the kinds of changes, refused fields, bounds', async () => {
    const { components } = await description();
    const change = JSON.stringify(components.schemas['Change']);
    for (const kind of [
      'customer',
      'product',
      'inventory',
      'order',
      'refund',
      'invoice',
      'payment',
      'payout',
      'cash',
    ])
      expect(change).toContain(`"${kind}"`);
    expect(change).toContain('"additionalProperties":false');
    expect(JSON.stringify(components.schemas['SyncSettings'])).toContain('"maximum":10000000');
  });

  it.each([
    'POST /v1/tenants',
    'GET /v1/tenants/{}',
    'PATCH /v1/tenants/{}',
    'GET /v1/tenants/{}/keys',
    'POST /v1/tenants/{}/keys',
    'DELETE /v1/tenants/{}/keys/{}',
    'POST /v1/tenants/{}/changes',
    'GET /v1/tenants/{}/changes/{}',
    'GET /v1/tenants/{}/feed',
    'POST /v1/tenants/{}/feed/ack',
    'GET /v1/tenants/{}/direction',
    'PUT /v1/tenants/{}/direction',
    'PUT /v1/tenants/{}/direction/{}',
    'PUT /v1/tenants/{}/direction/{}/{}',
    'GET /v1/tenants/{}/delete-policy',
    'PUT /v1/tenants/{}/delete-policy',
    'GET /v1/tenants/{}/deletions',
    'POST /v1/tenants/{}/deletions/{}/undo',
    'GET /v1/tenants/{}/settings/sync',
    'PUT /v1/tenants/{}/settings/sync',
    'GET /v1/tenants/{}/settings/sync/versions',
    'GET /v1/tenants/{}/settings/posting',
    'GET /v1/tenants/{}/mappings/{}',
    'PUT /v1/tenants/{}/mappings/{}/{}',
    'PUT /v1/tenants/{}/connections/woo',
    'POST /v1/tenants/{}/connections/woo/authorize',
    'POST /v1/tenants/{}/connections/qbo/authorize',
    'PUT /v1/tenants/{}/connections/qbo',
    'POST /v1/tenants/{}/connections/{}/test',
    'DELETE /v1/tenants/{}/connections/{}',
    'GET /v1/oauth/qbo/callback',
    'GET /v1/tenants/{}/status',
    'POST /v1/tenants/{}/lanes/{}/breaker',
    'POST /v1/tenants/{}/lanes/{}/pause',
    'POST /v1/tenants/{}/lanes/{}/resume',
    'GET /v1/tenants/{}/failures',
    'GET /v1/tenants/{}/failures/causes',
    'POST /v1/tenants/{}/failures/redrive',
    'POST /v1/tenants/{}/failures/{}/discard',
    'GET /v1/tenants/{}/conflicts',
    'POST /v1/tenants/{}/conflicts/{}/resolve',
    'POST /v1/tenants/{}/runs',
    'GET /v1/tenants/{}/runs/{}',
    'POST /v1/tenants/{}/runs/{}/cancel',
    'GET /v1/tenants/{}/history',
    'GET /v1/tenants/{}/records/{}/{}',
    'GET /v1/tenants/{}/explain',
    'POST /v1/hooks/woo/{}',
    'POST /v1/hooks/qbo',
  ])('lists %s', async (route) => {
    const { paths } = await description();
    const listed = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(
        (method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`,
      ),
    );
    expect(listed).toContain(route);
  });

  it('can be read as a page, whose scripts come from ourselves', async () => {
    const page = await api.call('GET', '/docs/');
    expect(page.status).toBe(200);
    expect(page.text).toContain('swagger-ui');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect((await api.call('GET', '/docs/swagger-ui-bundle.js')).status).toBe(200);
  });
});

describe('what is no route', () => {
  it.each([
    '/v1',
    '/v1/nothing',
    '/v1/tenants/a/b/c/d',
    '/V1/openapi.json',
    '/.env',
    '/docs/../package.json',
  ])('is a problem 404: %s', async (path) => {
    expect(await api.call('GET', path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('is a problem 400 when its percent signs make no sense', async () => {
    expect(await api.call('GET', '/v1/tenants/%E0%A4%A/status')).toMatchObject({
      status: 400,
      body: { code: 'bad_request' },
    });
  });
});
