import type { FailureClass } from '../../domain/failure';
import { ConnectorError, type SendAnswer } from '../connector';
import { retryAfterMs, type HttpAnswer, type HttpResult } from '../http';
import { errorSchema, findJson, type WooError } from './wire';

// What the store's errors mean (woocommerce.md section 3). By code and status, never by message: it is
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

/** What became of a whole write whose answer is not a readable batch answer; null where it is a 200. */
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
  const detail = describe(result);
  const waitMs = retryAfterMs(result.headers, nowMs);
  if (status === 401 || status === 403)
    return { type: 'notExecuted', why: 'unauthorized', retryAfterMs: null, detail };
  if (status === 429)
    return { type: 'notExecuted', why: 'throttled', retryAfterMs: waitMs, detail };
  // No API at this address: plug-in off, permalinks off, moved. Nothing was carried out.
  if (status === 404 || (status >= 300 && status < 400))
    return { type: 'notExecuted', why: 'unavailable', retryAfterMs: waitMs, detail };
  // Anything else that is no clear refusal may have come after the write was carried out.
  if (status >= 500 || status < 300 || status === 408) return { type: 'lost', detail };
  const code = readError(result.text)?.code ?? `http_${status}`;
  const refused = { type: 'refused', failureClass: classOf(code, status), code, message: detail };
  return {
    type: 'answered',
    results: Array.from({ length: members }, () => ({ ...refused, type: 'refused' as const })),
  };
}

/** The JSON of a read, or a `ConnectorError`: a failed look-up is never "absent" (invariant I4). */
export function readJson(result: HttpResult, nowMs: number): unknown {
  if (result.type !== 'answer') throw new ConnectorError('upstream', result.detail);
  const { status } = result;
  if (status === 200) {
    const value = findJson(result.text);
    if (value === undefined) throw new ConnectorError('upstream', describe(result));
    return value;
  }
  const detail = describe(result);
  if (status === 401 || status === 403) throw new ConnectorError('auth', detail);
  if (status === 429)
    throw new ConnectorError('throttled', detail, retryAfterMs(result.headers, nowMs));
  if (status >= 500 || status === 408)
    throw new ConnectorError('upstream', detail, retryAfterMs(result.headers, nowMs));
  if (status === 404 || (status >= 300 && status < 400)) throw new ConnectorError('config', detail);
  throw new ConnectorError('refused', detail);
}
