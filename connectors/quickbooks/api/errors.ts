import { XMLParser } from 'fast-xml-parser';
import type { FailureClass } from '../../../domain/delivery/failure';
import { allRefused, ConnectorError, type SendAnswer } from '../../contract';
import { parsed, retryAfterMs, type HttpAnswer, type HttpResult } from '../../http';
import { faultSchema, xmlFaultSchema } from './wire';

// What the vendor's faults mean (quickbooks.md#faults): by code, and by the text only where one
// number has two meanings.

export interface Fault {
  /** As an integer (`003200` is 3200); null where there is none. */
  code: number | null;
  message: string;
}

/** An answer of any of the shapes: JSON, a fault (JSON twice, XML), or nothing that we can read. */
export type Content =
  | { type: 'json'; value: unknown }
  | { type: 'fault'; faults: [Fault, ...Fault[]] }
  | { type: 'unreadable' };

export type Meaning =
  | { kind: 'refused'; failureClass: FailureClass }
  /** About the account or the service, not about this write: it was not carried out. */
  | { kind: 'system'; why: 'throttled' | 'unauthorized' | 'unavailable'; waitMs: number | null };

const refused = (failureClass: FailureClass): Meaning => ({ kind: 'refused', failureClass });
const system = (
  why: 'throttled' | 'unauthorized' | 'unavailable',
  waitMs: number | null = null,
): Meaning => ({ kind: 'system', why, waitMs });

/** The limits are per minute (quickbooks.md#limits). */
const throttleMs = 60_000;
/**
 * Maintenance and locks of a company last minutes; a subscription that ended lasts until somebody
 * pays.
 */
const maintenanceMs = 60_000;
const subscriptionMs = 15 * 60_000;

const meanings: Readonly<Record<number, Meaning>> = {
  100: system('unauthorized'),
  110: system('unauthorized'),
  // seen as passing trouble: slow, not disconnected at once
  120: system('unavailable', maintenanceMs),
  130: system('unavailable', maintenanceMs),
  140: system('unavailable', maintenanceMs),
  150: system('unavailable', maintenanceMs),
  500: refused('BUG'),
  600: refused('DUPLICATE'),
  620: refused('BUSINESS'),
  630: refused('DUPLICATE'),
  700: refused('BUSINESS'),
  800: refused('BUSINESS'),
  900: refused('BUSINESS'),
  1000: refused('SERVER'),
  1010: refused('SERVER'),
  1020: refused('SERVER'),
  1040: refused('BUG'),
  2010: refused('BUG'),
  2020: refused('BUG'),
  2030: refused('REFERENCE'),
  2040: refused('DATA'),
  2050: refused('DATA'),
  2080: refused('BUG'),
  2090: refused('BUG'),
  2170: refused('BUG'),
  2210: refused('DATA'),
  2500: refused('REFERENCE'),
  3001: system('throttled', throttleMs),
  3100: system('unauthorized'),
  3200: system('unauthorized'),
  3202: system('unauthorized'),
  4000: refused('BUG'),
  4001: refused('BUG'),
  5020: refused('CAPABILITY'),
  5030: refused('CAPABILITY'),
  6000: refused('BUSINESS'),
  6070: refused('BUG'),
  6080: refused('DATA'),
  6090: refused('BUG'),
  6100: refused('BUG'),
  6140: refused('DUPLICATE'),
  6190: system('unavailable', subscriptionMs),
  6240: refused('DUPLICATE'),
  6250: refused('BUG'),
  6540: refused('LOCKED'),
  6560: refused('BUG'),
  10000: refused('SERVER'),
};

/** The three numbers with two meanings. */
const twins: Readonly<Record<number, (message: string) => Meaning>> = {
  610: (message) => refused(/inactive/i.test(message) ? 'REFERENCE' : 'GONE'),
  5010: (message) =>
    refused(/period/i.test(message) && /closed/i.test(message) ? 'CLOSED' : 'STALE'),
  6210: (message) => refused(/duplicate/i.test(message) ? 'DUPLICATE' : 'CLOSED'),
};

export function meaningOf(fault: Fault): Meaning {
  const { code, message } = fault;
  if (code === null) return refused('BUSINESS');
  return twins[code]?.(message) ?? meanings[code] ?? meaningOfRange(code);
}

/** Unknown codes by the ranges of the old documentation. */
function meaningOfRange(code: number): Meaning {
  if (code < 500) return system('unauthorized');
  if (code < 600) return refused('BUG');
  if (code < 2000) return refused('BUSINESS');
  if (code < 5000) return refused('DATA');
  if (code < 10_000) return refused('BUSINESS');
  return refused('SERVER');
}

const xml = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
});

const parseXml = (text: string): unknown => xml.parse(text);

/** Reads an answer by its bytes: XML comes although JSON was asked for, html from gateways. */
export function contentOf(text: string): Content {
  const value = text.trimStart().startsWith('<') ? undefined : parsed(text, JSON.parse);
  if (value === undefined) {
    const faults = faultsIn(xmlFaultSchema.safeParse(parsed(text, parseXml)));
    return faults ? { type: 'fault', faults } : { type: 'unreadable' };
  }
  if (typeof value !== 'object' || value === null) return { type: 'unreadable' };
  const faults = faultsOf(value);
  return faults ? { type: 'fault', faults } : { type: 'json', value };
}

/** The faults of an answer or of one item of a batch, null where it has none. */
export function faultsOf(item: object): [Fault, ...Fault[]] | null {
  if (!('Fault' in item || 'fault' in item)) return null;
  return faultsIn(faultSchema.safeParse(item));
}

interface RawError {
  code?: string | number | null | undefined;
  Message?: string | null | undefined;
  Detail?: string | null | undefined;
}

/** Length of a vendor text that we keep. */
const textMax = 500;

function faultsIn(
  parsed: { success: true; data: RawError[] } | { success: false },
): [Fault, ...Fault[]] | null {
  if (!parsed.success) return null;
  const [first, ...others] = parsed.data.map((error) => {
    const code = Number.parseInt(String(error.code ?? ''), 10);
    const texts = [error.Message, error.Detail].filter((text) => (text ?? '') !== '');
    return {
      code: Number.isNaN(code) ? null : code,
      message: texts.join(' / ').replace(/\s+/g, ' ').slice(0, textMax),
    };
  });
  return [first ?? { code: null, message: 'a fault without an error' }, ...others];
}

/** All errors of a fault in one line, with the vendor's number of the call for its support. */
export function faultText(faults: readonly Fault[], tid: string): string {
  const texts = faults.map((fault) => `${fault.code ?? 'no code'}: ${fault.message}`);
  return `${texts.join('; ')}${tid === '' ? '' : ` (intuit_tid ${tid})`}`;
}

/** A 200 whose JSON can be read: its results say what became of the members. */
export interface ReadableAnswer {
  type: 'readable';
  value: unknown;
  /** The vendor's number of the call, empty where it gave none. */
  tid: string;
}

/** What became of a whole write whose answer holds no results, else the answer as it was read. */
export function wholeOutcome(
  result: HttpResult,
  members: number,
  nowMs: number,
): SendAnswer | ReadableAnswer {
  if (result.type === 'notReached')
    return { type: 'notExecuted', why: 'unreachable', retryAfterMs: null, detail: result.detail };
  if (result.type === 'lost') return { type: 'lost', detail: result.detail };
  const { status } = result;
  const content = contentOf(result.text);
  if (status === 200 && content.type === 'json')
    return { type: 'readable', value: content.value, tid: result.headers['intuit_tid'] ?? '' };
  const { meaning, detail } = explain(result, content);
  if (meaning.kind === 'system') {
    const waitMs = retryAfterMs(result.headers, nowMs) ?? meaning.waitMs;
    return { type: 'notExecuted', why: meaning.why, retryAfterMs: waitMs, detail };
  }
  // No clear refusal: it may have been carried out.
  if (status >= 500 || status === 408 || (status < 300 && content.type !== 'fault'))
    return { type: 'lost', detail };
  const code = content.type === 'fault' ? String(content.faults[0].code) : `http_${status}`;
  const { failureClass } = meaning;
  return allRefused(members, { failureClass, code, message: detail });
}

/**
 * The JSON of a read, or a `ConnectorError`: a failed look-up is never "absent"
 * (architecture.md#i4).
 */
export function readJson(result: HttpResult, nowMs: number): unknown {
  if (result.type !== 'answer') throw new ConnectorError('upstream', result.detail);
  const { status } = result;
  const content = contentOf(result.text);
  if (status === 200 && content.type === 'json') return content.value;
  const { meaning, detail } = explain(result, content);
  const waitMs = retryAfterMs(result.headers, nowMs);
  if (meaning.kind === 'system') {
    const kind = { throttled: 'throttled', unauthorized: 'auth', unavailable: 'upstream' } as const;
    throw new ConnectorError(kind[meaning.why], detail, waitMs ?? meaning.waitMs);
  }
  const isOurFault = status >= 400 && status < 500 && status !== 408;
  const isRefused = content.type === 'fault' ? meaning.failureClass !== 'SERVER' : isOurFault;
  throw new ConnectorError(isRefused && status < 500 ? 'refused' : 'upstream', detail, waitMs);
}

function explain(answer: HttpAnswer, content: Content): { meaning: Meaning; detail: string } {
  const { status, headers } = answer;
  const tid = headers['intuit_tid'] ?? '';
  const said = content.type === 'fault' ? content.faults : [];
  const detail =
    said.length > 0
      ? `HTTP ${status}: ${faultText(said, tid)}`
      : `HTTP ${status}: no readable answer${tid === '' ? '' : ` (intuit_tid ${tid})`}`;
  return { meaning: meaningOfAnswer(status, content), detail };
}

function meaningOfAnswer(status: number, content: Content): Meaning {
  if (status === 429) return system('throttled', throttleMs);
  if (content.type === 'fault') return meaningOf(content.faults[0]);
  if (status === 401 || status === 403) return system('unauthorized');
  // Nothing is served at this address: not the API.
  if (status === 404 || (status >= 300 && status < 400)) return system('unavailable');
  return refused('BUG');
}
