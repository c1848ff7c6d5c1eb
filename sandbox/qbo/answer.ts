import { type Json } from '../json';
import { type Random } from '../random';
import { type VendorAnswer } from '../server/vendor';
import { type QboFault } from './fault';

/** Time stamps carry Intuit's own offset, not the company's zone (quickbooks.md#calls). */
export function intuitTime(instantMs: number, withMillis = false): string {
  const shifted = new Date(instantMs - 8 * 3_600_000).toISOString();
  return `${shifted.slice(0, withMillis ? 23 : 19)}-08:00`;
}

/** `intuit_tid` is on every answer, also on errors. */
export function withTid(answer: VendorAnswer, random: Random): VendorAnswer {
  const part = (): string => random.between(0, 0xffff_ffff).toString(16).padStart(8, '0');
  return {
    ...answer,
    headers: { ...answer.headers, intuit_tid: `1-${part()}-${part()}${part()}` },
  };
}

/** An answer whose body is still known as an object, so that a memory can share its parts. */
export interface JsonAnswer extends VendorAnswer {
  json: Json;
}

export function jsonAnswer(status: number, json: Json, committed: boolean | null): JsonAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8', 'cache-control': 'no-store' },
    body: JSON.stringify(json),
    committed,
    json,
  };
}

/** Shape 1. */
export function faultAnswer(fault: QboFault, nowMs: number, status = 400): JsonAnswer {
  return jsonAnswer(status, { Fault: fault.body(), time: intuitTime(nowMs, true) }, false);
}

/** Shape 2: the gateway, in lower case and with epoch time. */
export function gatewayAnswer(
  status: number,
  code: number,
  name: string,
  detail: string,
  nowMs: number,
): VendorAnswer {
  const message = `message=${name}; errorCode=${String(code).padStart(6, '0')}; statusCode=${status}`;
  const error = { message, detail, code: String(code), element: null };
  return jsonAnswer(
    status,
    {
      warnings: null,
      intuitObject: null,
      fault: { error: [error], type: status === 401 ? 'AUTHENTICATION' : 'AUTHORIZATION' },
      report: null,
      queryResponse: null,
      batchItemResponse: [],
      attachableResponse: [],
      syncErrorResponse: null,
      requestId: null,
      time: nowMs,
      status: null,
      cdcresponse: [],
    },
    false,
  );
}

/** Shape 3: XML although JSON was asked for (too_many_requests_error.xml). */
export function throttleAnswer(nowMs: number): VendorAnswer {
  return {
    status: 429,
    headers: { 'content-type': 'application/xml;charset=UTF-8' },
    body:
      '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><IntuitResponse ' +
      `xmlns="http://schema.intuit.com/finance/v3" time="${intuitTime(nowMs, true)}"><Fault ` +
      'type="SERVICE"><Error code="3001"><Message>message=ThrottleExceeded; ' +
      'errorCode=003001; statusCode=429</Message><Detail>The request limit was reached.  Try ' +
      'again later</Detail></Error></Fault></IntuitResponse>',
    committed: null,
  };
}

/** A page of the gateway (502, 503, 504). */
export function htmlAnswer(status: number): VendorAnswer {
  return {
    status,
    headers: { 'content-type': 'text/html' },
    body:
      `<html><head><title>${status}</title></head><body><h1>${status} Service not ` +
      'available</h1></body></html>',
    committed: null,
  };
}
