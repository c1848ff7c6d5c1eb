import { z } from 'zod';

import { ConnectorError, type CallGate } from '../contract';
import type { ConnectorModule } from '../module';
import type { WooCommerceOptions } from './api/client';
import { createWooCommerce } from './woocommerce';

const secretSchema = z.strictObject({ consumerKey: z.string(), consumerSecret: z.string() });

/** A WooCommerce store, by the keys of its REST API. */
export const woocommerce: ConnectorModule & {
  checkStore: typeof checkStore;
  storeAddress: typeof storeAddress;
} = {
  open: ({ address, secret, ...options }) =>
    createWooCommerce({ url: address, ...secretSchema.parse(secret), ...options }),
  knowsFacts: () => true,
  isByPosting: false,
  checkStore,
  storeAddress,
};

const shopFacts = z.object({ version: z.string(), currency: z.string() });

/** What a store answered to its keys. */
interface StoreCheck {
  isGood: boolean;
  /** For the person who connects it: versions and currency, or what came back and what to check. */
  detail: string;
}

/**
 * Tries address and keys with one GET, outside of any lane: nothing was stored yet. Never throws
 * for what a store does.
 */
async function checkStore(
  options: Omit<WooCommerceOptions, 'facts' | 'zeroPrice'>,
): Promise<StoreCheck> {
  const gate: CallGate = {
    read: (call) => call(),
    write: () => Promise.reject(new Error('Bug: a check writes nothing')),
    signal: new AbortController().signal,
  };
  try {
    const store = createWooCommerce({ ...options, facts: null, zeroPrice: 'hold' });
    const { version, currency } = shopFacts.parse(await store.readFacts(gate));
    return { isGood: true, detail: `WooCommerce ${version}, prices in ${currency}` };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return { isGood: false, detail: error.message.slice(0, 1_000) };
  }
}

/** The address of a store in what people copy: without the parts that WordPress puts behind it. */
function storeAddress(url: URL): string {
  const { origin, pathname } = url;
  const path = pathname
    .replace(/\/+(wp-json|wp-admin|wp-login\.php|index\.php)(\/.*)?$/, '')
    .replace(/\/+$/, '');
  return origin + path;
}
