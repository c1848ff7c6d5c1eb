import { entryOf, type JsonObject } from '../json';
import { WooError } from './answer';
import { type Answered, type WooCall } from './call';
import { onlyFields } from './fields';
import { type ShopOptions, type Store } from './store';
import { asWhole, parameterText, textOf } from './values';
import { offsetHours } from './zone';

/**
 * `GET /wp-json/`: open to everybody, tells the time zone and the home URL
 * (woocommerce.md#site-settings).
 */
export function siteIndex({ store, nowMs }: WooCall): Answered {
  const body = {
    name: store.name,
    description: '',
    url: store.homeUrl,
    home: store.homeUrl,
    gmt_offset: offsetHours(nowMs, store.zone),
    timezone_string: store.zone,
    namespaces: ['wc/v3', 'wp/v2'],
    authentication: [],
    routes: {},
  };
  return { status: 200, body };
}

/** The part of `GET /system_status` that a connector reads (woocommerce.md#site-settings). */
export function systemStatus({ store, input, settings }: WooCall): Answered {
  const body: JsonObject = {
    environment: {
      home_url: store.homeUrl,
      site_url: store.homeUrl,
      version: settings['woo.version'],
      wp_version: '7.0.4',
      wp_multisite: false,
      default_timezone: 'UTC',
    },
    settings: {
      api_enabled: false,
      force_ssl: false,
      currency: store.options.currency,
      currency_position: 'left',
      thousand_separator: ',',
      decimal_separator: '.',
      number_of_decimals: store.options.decimals,
      HPOS_enabled: settings['woo.hpos'],
    },
  };
  return { status: 200, body: onlyFields(body, parameterText(input['_fields'])) };
}

/**
 * One option, `GET /settings/{group}/{id}`: those that change what totals mean
 * (woocommerce.md#site-settings).
 */
export function readSetting({ store }: WooCall, [group = '', id = '']: string[]): Answered {
  const value = entryOf(entryOf(settingValues(store), group) ?? {}, id);
  if (value === undefined) {
    throw new WooError(404, 'rest_setting_setting_invalid', 'Invalid setting.');
  }
  const href = `${store.homeUrl}/wp-json/wc/v3/settings/${group}`;
  const body = {
    id,
    label: id.replace('woocommerce_', '').replaceAll('_', ' '),
    value,
    group_id: group,
    _links: { self: [{ href: `${href}/${id}` }], collection: [{ href }] },
  };
  return { status: 200, body };
}

/**
 * Changes an option; what is derived from it at reading time changes at once
 * (woocommerce.md#totals).
 */
export function changeSetting(call: WooCall, parts: string[]): Answered {
  readSetting(call, parts);
  const [, id = ''] = parts;
  const { store } = call;
  const value = textOf(call.input['value']);
  const change = value === undefined ? undefined : entryOf(optionChanges(value), id);
  if (change === undefined) {
    const message = 'An invalid setting value was passed.';
    throw new WooError(400, 'rest_setting_value_invalid', message);
  }
  store.options = { ...store.options, ...change };
  return { ...readSetting(call, parts), committed: true };
}

function optionChanges(value: string): Partial<Record<string, Partial<ShopOptions>>> {
  const basedOn = (['shipping', 'billing', 'base'] as const).find((one) => one === value);
  return {
    woocommerce_default_country: { country: value },
    woocommerce_currency: { currency: value },
    woocommerce_calc_taxes: { isTaxed: value === 'yes' },
    woocommerce_price_num_decimals: { decimals: asWhole(value) },
    woocommerce_prices_include_tax: { pricesIncludeTax: value === 'yes' },
    woocommerce_tax_round_at_subtotal: { taxRoundAtSubtotal: value === 'yes' },
    woocommerce_tax_based_on: { taxBasedOn: basedOn ?? 'shipping' },
  };
}

function settingValues(store: Store): Partial<Record<string, Partial<Record<string, string>>>> {
  const yes = (is: boolean): string => (is ? 'yes' : 'no');
  const { options } = store;
  return {
    general: {
      woocommerce_default_country: options.country,
      woocommerce_currency: options.currency,
      woocommerce_calc_taxes: yes(options.isTaxed),
      woocommerce_price_num_decimals: String(options.decimals),
    },
    tax: {
      woocommerce_prices_include_tax: yes(options.pricesIncludeTax),
      woocommerce_tax_round_at_subtotal: yes(options.taxRoundAtSubtotal),
      woocommerce_tax_based_on: options.taxBasedOn,
    },
    products: { woocommerce_manage_stock: 'yes' },
  };
}
