import { z } from 'zod';

import { commonSettings } from '../server/settings';

const delay = z.strictObject({
  min: z.number().int().min(0).max(3_600_000),
  max: z.number().int().min(0).max(3_600_000),
});

/**
 * Settings of the WooCommerce sandbox: the switches of woocommerce.md#not-confirmed and the site's
 * surroundings.
 */
export const settingsShape = {
  ...commonSettings,
  /**
   * A proxy in front ends TLS and says so in `X-Forwarded-Proto`; false: WordPress never learns.
   */
  'woo.trustForwardedProto': z.boolean().default(true),
  /**
   * Version of the plug-in: routes and checks come and go with it (woocommerce.md#site-settings).
   */
  'woo.version': z
    .string()
    .regex(/^\d+\.\d+(\.\d+)?$/)
    .default('11.0.1'),
  /** What a user without the right hears: the anonymous body with 403, or WordPress's own. */
  'woo.forbiddenStyle': z.enum(['anonymous', 'wordpress']).default('anonymous'),
  /** Whether a new customer is sent a mail. */
  'woo.mailOnCustomer': z.boolean().default(true),
  /** What restoring a variation tells its webhooks: product.updated, or nothing. */
  'woo.variationRestore': z.enum(['updated', 'silent']).default('updated'),
  /** ETag and 304 on product reads. */
  'woo.restCache': z.boolean().default(false),
  /** High-performance order storage; false: orders keep their dates and search as products do. */
  'woo.hpos': z.boolean().default(true),
  /** Order statuses of plug-ins; `onPayment` is the one that a payment leads to. */
  'woo.customStatuses': z
    .strictObject({
      names: z.array(z.string()).default([]),
      onPayment: z.string().nullable().default(null),
    })
    .default({ names: [], onPayment: null }),
  /** A firewall of the host: html with 403 above so many calls a minute; 0: none. */
  'woo.waf': z.number().int().min(0).default(0),
  /** Most items of a batch, as a filter in the store may lower it. */
  'woo.batchMax': z.number().int().min(1).max(100).default(100),
  /** Bytes of a body above which a proxy in front answers 413 html; 0: none. */
  'woo.bodyMax': z.number().int().min(0).default(0),
  /**
   * A write of a product with this text in it ends in a PHP fatal, in a batch with what came before
   * done; `` : none.
   */
  'woo.fatalOn': z.string().default(''),
  /** A plug-in turns the `sku` of products with this text into a list in answers; `` : none. */
  'woo.garbledOn': z.string().default(''),
  /** A plug-in turns `stock_quantity` in answers into a text. */
  'woo.stockAsText': z.boolean().default(false),
  /** A cache in front answers the same GET for so long with what it answered first; 0: none. */
  'woo.cacheMs': z.number().int().min(0).default(0),
  /** Days in the trash; 0: there is no trash and a DELETE needs force. */
  'woo.trashDays': z.number().int().min(0).default(30),
  /** How far the Date header is from the data. */
  'woo.clockSkewMs': z.number().int().default(0),
  /** Time from an event to its delivery by the store's cron. */
  'woo.webhookDelayMs': delay.default({ min: 200, max: 59_000 }),
  /** `traffic`: the cron runs only when somebody calls the store; `clock`: by itself. */
  'woo.cron': z.enum(['traffic', 'clock']).default('traffic'),
  /** Where the host and port of a delivery address really are, as with a resolver of one's own. */
  'woo.webhookHosts': z.record(z.string(), z.string()).default({}),
  /**
   * WordPress refuses ports but 80, 443 and 8080, and foreign private addresses; false: it does
   * not.
   */
  'woo.webhookAddressRules': z.boolean().default(true),
};

/** The present values of the settings. */
export type WooSettings = z.output<z.ZodObject<typeof settingsShape>>;

/** True when the plug-in's version is at least this one. */
export function isVersion(settings: WooSettings, atLeast: string): boolean {
  const parts = (version: string): number[] => version.split('.').map(Number);
  const [have, want] = [parts(settings['woo.version']), parts(atLeast)];
  for (let place = 0; place < 3; place += 1) {
    const difference = (have[place] ?? 0) - (want[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
