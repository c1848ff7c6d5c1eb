import { request } from 'node:http';
import { request as requestTls } from 'node:https';

/** How long WordPress waits for an answer. */
const timeoutMs = 60_000;

/** Sends one POST; answers the status, or null when nobody answered. Redirects are not followed. */
export function post(
  address: string,
  hosts: Readonly<Record<string, string>>,
  headers: readonly (readonly [string, string])[],
  body: string,
  signal: AbortSignal,
): Promise<number | null> {
  const url = new URL(address);
  const dialled = new URL(address);
  dialled.host = hosts[url.host] ?? url.host;
  const send = dialled.protocol === 'https:' ? requestTls : request;
  return new Promise((resolve) => {
    const outgoing = send(dialled, {
      method: 'POST',
      headers: ['Host', url.host, ...headers.flat()],
      signal,
      timeout: timeoutMs,
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => {
      resolve(null);
    });
    outgoing.on('response', (response) => {
      response.resume();
      response.on('close', () => {
        resolve(response.statusCode ?? null);
      });
    });
    outgoing.end(body);
  });
}
