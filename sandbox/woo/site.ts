import { entryOf, type JsonObject } from '../json';
import { type VendorAnswer } from '../server/vendor';
import { jsonAnswer, WooError } from './answer';
import { onlyFields } from './product-view';
import { type Store } from './store';
import { offsetHours } from './zone';

/** `GET /wp-json/`: open to everybody, tells the time zone and the home URL (section 1). */
export function siteIndex(store: Store, nowMs: number): VendorAnswer {
  return jsonAnswer(200, {
    name: store.name,
    description: '',
    url: store.homeUrl,
    home: store.homeUrl,
    gmt_offset: offsetHours(nowMs, store.zone),
    timezone_string: store.zone,
    namespaces: ['wc/v3', 'wp/v2'],
    authentication: [],
    routes: {},
  }, null); // prettier-ignore
}

/** The part of `GET /system_status` that a connector reads (section 1). */
export function systemStatus(store: Store, fields: string | undefined): VendorAnswer {
  const body: JsonObject = {
    environment: {
      home_url: store.homeUrl,
      site_url: store.homeUrl,
      version: '11.0.1',
      wp_version: '7.0.4',
      wp_multisite: false,
      default_timezone: 'UTC',
    },
    settings: {
      api_enabled: false,
      force_ssl: false,
      currency: store.currency,
      currency_position: 'left',
      thousand_separator: ',',
      decimal_separator: '.',
      number_of_decimals: store.decimals,
      HPOS_enabled: true,
    },
  };
  return jsonAnswer(200, onlyFields(body, fields), null, { allow: 'GET' });
}

/** One option, `GET /settings/{group}/{id}`: those that change what totals mean (section 1). */
export function setting(store: Store, group: string, id: string): VendorAnswer {
  const value = entryOf(entryOf(settingValues(store), group) ?? {}, id);
  if (value === undefined) {
    const message = 'Invalid setting.';
    throw new WooError(404, 'rest_setting_setting_invalid', message);
  }
  const href = `${store.homeUrl}/wp-json/wc/v3/settings/${group}`;
  return jsonAnswer(
    200,
    {
      id,
      label: id.replace('woocommerce_', '').replaceAll('_', ' '),
      value,
      group_id: group,
      _links: { self: [{ href: `${href}/${id}` }], collection: [{ href }] },
    },
    null,
    { allow: 'GET, POST, PUT, PATCH' },
  );
}

function settingValues(store: Store): Partial<Record<string, Partial<Record<string, string>>>> {
  const yes = (is: boolean): string => (is ? 'yes' : 'no');
  return {
    general: {
      woocommerce_default_country: store.country,
      woocommerce_currency: store.currency,
      woocommerce_calc_taxes: yes(store.isTaxed),
      woocommerce_price_num_decimals: String(store.decimals),
    },
    tax: {
      woocommerce_prices_include_tax: yes(store.pricesIncludeTax),
      woocommerce_tax_round_at_subtotal: yes(store.taxRoundAtSubtotal),
      woocommerce_tax_based_on: 'shipping',
    },
    products: { woocommerce_manage_stock: 'yes' },
  };
}
