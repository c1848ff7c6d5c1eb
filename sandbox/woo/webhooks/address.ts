import { isIP } from 'node:net';

import { type WooSettings } from '../settings';
import { type Store } from '../store';

const openPorts = new Set(['', '80', '443', '8080']);

/** WordPress sends to some addresses only: a forbidden one just fails (woocommerce.md#webhooks). */
export function isAllowedAddress(store: Store, settings: WooSettings, address: string): boolean {
  if (!URL.canParse(address)) return false;
  if (!settings['woo.webhookAddressRules']) return true;
  const url = new URL(address);
  const home = new URL(store.homeUrl);
  if (url.username !== '' || url.password !== '') return false;
  const isOwnHost = url.hostname === home.hostname;
  if (!isOwnHost && isPrivate(url.hostname)) return false;
  return openPorts.has(url.port) || (isOwnHost && url.port === home.port);
}

function isPrivate(host: string): boolean {
  if (host === 'localhost') return true;
  if (isIP(host) !== 4) return isIP(host.replace(/^\[|\]$/g, '')) === 6;
  const [a = 0, b = 0] = host.split('.').map(Number);
  if (a === 127 || a === 10 || a === 0) return true;
  return (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168);
}
