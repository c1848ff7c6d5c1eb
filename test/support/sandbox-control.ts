import { z } from 'zod';

import type { RunningSandbox } from '../../sandbox/server/server';

/** A control call of a sandbox; throws where it is refused. */
export async function control(
  sandbox: RunningSandbox,
  name: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${sandbox.url}/_sandbox/${name}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-sandbox-token': sandbox.token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status !== 200)
    throw new Error(`${name}: ${response.status} ${await response.text()}`);
  return response.json();
}

export const resetStores = z.object({
  stores: z.array(
    z.object({ url: z.string(), consumerKey: z.string(), consumerSecret: z.string() }),
  ),
});
export const resetRealms = z.object({
  realms: z.array(
    z.object({
      clientId: z.string(),
      clientSecret: z.string(),
      accessToken: z.string(),
      refreshToken: z.string(),
      ids: z.object({
        accounts: z.record(z.string(), z.string()),
        paymentMethods: z.record(z.string(), z.string()),
        taxCodes: z.record(z.string(), z.string()),
      }),
    }),
  ),
});
