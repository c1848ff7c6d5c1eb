import type { z } from 'zod';
import type { CallGate, CallTimeouts, Reach } from '../../contract';
import { call, checked, listsWithin, type HttpResult } from '../../http';
import { readJson } from './errors';
import { queryAnswerSchema } from './wire';

// Calls to one company. Knows addresses and the access token, not what an answer means.

export interface ClientOptions {
  baseUrl: string;
  realmId: string;
  timeouts: CallTimeouts;
  reach: Reach;
  now: () => number;
  accessToken: () => string;
}

/** Lower ones are ignored and served as 75 (quickbooks.md#calls). */
const minorVersion = '75';

/** The one place where an address of the API is put together (quickbooks.md#calls). */
export function companyPath(
  realmId: string,
  resource: string,
  parameters: Readonly<Record<string, string>> = {},
): string {
  const query = Object.entries({ minorversion: minorVersion, ...parameters })
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  return `/v3/company/${encodeURIComponent(realmId)}/${resource}?${query}`;
}

/** A page of a query (quickbooks.md#queries). */
const pageSize = 1000;

export class QboClient {
  private readonly options: ClientOptions;

  constructor(options: ClientOptions) {
    this.options = options;
  }

  now(): number {
    return this.options.now();
  }

  /** One read through the gate, its JSON checked by the schema. */
  async read<T>(
    resource: string,
    parameters: Readonly<Record<string, string>>,
    schema: z.ZodType<T>,
    gate: CallGate,
  ): Promise<T> {
    const path = companyPath(this.options.realmId, resource, parameters);
    const result = await gate.read(() => this.call('GET', path, undefined, gate.signal));
    return checked(resource, schema, readJson(result, this.now()));
  }

  /**
   * All rows of one entity that meet the condition; a page that is full is followed by the next.
   */
  async query<T>(
    entity: string,
    condition: string,
    row: z.ZodType<T>,
    gate: CallGate,
  ): Promise<T[]> {
    const rows: T[] = [];
    for (;;) {
      const from = `SELECT * FROM ${entity} WHERE ${condition}`;
      const page = `ORDERBY Id STARTPOSITION ${rows.length + 1} MAXRESULTS ${pageSize}`;
      const query = `${from} ${page}`;
      const answer = await this.read('query', { query }, queryAnswerSchema, gate);
      const listed = answer.QueryResponse[entity] ?? [];
      rows.push(...checked(`query of ${entity}`, row.array(), listed));
      if (!Array.isArray(listed) || listed.length < pageSize) return rows;
    }
  }

  /** Sends a frozen body to a frozen path, under its request id. */
  async post(path: string, body: string, requestId: string, gate: CallGate): Promise<HttpResult> {
    const address = `${path}&requestid=${encodeURIComponent(requestId)}`;
    return gate.write(() => this.call('POST', address, body, gate.signal));
  }

  private async call(
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<HttpResult> {
    const { baseUrl, timeouts, reach, accessToken } = this.options;
    return call({
      method,
      url: new URL(baseUrl.replace(/\/+$/, '') + path),
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${accessToken()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      },
      ...(body === undefined ? {} : { body }),
      timeouts,
      reach,
      signal,
    });
  }
}

/** `'O\'Brien'`: a text in a query (quickbooks.md#queries). */
export function quoted(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
}

/** Values per list, and encoded length of all of them: an address stays under 6 kB. */
const listLimits = { countMax: 240, lengthMax: 4500 };

/** `IN (…)` lists of the texts, each short enough for an address. */
export function inLists(texts: readonly string[]): string[] {
  const values = [...new Set(texts)].map(quoted);
  return listsWithin(values, listLimits).map((list) => `IN (${list.join(', ')})`);
}
