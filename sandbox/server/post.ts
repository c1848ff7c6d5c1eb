import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { request as requestTls } from 'node:https';

/** One webhook delivery on its way out. */
export interface Outgoing {
  address: string;
  /** In the order in which they are sent, behind `Host`. */
  headers: readonly (readonly [name: string, value: string])[];
  body: string;
  /** Real time until a delivery without a whole answer has failed. */
  timeoutMs: number;
  /** Aborted when the delivery is forgotten. */
  signal: AbortSignal;
  /**
   * The status counts as soon as it is there; else a delivery whose answer never ends has failed.
   */
  isStatusEnough?: boolean;
  /** Where a `host:port` really is. */
  hosts?: Readonly<Record<string, string>>;
}

/**
 * Sends one POST; answers the status, or null when nobody answered in time. Follows no redirect.
 */
export function post(outgoing: Outgoing): Promise<number | null> {
  const {
    address,
    headers,
    body,
    timeoutMs,
    signal,
    isStatusEnough = false,
    hosts = {},
  } = outgoing;
  const url = new URL(address);
  const dialled = new URL(address);
  dialled.host = hosts[url.host] ?? url.host;
  const send = dialled.protocol === 'https:' ? requestTls : request;
  return new Promise((resolve) => {
    const sent = send(dialled, {
      method: 'POST',
      headers: ['Host', url.host, ...headers.flat()],
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    sent.on('error', () => {
      resolve(null);
    });
    sent.on('response', (response) => {
      if (isStatusEnough) {
        resolve(response.statusCode ?? null);
        response.destroy();
        return;
      }
      response.resume();
      response.on('error', () => undefined); // cut off in the middle: `close` follows
      response.on('close', () => {
        resolve(response.complete ? (response.statusCode ?? null) : null);
      });
    });
    sent.end(body);
  });
}

/** What both vendors sign a delivery with: HMAC-SHA256 of the raw body in Base64. */
export function bodySignature(secret: string, body: string): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}
