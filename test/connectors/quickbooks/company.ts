import { z } from 'zod';
import type { Connector, Outgoing, References } from '../../../connectors/contract';
import { parseFacts, type QboFacts } from '../../../connectors/quickbooks/company/facts';
import { createQuickBooks } from '../../../connectors/quickbooks/quickbooks';
import { initialPostingSettings, type PostingSettings } from '../../../domain/posting/settings';
import type { Company } from '../../sandbox/support';
import { known, openGate, orderBody, outgoing, references, type ReferenceParts } from '../fixtures';

/** What `POST /_sandbox/reset` says of a company. */
export const realmSchema = z.object({
  realmId: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  accessToken: z.string(),
  refreshToken: z.string(),
});

/** References to what is in the company of the accounting examples (accounting.md#examples). */
export function mapped(parts: ReferenceParts = {}): References {
  return references({
    products: { MUG: known() },
    customers: { c1: { remoteId: '301', isOpen: false } },
    ...parts,
    mappings: {
      'account:guest-customer': '302',
      'account:clearing:card': '201',
      'tender:card': '401',
      'item:@fee': '31',
      'item:@discount': '31',
      'item:@unallocated': '34',
      ...parts.mappings,
    },
  });
}

/** A ticket of two mugs, by its number. */
export function order(recordId: string, changes: Partial<Outgoing> = {}): Outgoing {
  const body = orderBody({ number: recordId });
  return outgoing({ kind: 'order', body }, { deliveryId: `d-${recordId}`, recordId, ...changes });
}

/** What the examples and their like are mapped to in that company. */
export const accountingMappings = {
  'account:guest-customer': '302',
  'account:clearing:card': '201',
  'account:clearing:cash': '202',
  'tender:cash': '402',
  'account:discounts': '207',
  'tender:card': '401',
  'item:@fee': '31',
  'item:@discount': '31',
  'item:@tip': '32',
  'item:@rounding': '33',
  'item:@unallocated': '34',
  'item:@tax': '35',
  'item:@giftCard': '36',
  'taxCode:1': '6',
  'taxCode:2': '8',
  'taxCode:4+5': '7',
  'taxCode:NY': '2',
  'taxCode:VAT20': '6',
  'taxCode:VAT19': '8',
  'taxCode:GST+QST': '7',
  'taxCode:none': '10',
};

/** A connector to a running company, with the facts that it read there. */
export async function connected(
  { given, sandbox }: Company,
  posting: Partial<PostingSettings> = {},
): Promise<{ connector: Connector; facts: QboFacts }> {
  const { realmId, clientId, clientSecret, accessToken, refreshToken } = realmSchema.parse(given);
  const connector = createQuickBooks({
    realmId,
    clientId,
    clientSecret,
    baseUrl: sandbox.url,
    oauthUrl: sandbox.url,
    credentials: { accessToken, refreshToken, expiresAtMs: null },
    saveCredentials: () => Promise.resolve(),
    facts: null,
    posting: { ...initialPostingSettings, ...posting },
    // No test of it is about slowness, and the machine may be busy with others.
    timeouts: { connectMs: 5000, firstByteMs: 15_000, totalMs: 20_000 },
    reach: 'any',
    now: () => Date.now(),
  });
  const facts = parseFacts(await connector.readFacts(openGate()));
  if (facts === null) throw new Error('The facts of the company do not read');
  return { connector, facts };
}
