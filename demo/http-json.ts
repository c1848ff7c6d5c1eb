import { setTimeout as sleep } from 'node:timers/promises';

import { request } from 'undici';
import type { z } from 'zod';

/** What a call to a server of the demo answered, its body read as JSON. */
export interface JsonAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

export interface JsonCall {
  method?: 'GET' | 'POST' | 'PUT';
  headers?: Record<string, string>;
  body?: object;
}

export async function callJson(url: string, call: JsonCall = {}): Promise<JsonAnswer> {
  const answer = await request(url, {
    method: call.method ?? 'GET',
    headers: {
      accept: 'application/json',
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...call.headers,
    },
    body: call.body === undefined ? null : JSON.stringify(call.body),
    headersTimeout: 30_000,
    bodyTimeout: 60_000,
  });
  const text = await answer.body.text();
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: text === '' ? null : JSON.parse(text),
  };
}

/**
 * The same until it gets through: while a server is down, restarts or is full, a POS sends again.
 */
export async function callUntilAnswered(
  url: string,
  call: JsonCall,
  timeoutMs: number,
): Promise<JsonAnswer> {
  const endsAtMs = Date.now() + timeoutMs;
  for (;;) {
    let trouble: string;
    try {
      const answer = await callJson(url, call);
      if (answer.status !== 429 && answer.status < 500) return answer;
      trouble = `HTTP ${answer.status}`;
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error);
    }
    if (Date.now() > endsAtMs) throw new Error(`${url} does not answer: ${trouble}`);
    await sleep(250);
  }
}

/** The body of a call that must succeed, in the expected shape. */
export function expectBody<T>(schema: z.ZodType<T>, answer: JsonAnswer, what: string): T {
  if (answer.status >= 300) {
    throw new Error(`${what}: HTTP ${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`);
  }
  return schema.parse(answer.body);
}
