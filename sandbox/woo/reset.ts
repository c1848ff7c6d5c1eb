import { createHash } from 'node:crypto';
import { z } from 'zod';

import { type Store } from './store';

const storeSpec = z.strictObject({
  store: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower case letters, digits and hyphens'),
  zone: z.string().refine(isZone, 'not an IANA time zone').default('UTC'),
  currency: z.string().length(3).default('GBP'),
  /** Country with state as the store keeps it, `US:NY` or `GB`. */
  country: z.string().default('GB'),
  decimals: z.number().int().min(0).max(6).default(2),
  taxes: z.boolean().default(false),
  pricesIncludeTax: z.boolean().default(false),
  taxRoundAtSubtotal: z.boolean().default(false),
  /** The address WordPress thinks it has, when it differs from the one that is dialled. */
  homeUrl: z.url().optional(),
  consumerKey: z.string().optional(),
  consumerSecret: z.string().optional(),
  permissions: z.enum(['read', 'write', 'read_write']).default('read_write'),
});

/** Body of `POST /_sandbox/reset` of the WooCommerce sandbox. */
export const resetBody = z.strictObject({
  stores: z.array(storeSpec).default([]),
  keep: z.boolean().default(false),
});

export interface SeededStore {
  store: Store;
  consumerKey: string;
  consumerSecret: string;
}

/** An empty store with one key. Keys follow from the name, so that runs are the same. */
export function seededStore(spec: z.output<typeof storeSpec>, sandboxUrl: string): SeededStore {
  const consumerKey = spec.consumerKey ?? `ck_${hex40(`key ${spec.store}`)}`;
  const consumerSecret = spec.consumerSecret ?? `cs_${hex40(`secret ${spec.store}`)}`;
  const store: Store = {
    name: spec.store,
    homeUrl: (spec.homeUrl ?? `${sandboxUrl}/${spec.store}`).replace(/\/$/, ''),
    zone: spec.zone,
    currency: spec.currency,
    country: spec.country,
    decimals: spec.decimals,
    isTaxed: spec.taxes,
    pricesIncludeTax: spec.pricesIncludeTax,
    taxRoundAtSubtotal: spec.taxRoundAtSubtotal,
    keys: new Map([[consumerKey, { secret: consumerSecret, permissions: spec.permissions }]]),
    nonces: new Map(),
    products: new Map(),
    idBySku: new Map(),
    idByGtin: new Map(),
    idBySlug: new Map(),
    slugNumbers: new Map(),
    nextId: 10, // a fresh WordPress has used the first ids for its own pages
    nextMetaId: 100,
  };
  return { store, consumerKey, consumerSecret };
}

function hex40(text: string): string {
  return createHash('sha1').update(`truth-sync sandbox ${text}`).digest('hex');
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
