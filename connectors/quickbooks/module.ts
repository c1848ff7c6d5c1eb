import { z } from 'zod';

import type { ConnectorModule } from '../module';
import { revokeCredentials, type Revocation, type RevokeOptions } from './api/oauth';
import { postedKeysOf } from './books/posted';
import { parseFacts } from './company/facts';
import { isCheckable, unfitTarget, unknownKey } from './company/mapping-target';
import { inUseHold } from './plan/in-use';
import { mixedTicketHold } from './plan/mixed-ticket';
import { createQuickBooks } from './quickbooks';

const secretSchema = z.strictObject({
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresAtMs: z.number().nullable(),
});

/** What is asked of the books without a call: by the company as it was read last. */
const books = {
  parseFacts,
  isCheckable,
  unfitTarget,
  unknownKey,
  mixedTicketHold,
  inUseHold,
  postedKeysOf,
};

/** A QuickBooks Online company, by the tokens of OAuth 2. */
export const quickbooks: ConnectorModule & {
  books: typeof books;
  revoke: typeof revoke;
} = {
  open: ({ address, account, secret, saveSecret, app, ...options }) =>
    createQuickBooks({
      ...app,
      baseUrl: address,
      realmId: account,
      credentials: secretSchema.parse(secret),
      saveCredentials: (credentials) => saveSecret({ ...credentials }),
      ...options,
    }),
  knowsFacts: (facts) => parseFacts(facts) !== null,
  isByPosting: true,
  books,
  revoke,
};

/** Takes the consent back by stored credentials. */
function revoke(options: RevokeOptions, secret: unknown): Promise<Revocation> {
  return revokeCredentials(options, secretSchema.parse(secret).refreshToken);
}
