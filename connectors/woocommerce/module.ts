import { z } from 'zod';

import type { ConnectorModule } from '../module';
import { createWooCommerce } from './woocommerce';

const secretSchema = z.strictObject({ consumerKey: z.string(), consumerSecret: z.string() });

/** A WooCommerce store, by the keys of its REST API. */
export const woocommerce: ConnectorModule = {
  open: ({ address, secret, ...options }) =>
    createWooCommerce({ url: address, ...secretSchema.parse(secret), ...options }),
  knowsFacts: () => true,
  isByPosting: false,
};
