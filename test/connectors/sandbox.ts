import { request } from 'undici';
import { z } from 'zod';
import type { RunningSandbox } from '../../sandbox/server/server';

/** A control call of a sandbox (sandbox.md#control-calls). */
export async function control(
  sandbox: RunningSandbox,
  name: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const answer = await request(`${sandbox.url}/_sandbox/${name}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${sandbox.token}`, 'x-sandbox-token': sandbox.token },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${name}: HTTP ${answer.statusCode} ${text}`);
  return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
}
