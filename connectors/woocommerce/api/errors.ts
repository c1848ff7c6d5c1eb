import type { FailureClass } from '../../../domain/delivery/failure';
import { allRefused, ConnectorError, type SendAnswer } from '../../contract';
import { retryAfterMs, type HttpAnswer, type HttpResult } from '../../http';
import { errorSchema, findJson, type WooError } from './wire';

// What the store's errors mean (woocommerce.md#errors). By code and status, never by message: it is
// translated.

const classes: Readonly<Record<string, FailureClass>> = {
  // The SKU is held by another product or variation, also in the trash: the next look-up finds it.
  product_invalid_sku: 'DUPLICATE',
  woocommerce_rest_product_not_created: 'DUPLICATE',
  woocommerce_rest_product_exists: 'BUG',
  product_invalid_global_unique_id: 'DATA',
  woocommerce_product_image_upload_error: 'DATA',
  // A write to a missing id is 400, not 404.
  woocommerce_rest_product_invalid_id: 'GONE',
  woocommerce_rest_already_trashed: 'GONE',
  // The id belongs to a variation, which has an address of its own.
  woocommerce_rest_invalid_product_id: 'REFERENCE',
  rest_invalid_param: 'DATA',
  rest_missing_callback_param: 'BUG',
  rest_invalid_json: 'BUG',
  woocommerce_rest_request_entity_too_large: 'BUG',
};

/** Class of an error by its code, else by its status. */
export function classOf(code: string, status: number): FailureClass {
  const known = classes[code];
  if (known) return known;
  if (status === 404 || status === 410) return 'GONE';
  if (status >= 500) return 'SERVER';
  if (status === 413 || status === 414) return 'BUG';
  return 'BUSINESS';
}

/** The error object of an answer, or null where it is html or none of ours. */
export function readError(text: string): WooError | null {
  const result = errorSchema.safeParse(findJson(text));
  return result.success ? result.data : null;
}

/** Length of vendor texts that we keep: enough for a sentence, not for a page of html. */
const textMax = 300;

/** What an answer says, without tags, for the operator. */
export function describe(answer: HttpAnswer): string {
  const error = readError(answer.text);
  const said = error ? `${error.code} ${plain(error.message)}` : 'no readable JSON';
  return `HTTP ${answer.status}: ${said}`;
}

export function plain(text: string): string {
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, textMax);
}

/**
 * Whether an answer says something about the keys: only WordPress and WooCommerce know them. A
 * firewall, a login page or a maintenance plug-in answers 401 and 403 too, with html
 * (woocommerce.md#proxies).
 */
function isAboutKeys(status: number, error: WooError | null): boolean {
  return (status === 401 || status === 403) && /^(woocommerce|rest)_/.test(error?.code ?? '');
}

/** What a refusal of the keys says, and what to check. */
function authDetail(answer: HttpAnswer): string {
  const code = readError(answer.text)?.code ?? '';
  const check =
    answer.status === 403
      ? "Check that the key's user may manage the shop (role Administrator or Shop manager)."
      : code === 'woocommerce_rest_authentication_error'
        ? 'Check consumer secret and permissions (Read/Write) of the key, the clock of the ' +
          'store, and that the address is exactly the one under Settings > General.'
        : 'The store saw no key it knows: check that the key was not revoked, that no proxy ' +
          'or plug-in removes the Authorization header or hides https from WordPress ' +
          '(X-Forwarded-Proto), and that the address is the one under Settings > General.';
  return `${describe(answer)}. ${check}`;
}

/**
 * Waits that are meant. WordPress says 600 s whenever an update is under way, which takes some
 * seconds.
 */
function waitOf(answer: HttpAnswer, nowMs: number): number | null {
  const waitMs = retryAfterMs(answer.headers, nowMs);
  const isByRote = waitMs === 600_000 && readError(answer.text)?.code === 'wp_die';
  return isByRote ? null : waitMs;
}

/**
 * What else may be read of an answer that is none of the API's: where it was sent to, what is off.
 */
function unavailableDetail(answer: HttpAnswer): string {
  const { location } = answer.headers;
  if (location !== undefined)
    return (
      `${describe(answer)}, sent on to ${withoutQuery(location)}: the store is in ` +
      'maintenance or has another address'
    );
  if (readError(answer.text)?.code === 'rest_no_route')
    return (
      `${describe(answer)}: WooCommerce is switched off in the store, or the address is not ` +
      'that of its API'
    );
  return answer.status === 404
    ? `${describe(answer)}: no REST API at this address, or permalinks are set to plain`
    : describe(answer);
}

function withoutQuery(address: string): string {
  return (address.split('?')[0] ?? '').slice(0, textMax);
}

/** Why a whole request was refused that holds several things: one of them, or the size of all. */
export type WholeRefusal = 'content' | 'size' | 'crash';

/**
 * What the status says of a request that the store itself may not have seen; null where it is
 * nothing of the kind.
 */
export function wholeRefusal(result: HttpResult): WholeRefusal | null {
  if (result.type !== 'answer') return null;
  const { status } = result;
  if (status === 413 || status === 414) return 'size';
  if (status === 500) return 'crash';
  const error = readError(result.text);
  const isOfFirewall = [400, 403, 405, 406, 409, 418, 451, 501].includes(status);
  return isOfFirewall && error === null ? 'content' : null;
}

/**
 * What became of a whole write whose answer is not a readable batch answer; null where it is a 200.
 */
export function wholeOutcome(
  result: HttpResult,
  members: number,
  nowMs: number,
): SendAnswer | null {
  if (result.type === 'notReached')
    return { type: 'notExecuted', why: 'unreachable', retryAfterMs: null, detail: result.detail };
  if (result.type === 'lost') return { type: 'lost', detail: result.detail };
  const { status } = result;
  if (status === 200 || status === 201) return null;
  const error = readError(result.text);
  const waitMs = waitOf(result, nowMs);
  if (isAboutKeys(status, error))
    return {
      type: 'notExecuted',
      why: 'unauthorized',
      retryAfterMs: null,
      detail: authDetail(result),
    };
  const detail = describe(result);
  if (status === 429)
    return { type: 'notExecuted', why: 'throttled', retryAfterMs: waitMs, detail };
  // Anything that is no clear refusal may have come after the write was carried out.
  if (status >= 500 || status < 300 || status === 408)
    return { type: 'lost', detail, retryAfterMs: waitMs };
  if (status !== 400 || error === null)
    return {
      type: 'notExecuted',
      why: 'unavailable',
      retryAfterMs: waitMs,
      detail: unavailableDetail(result),
    };
  const { code } = error;
  const refused = { failureClass: classOf(code, status), code, message: detail };
  return allRefused(members, refused);
}

/**
 * What it means that the store refused a whole write and takes others: it is one of these, or there
 * are too many.
 */
export function rejectedOutcome(
  why: WholeRefusal,
  result: HttpAnswer,
  members: number,
): SendAnswer {
  const detail = describe(result);
  // What stood before it in the batch is done.
  if (why === 'crash') return { type: 'lost', detail, isOfMembers: true };
  if (members > 1) return { type: 'rejected', why, detail };
  const refused =
    why === 'size'
      ? ({
          failureClass: 'DATA',
          code: `http_${result.status}`,
          message:
            `${detail}. It is larger than the store takes: shorten its texts, or raise the ` +
            'limit of the host',
        } as const)
      : ({
          failureClass: 'BLOCKED',
          code: `http_${result.status}`,
          message:
            `${detail}. Something before the store does not let this product pass: change ` +
            'its text, or allow it in the firewall or security plug-in',
        } as const);
  return allRefused(1, refused);
}

/** A read whose question may be the reason: with others the store may answer. */
export class OddAnswer extends ConnectorError {}

/**
 * The JSON of a read, or a `ConnectorError`: a failed look-up is never "absent"
 * (architecture.md#i4).
 */
export function readJson(result: HttpResult, nowMs: number): unknown {
  if (result.type !== 'answer') throw new ConnectorError('upstream', result.detail);
  const { status } = result;
  if (status === 200) {
    const value = findJson(result.text);
    if (value === undefined) throw new ConnectorError('upstream', describe(result));
    return value;
  }
  const error = readError(result.text);
  const waitMs = waitOf(result, nowMs);
  if (isAboutKeys(status, error)) throw new ConnectorError('auth', authDetail(result));
  if (status === 429) throw new ConnectorError('throttled', describe(result), waitMs);
  if (status === 400 && error !== null) throw new ConnectorError('refused', describe(result));
  if (wholeRefusal(result) !== null) throw new OddAnswer('upstream', describe(result), waitMs);
  throw new ConnectorError('upstream', unavailableDetail(result), waitMs);
}
