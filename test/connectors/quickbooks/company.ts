import { z } from 'zod';
import type { Outgoing, References } from '../../../connectors/connector';
import { known, orderBody, outgoing, references, type ReferenceParts } from '../fixtures';

/** What `POST /_sandbox/reset` says of a company. */
export const realmSchema = z.object({
  realmId: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  accessToken: z.string(),
  refreshToken: z.string(),
});

/** References to what is in the company of the accounting examples (accounting.md 20). */
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
