import { Agent, request, type Dispatcher } from 'undici';
import type { z } from 'zod';

import { isPublicHost } from '../network/public-host';
import { notPublicCode, publicLookup } from '../network/public-lookup';
import { ConnectorError, type CallTimeouts, type Reach } from './contract';

// The one way out to a vendor: every call has a connect, a first-byte and a total time-out and a
// size limit (architecture.md#i10), follows no redirect, and tells "never reached" from "answer
// lost".

/** 10 MB: the largest answer we ask for (a page of 1,000 accounts, 100 products) is under 2 MB. */
const answerBytesMax = 10 * 1024 * 1024;

export interface HttpCall {
  method: 'GET' | 'POST';
  /** May hold secrets in its query: only origin and path ever appear in a detail. */
  url: URL;
  headers: Readonly<Record<string, string>>;
  body?: string;
  timeouts: CallTimeouts;
  reach: Reach;
  signal: AbortSignal;
  answerBytesMax?: number;
}

export interface HttpAnswer {
  type: 'answer';
  status: number;
  /** Names in lower case; of repeated headers the first. */
  headers: Readonly<Record<string, string>>;
  text: string;
}

export type HttpResult =
  | HttpAnswer
  /** No byte of the request left: refused, no such host, connect time-out, failed TLS handshake. */
  | { type: 'notReached'; detail: string }
  /**
   * The vendor may have received the request: reset, time-out, cut or too large, or we stopped
   * waiting.
   */
  | { type: 'lost'; detail: string };

/** Sends one call and reads its whole answer. Never throws for what a network or vendor can do. */
export async function call(http: HttpCall): Promise<HttpResult> {
  const where = `${http.method} ${http.url.origin}${http.url.pathname}`;
  if (http.signal.aborted)
    return { type: 'notReached', detail: `${where}: stopped before it left` };
  if (http.reach === 'public' && !isPublicHost(http.url))
    return { type: 'notReached', detail: `${where}: ${notPublicText}` };
  const clock = new AbortController();
  const stop = (detail: string) => (): void => {
    clock.abort(detail);
  };
  const { firstByteMs, totalMs } = http.timeouts;
  const firstByte = setTimeout(stop(`no answer within ${firstByteMs} ms`), firstByteMs);
  const total = setTimeout(stop(`answer not complete within ${totalMs} ms`), totalMs);
  const stopByCaller = stop('stopped by the caller');
  http.signal.addEventListener('abort', stopByCaller);
  try {
    const answer = await request(http.url, {
      method: http.method,
      headers: { 'user-agent': 'truth-sync', ...http.headers },
      ...(http.body === undefined ? {} : { body: http.body }),
      dispatcher: agentFor(http),
      signal: clock.signal,
      headersTimeout: 0, // the timers above are exact; undici's have a grain of half a second
      bodyTimeout: 0,
    });
    clearTimeout(firstByte);
    const text = await readText(answer.body, http.answerBytesMax ?? answerBytesMax);
    if (text === null) return { type: 'lost', detail: `${where}: answer larger than the limit` };
    return {
      type: 'answer',
      status: answer.statusCode,
      headers: firstValues(answer.headers),
      text,
    };
  } catch (error) {
    if (clock.signal.aborted)
      return { type: 'lost', detail: `${where}: ${String(clock.signal.reason)}` };
    const code = errorCode(error);
    if (code === notPublicCode) return { type: 'notReached', detail: `${where}: ${notPublicText}` };
    return wasNeverSent(error, code)
      ? { type: 'notReached', detail: `${where}: ${code}` }
      : { type: 'lost', detail: `${where}: ${code}` };
  } finally {
    clearTimeout(firstByte);
    clearTimeout(total);
    http.signal.removeEventListener('abort', stopByCaller);
  }
}

/** A year: no clock of ours breaks by it, and who reads it has a bound of its own. */
const retryAfterReadMaxMs = 31_536_000_000;

/**
 * Milliseconds to wait by a Retry-After header (seconds or HTTP date), null where there is none to
 * read; finite.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): number | null {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return null;
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1000, retryAfterReadMaxMs);
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? null : Math.min(Math.max(0, dateMs - nowMs), retryAfterReadMaxMs);
}

/** What a parser reads in a text; undefined where it refuses it. */
export function parsed(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** The value where it has the shape, else a `ConnectorError` that names the place and no value. */
export function checked<T>(what: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const at = result.error.issues[0]?.path.join('.') ?? '';
  throw new ConnectorError('upstream', `GET ${what}: unexpected JSON at "${at}"`);
}

/** Parts texts so that each list is short enough for an address. */
export function listsWithin(
  texts: readonly string[],
  { countMax, lengthMax }: { countMax: number; lengthMax: number },
): string[][] {
  const lists: string[][] = [];
  let length = 0;
  for (const text of texts) {
    const last = lists.at(-1);
    const added = encodeURIComponent(text).length + 3;
    if (last && last.length < countMax && length + added <= lengthMax) {
      last.push(text);
      length += added;
    } else {
      lists.push([text]);
      length = added;
    }
  }
  return lists;
}

/** Closes every kept connection: at the end of a process, or of a test. */
export async function closeConnections(): Promise<void> {
  const open = [...agents.values()];
  agents.clear();
  await Promise.all(open.map((agent) => agent.close()));
}

/** The same for whatever is there: who asks learns nothing of networks that are not his. */
const notPublicText =
  'not called, since this address is not one of the internet; correct it, or its DNS entry';

/**
 * One agent per reach and connect time-out; each keeps its connections by origin. One that reaches
 * public addresses only has no connection to any other.
 */
const agents = new Map<string, Agent>();

function agentFor({ reach, timeouts: { connectMs } }: HttpCall): Agent {
  const key = `${reach} ${connectMs}`;
  const known = agents.get(key);
  if (known) return known;
  const lookup = reach === 'public' ? { lookup: publicLookup } : {};
  const agent = new Agent({ connect: { timeout: connectMs, ...lookup } });
  agents.set(key, agent);
  return agent;
}

/** The body as text (a byte-order mark is dropped), null where it is larger than the limit. */
async function readText(
  body: Dispatcher.ResponseData['body'],
  bytesMax: number,
): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes: unknown = chunk;
    if (!Buffer.isBuffer(bytes)) throw new TypeError('Bug: a chunk of an answer is no buffer');
    size += bytes.length;
    if (size > bytesMax) return null; // leaving the loop destroys the connection
    chunks.push(bytes);
  }
  return new TextDecoder('utf-8').decode(Buffer.concat(chunks));
}

function firstValues(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) values[name.toLowerCase()] = first;
  }
  return values;
}

/**
 * Errors raised before a connection stood; everything else may have come after the request had
 * left.
 */
const notSentCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function wasNeverSent(error: unknown, code: string): boolean {
  return notSentCodes.has(code) || textOf(error, 'syscall') === 'connect';
}

/** The code alone: the text of an error may quote the address with its secrets. */
function errorCode(error: unknown): string {
  return textOf(error, 'code') ?? textOf(error, 'name') ?? 'unknown error';
}

function textOf(error: unknown, key: string): string | null {
  if (typeof error !== 'object' || error === null) return null;
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : null;
}
