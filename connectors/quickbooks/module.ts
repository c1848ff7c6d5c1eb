import { z } from 'zod';

import type { ConnectorModule } from '../module';
import { parseFacts } from './company/facts';
import { createQuickBooks } from './quickbooks';

const secretSchema = z.strictObject({
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresAtMs: z.number().nullable(),
});

/** A QuickBooks Online company, by the tokens of OAuth 2. */
export const quickbooks: ConnectorModule = {
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
};
