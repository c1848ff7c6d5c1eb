import { isObject, type Json, type JsonObject, listIn, parseJson } from '../json';
import { type RequestFacts, type VendorRequest } from '../server/vendor';
import { kindOfName, kindOfPath } from './entities/kinds';

/** The parts of `/v3/company/{realmId}/{rest}`. */
export interface CompanyPath {
  realmId: string;
  segments: string[];
}

export function companyPath(request: VendorRequest): CompanyPath | null {
  const match = /^\/v3\/company\/([^/]+)\/(.+?)\/?$/.exec(request.path);
  if (match === null) return null;
  const [, realmId = '', rest = ''] = match;
  return { realmId, segments: rest.split('/') };
}

const bodies = new WeakMap<VendorRequest, Json | undefined>();

/** The body as JSON, parsed once; `undefined` when it is none. */
export function bodyOf(request: VendorRequest): Json | undefined {
  if (!bodies.has(request)) bodies.set(request, parseJson(request.body.toString('utf8')));
  return bodies.get(request);
}

/** What the journal and the fault plan need to know. A query by POST is a read. */
export function factsOf(request: VendorRequest): RequestFacts {
  const path = companyPath(request);
  if (path === null) {
    return { tenant: null, entities: ['oauth'], operations: 0, isWrite: false };
  }
  const [first = ''] = path.segments;
  const tenant = path.realmId;
  if (first === 'query') {
    const [, entity = 'query'] = /\bfrom\s+(\w+)/i.exec(queryText(request)) ?? [];
    return { tenant, entities: [entity, 'query'], operations: 0, isWrite: false };
  }
  const isWrite = request.method === 'POST';
  if (first === 'batch') {
    const operations = batchOperations(request);
    const entities = new Set(operations.flatMap(entitiesOf));
    return { tenant, entities: [...entities, 'batch'], operations: operations.length, isWrite };
  }
  const entity = kindOfPath(first)?.name ?? first;
  return { tenant, entities: [entity], operations: Number(isWrite), isWrite };
}

function batchOperations(request: VendorRequest): JsonObject[] {
  const body = bodyOf(request);
  return isObject(body) ? listIn(body, 'BatchItemRequest').filter(isObject) : [];
}

function entitiesOf(operation: JsonObject): string[] {
  return Object.keys(operation).filter((name) => kindOfName(name) !== undefined);
}

/** The statement of a query, in the URL or, by POST, in the body. */
export function queryText(request: VendorRequest): string {
  return request.query.get('query') ?? request.body.toString('utf8');
}
