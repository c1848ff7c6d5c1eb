import { z } from 'zod';
import type { JsonObject } from '../../../domain/words';
import type { CallGate, CallTimeouts, Reach } from '../../contract';
import { call, checked, listsWithin, type HttpResult } from '../../http';
import { readJson } from './errors';
import type { SyncSettings } from '../../../domain/lane/sync-settings';
import { basicAuthorization, queryText, signedUrl, type WooKeys } from './oauth';

// Calls to one store. Knows addresses and credentials, not what an answer means.

export interface WooCommerceOptions extends WooKeys {
  /** Base address of the store, such as `https://shop.example` or `http://127.0.0.1:8181/shop1`. */
  url: string;
  timeouts: CallTimeouts;
  reach: Reach;
  /** As `readFacts` answered them; null before the first. */
  facts: JsonObject | null;
  /** What becomes of a product for 0. */
  zeroPrice: SyncSettings['zeroPrice'];
  now: () => number;
  nonce: () => string;
}

export const apiPath = '/wp-json/wc/v3';

/**
 * Half of the 8 kB at which stores answer 414 (woocommerce.md#requests), less host, path and
 * signature.
 */
const listTextMax = 3500;

export class WooClient {
  private readonly options: WooCommerceOptions;

  constructor(options: WooCommerceOptions) {
    this.options = options;
  }

  now(): number {
    return this.options.now();
  }

  /** One read through the gate, its JSON checked by the schema. */
  async read<T>(
    path: string,
    query: Readonly<Record<string, string>>,
    schema: z.ZodType<T>,
    gate: CallGate,
  ): Promise<T> {
    const url = this.urlOf(apiPath + path);
    // No cache in front of the store may answer: what composes by an old figure writes a wrong one.
    const fresh = { ...query, _: String(this.now()) };
    url.search = queryText(Object.entries(fresh));
    const result = await gate.read(() => this.call('GET', url, undefined, gate.signal));
    return checked(path, schema, readJson(result, this.now()));
  }

  /** Whether the store answers a plain read: then what failed was the question. */
  async answers(gate: CallGate): Promise<boolean> {
    const query = { per_page: '1', _fields: 'id' };
    const schema = z.array(z.looseObject({}));
    return this.read('/products', query, schema, gate).then(isDone, isNotDone);
  }

  /**
   * Whether the store takes a write at all: a batch of nothing writes nothing
   * (woocommerce.md#batches).
   */
  async takesWrites(gate: CallGate): Promise<boolean> {
    const url = this.urlOf(`${apiPath}/products/batch`);
    const body = JSON.stringify({ create: [], update: [] });
    const result = gate.read(() => this.call('POST', url, body, gate.signal));
    return result.then((answer) => answer.type === 'answer' && answer.status === 200, isNotDone);
  }

  /** Sends a frozen body to a frozen path. */
  async post(path: string, body: string, gate: CallGate): Promise<HttpResult> {
    return gate.write(() => this.call('POST', this.urlOf(path), body, gate.signal));
  }

  private urlOf(path: string): URL {
    return new URL(this.options.url.replace(/\/+$/, '') + path);
  }

  private async call(
    method: 'GET' | 'POST',
    url: URL,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<HttpResult> {
    const { options } = this;
    const isTls = url.protocol === 'https:';
    const moment = { timestamp: Math.floor(options.now() / 1000), nonce: options.nonce() };
    return call({
      method,
      url: isTls ? url : signedUrl(method, url, options, moment),
      headers: {
        accept: 'application/json',
        'cache-control': 'no-cache',
        ...(isTls ? { authorization: basicAuthorization(options) } : {}),
        // Without it a JSON body is not read and an empty product is made.
        ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      },
      ...(body === undefined ? {} : { body }),
      timeouts: options.timeouts,
      reach: options.reach,
      signal,
    });
  }
}

const isDone = (): boolean => true;
const isNotDone = (): boolean => false;

/** Splits values of a list filter so that each list is short enough for an address and a page. */
export function chunksOf(values: readonly string[], countMax: number): string[][] {
  return listsWithin(values, { countMax, lengthMax: listTextMax });
}
