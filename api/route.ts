import type { Request } from 'express';
import { z } from 'zod';

import { BigBodies } from './big-bodies';
import type { Access, Asker, AtTenant, Authenticator, KeyAccess } from './authenticate';
import type { JsonFault } from './json-text';
import { fieldErrors, invalid, notFound, pathText, Problem } from './problem';
import { readJsonBody } from './read-body';

// A route as data: what it takes is checked by the same schemas that describe it (openapi.ts).

export interface Answer {
  status: number;
  body?: object;
  headers?: Record<string, string>;
}

/** What a person reads about a route. */
interface Description {
  method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  /** In the imperative, without a full stop. */
  summary: string;
  /** What the summary leaves open: effects, conditions, ways back. */
  description?: string;
  /** The schema of each success; null where it has no body. */
  answers: Record<number, z.ZodType | null>;
}

/** For routes that take no parameters, no query or no body. */
export const none = z.undefined();

interface Schemas<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  params: P;
  query: Q;
  body: B;
}

/** The head of a tenant's route that takes nothing but what is said beside it. */
export interface Head extends Schemas<typeof none, typeof none, typeof none> {
  method: Description['method'];
  /** Below `/v1/tenants/{tenantId}`. */
  path: string;
  access: KeyAccess;
}

function headOf(method: Head['method']): (path: string, access: KeyAccess) => Head {
  return (path, access) => ({ method, path, access, params: none, query: none, body: none });
}
export const get = headOf('get');
export const put = headOf('put');
export const post = headOf('post');
export const patch = headOf('patch');
export const del = headOf('delete');

/** A request to a tenant's route, checked. */
export interface TenantCall<P, Q, B> extends AtTenant {
  params: P;
  query: Q;
  body: B;
  /** Faults of the body's JSON, only for routes that take them apart themselves. */
  faults: JsonFault[];
  header: (name: string) => string | undefined;
}

interface TenantRouteSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>
  extends Description, Schemas<P, Q, B> {
  /** Below `/v1/tenants/{tenantId}`. */
  path: string;
  access: KeyAccess;
  /** Whether the root key may call it too, for any tenant. */
  rootMay?: boolean;
  /** What the body is described as, where the handler checks parts of it itself. */
  documentedBody?: z.ZodType;
  /** Whether the handler answers for faults of the JSON itself. */
  takesFaults?: boolean;
  handle: (call: TenantCall<z.output<P>, z.output<Q>, z.output<B>>) => Promise<Answer>;
}

/** A route of any kind, as the app registers it and the description lists it. */
export interface Route extends Description {
  path: string;
  access: Access;
  schemas: Schemas<z.ZodType, z.ZodType, z.ZodType>;
  run: (request: Request, authenticator: Authenticator) => Promise<Answer>;
}

export function tenantRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: TenantRouteSpec<P, Q, B>,
): Route {
  return {
    ...described({ ...spec, body: spec.documentedBody ?? spec.body }),
    path: `/v1/tenants/{tenantId}${spec.path}`,
    run: async (request, authenticator) => {
      const { tenantId, ...rest } = request.params;
      const caller = await authenticator.admit(askerOf(request), spec, String(tenantId));
      const params = spec.params.safeParse(isNone(spec.params) ? undefined : rest);
      if (!params.success) throw notFound('resource');
      const query = checkedQuery(spec.query, request);
      const header = (name: string): string | undefined => request.get(name);
      return bigBodies.run(caller.tenant.tenantId, announcedBytes(spec.body, request), async () => {
        const { body, faults } = await checkedBody(spec.body, request, spec.takesFaults ?? false);
        return spec.handle({ ...caller, params: params.data, query, body, faults, header });
      });
    },
  };
}

function askerOf({ headers, socket }: Request): Asker {
  return { authorization: headers.authorization, from: socket.remoteAddress ?? '' };
}

/** Of all tenants of this process. */
const bigBodies = new BigBodies();

/** Null where a body comes whose size nobody said. */
function announcedBytes(schema: z.ZodType, { headers }: Request): number | null {
  if (isNone(schema)) return 0;
  const announced = headers['content-length'];
  return announced === undefined ? null : Number(announced);
}

interface OpenRouteSpec<B extends z.ZodType> extends Description {
  path: string;
  access: 'none' | 'root';
  body: B;
  handle: (body: z.output<B>) => Promise<Answer>;
}

/** A route that belongs to no tenant: for the root key, or for everybody. */
export function openRoute<B extends z.ZodType>(spec: OpenRouteSpec<B>): Route {
  return {
    ...described({ ...spec, params: none, query: none }),
    path: spec.path,
    run: async (request, authenticator) => {
      if (spec.access === 'root') {
        const caller = await authenticator.callerOf(askerOf(request));
        if (caller.type !== 'root')
          throw new Problem(403, 'forbidden', 'Requires the root key of the installation.');
      }
      const { body } = await checkedBody(spec.body, request, false);
      return spec.handle(body);
    },
  };
}

function described(
  spec: Description & Schemas<z.ZodType, z.ZodType, z.ZodType> & { access: Access },
): Omit<Route, 'path' | 'run'> {
  const { method, summary, description, answers, access, params, query, body } = spec;
  return {
    ...{ method, summary, answers, access, schemas: { params, query, body } },
    ...(description === undefined ? {} : { description }),
  };
}

export function isNone(schema: z.ZodType): boolean {
  return schema instanceof z.ZodUndefined;
}

function checkedQuery<Q extends z.ZodType>(schema: Q, request: Request): z.output<Q> {
  // Passed over, one that would change what is done would pretend that it did.
  const unknown = isNone(schema) ? Object.keys(request.query) : [];
  if (unknown.length > 0)
    throw invalid(
      'Validation of the query failed.',
      unknown.map((path) => ({ path, message: 'is no parameter of this call' })),
    );
  const query = schema.safeParse(isNone(schema) ? undefined : request.query);
  if (!query.success) throw invalid('Validation of the query failed.', fieldErrors(query.error));
  return query.data;
}

async function checkedBody<B extends z.ZodType>(
  schema: B,
  request: Request,
  takesFaults: boolean,
): Promise<{ body: z.output<B>; faults: JsonFault[] }> {
  if (isNone(schema)) return { body: schema.parse(undefined), faults: [] };
  const { value, faults } = await readJsonBody(request);
  if (faults.length > 0 && !takesFaults) throw faultsProblem(faults);
  const body = schema.safeParse(value);
  if (!body.success) throw invalid('Validation of the body failed.', fieldErrors(body.error));
  return { body: body.data, faults };
}

export function faultsProblem(faults: readonly JsonFault[]): Problem {
  const errors = faults
    .slice(0, 20)
    .map(({ path, message }) => ({ path: pathText(path), message }));
  return invalid('Validation of the body failed.', errors);
}
