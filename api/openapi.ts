import {
  OpenApiGeneratorV31,
  OpenAPIRegistry,
  type ResponseConfig,
} from '@asteasolutions/zod-to-openapi';
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';

import { rolesFor, type Access } from './authenticate';
import { problemSchema } from './problem';
import { isNone, type Route } from './route';

type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;

/** OpenAPI 3.1 of these routes, from the schemas that check their requests. */
export function describeApi(routes: readonly Route[]): OpenApiDocument {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key of the tenant (`ts_...`); the root key only for POST /v1/tenants.',
  });
  for (const route of routes) registry.registerPath(pathOf(route));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'truth-sync',
      version: '1',
      description:
        'POS, WooCommerce and QuickBooks Online kept equal. Errors are RFC 9457 problems ' +
        'with a `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
  });
}

function pathOf(route: Route): Parameters<OpenAPIRegistry['registerPath']>[0] {
  const { method, path, summary, access, schemas } = route;
  const query = schemas.query instanceof z.ZodObject ? { query: schemas.query } : {};
  const body = isNone(schemas.body) ? {} : { body: jsonOf(schemas.body) };
  return {
    method,
    path,
    summary,
    description: accessText(access),
    tags: [tagOf(path)],
    operationId: operationIdOf(method, path),
    security: access === 'none' ? [] : [{ key: [] }],
    request: { params: paramsOf(route), ...query, ...body },
    responses: responsesOf(route),
  };
}

function accessText(access: Access): string {
  if (access === 'none') return 'No key.';
  return access === 'root' ? 'Key: root.' : `Roles: ${rolesFor(access).join(', ')}.`;
}

/** The first word of the path that names a thing. */
function tagOf(path: string): string {
  const words = path.split('/').filter((word) => word !== '' && !word.startsWith('{'));
  return words[words[1] === 'tenants' ? 2 : 1] ?? 'tenants';
}

function operationIdOf(method: string, path: string): string {
  const words = path
    .split('/')
    .slice(2)
    .map((word) => word.replace(/[{}]/g, ''));
  return [method, ...words].join('_').replace(/[^\w]/g, '_');
}

/** Every parameter in the path; those without a schema of their own are texts. */
function paramsOf({ path, schemas }: Route): z.ZodObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const known = schemas.params instanceof z.ZodObject ? schemas.params.shape : {};
  return z.object(
    Object.fromEntries(names.map((name) => [name, name in known ? known[name] : z.string()])),
  );
}

function jsonOf(schema: z.ZodType): {
  required: true;
  content: Record<string, { schema: z.ZodType }>;
} {
  return { required: true, content: { 'application/json': { schema } } };
}

function responsesOf({
  answers,
  access,
  schemas,
  path,
  summary,
}: Route): Record<string, ResponseConfig> {
  const success = Object.entries(answers).map(([status, schema]): [string, ResponseConfig] => [
    status,
    {
      description: STATUS_CODES[status] ?? 'Success',
      ...(schema === null ? {} : { content: { 'application/json': { schema } } }),
    },
  ]);
  const problems = [
    ...(access === 'none' ? [] : [401, 403]),
    ...(path.includes('{') ? [404] : []),
    ...(isNone(schemas.body) ? [] : [400, 413, 415]),
    ...(isNone(schemas.body) && isNone(schemas.query) ? [] : [422]),
    ...(Object.keys(answers).length === 0 && summary !== '' ? [501] : []),
    503,
  ].map((status): [string, ResponseConfig] => [
    String(status),
    {
      description: STATUS_CODES[status] ?? 'Error',
      content: { 'application/problem+json': { schema: problemSchema } },
    },
  ]);
  return Object.fromEntries([...success, ...problems, ['default', anyProblem]]);
}

const anyProblem: ResponseConfig = {
  description: 'Any other problem',
  content: { 'application/problem+json': { schema: problemSchema } },
};
