import { isObject, isTooDeep, listIn, parseJson, type JsonObject } from '../json';
import { type RequestFacts, type VendorRequest } from '../server/vendor';
import { WooError } from './answer';

/** A request with its store and route parted. */
export interface Routed {
  storeName: string;
  /** The path below `/wp-json`, without a slash at the end: `/wc/v3/products/12`. */
  route: string;
  /** After `X-HTTP-Method-Override` and `_method`. */
  method: string;
}

export function routed(request: VendorRequest): Routed | null {
  const match = /^\/([^/]+)\/wp-json(\/.*)?$/.exec(request.path);
  if (match === null) return null;
  const [, storeName = '', rest = ''] = match;
  const override = request.headers['x-http-method-override'] ?? request.query.get('_method');
  const method = request.method === 'POST' && override ? String(override) : request.method;
  return { storeName, route: rest.replace(/\/$/, ''), method: method.toUpperCase() };
}

/** What the journal and the fault plan need to know. */
export function factsOf(request: VendorRequest): RequestFacts {
  const target = routed(request);
  const isWrite = target !== null && !['GET', 'HEAD', 'OPTIONS'].includes(target.method);
  const [entity] = /(?<=^\/wc\/v3\/)[^/]+/.exec(target?.route ?? '') ?? ['site'];
  const isBatch = isWrite && target.route.endsWith('/batch');
  return {
    tenant: target?.storeName ?? null,
    entities: [entity],
    operations: isBatch ? batchSize(request) : Number(isWrite),
    isWrite,
  };
}

function batchSize(request: VendorRequest): number {
  const body = parseJson(request.body.toString('utf8'));
  if (!isObject(body)) return 0;
  return ['create', 'update', 'delete'].reduce((size, name) => size + listIn(body, name).length, 0);
}

/**
 * Query and body as WordPress joins them. JSON without its content type is not read (rec:
 * product_create_no_content_type); a body that should be JSON and is not, is refused.
 */
export function inputOf(request: VendorRequest): JsonObject {
  const input: JsonObject = {};
  for (const [name, value] of request.query) {
    if (!name.startsWith('oauth_')) setParameter(input, name, value);
  }
  const contentType = request.headers['content-type'] ?? '';
  const text = request.body.toString('utf8');
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    for (const [name, value] of new URLSearchParams(text)) setParameter(input, name, value);
  }
  if (!contentType.includes('json') || text === '') return input;
  const body = parseJson(text);
  if (body === undefined) {
    const problem = isTooDeep(text)
      ? { json_error_code: 1, json_error_message: 'Maximum stack depth exceeded' }
      : { json_error_code: 4, json_error_message: 'Syntax error' };
    throw new WooError(400, 'rest_invalid_json', 'Invalid JSON body passed.', problem);
  }
  return isObject(body) ? { ...input, ...body } : input;
}

/** PHP collects `name[]` and `name[0]`, `name[1]` into a list; the same place again replaces. */
function setParameter(input: JsonObject, name: string, value: string): void {
  const [, list, place] = /^([^[]+)\[(\d{0,3})\]$/.exec(name) ?? [];
  if (list === undefined) {
    input[name] = value;
    return;
  }
  const known = input[list];
  const values = Array.isArray(known) ? [...known] : [];
  values[place === '' ? values.length : Math.min(Number(place), values.length)] = value;
  input[list] = values;
}
