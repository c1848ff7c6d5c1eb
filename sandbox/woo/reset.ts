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
  /** false: the key belongs to a user who may not manage the shop. */
  mayManage: z.boolean().default(true),
  /** More keys of the same store. */
  keys: z
    .array(
      z.strictObject({
        consumerKey: z.string(),
        consumerSecret: z.string(),
        permissions: z.enum(['read', 'write', 'read_write']).default('read_write'),
        mayManage: z.boolean().default(true),
      }),
    )
    .default([]),
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
  const key = {
    secret: consumerSecret,
    permissions: spec.permissions,
    mayManage: spec.mayManage,
  };
  const keys = new Map([[consumerKey, key]]);
  for (const { consumerKey: name, consumerSecret: secret, ...rights } of spec.keys) {
    keys.set(name, { secret, ...rights });
  }
  return { store: emptyStore(spec, sandboxUrl, keys), consumerKey, consumerSecret };
}

function emptyStore(
  spec: z.output<typeof storeSpec>,
  sandboxUrl: string,
  keys: Store['keys'],
): Store {
  return {
    name: spec.store,
    homeUrl: (spec.homeUrl ?? `${sandboxUrl}/${spec.store}`).replace(/\/$/, ''),
    zone: spec.zone,
    options: {
      currency: spec.currency,
      country: spec.country,
      decimals: spec.decimals,
      isTaxed: spec.taxes,
      pricesIncludeTax: spec.pricesIncludeTax,
      taxRoundAtSubtotal: spec.taxRoundAtSubtotal,
      taxBasedOn: 'shipping',
    },
    keys,
    nonces: new Map(),
    products: new Map(),
    idBySku: new Map(),
    idByGtin: new Map(),
    idBySlug: new Map(),
    variations: new Map(),
    slugNumbers: new Map(),
    orders: new Map(),
    refunds: new Map(),
    customers: new Map(),
    idByEmail: new Map(),
    idByUsername: new Map(),
    coupons: new Map(),
    categories: new Map([[uncategorized.id, uncategorized]]),
    attributes: new Map(),
    rates: new Map(),
    webhooks: new Map(),
    queue: new Map(),
    mails: [],
    pluginStatuses: [],
    numberPrefix: null,
    priceEnding: null,
    revision: 0,
    // A fresh WordPress has used the first ids for its own pages, terms and user.
    counters: {
      post: 9,
      productMeta: 99,
      orderMeta: 0,
      item: 0,
      itemMeta: 0,
      user: 1,
      userMeta: 28,
      comment: 0,
      term: uncategorized.id,
      attribute: 0,
      rate: 0,
      webhook: 0,
    },
  };
}

/** The category every shop starts with (rec: product_create_minimal). */
const uncategorized = {
  id: 15,
  name: 'Uncategorized',
  slug: 'uncategorized',
  parent: 0,
  description: '',
  display: 'default',
  menuOrder: 0,
};

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
