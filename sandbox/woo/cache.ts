import { type VendorAnswer, type VendorRequest } from '../server/vendor';
import { type WooSettings } from './settings';

interface At {
  nowMs: number;
  settings: WooSettings;
}

/**
 * A page cache in front of the site: it knows a GET by its address, whatever headers the client
 * sends (woocommerce.md#proxies).
 */
export interface Cache {
  answerTo(request: VendorRequest, at: At): VendorAnswer | null;
  keep(request: VendorRequest, answer: VendorAnswer, at: At): void;
  clear(): void;
}

export function createCache(): Cache {
  const kept = new Map<string, { answer: VendorAnswer; untilMs: number }>();
  return {
    answerTo: (request, { nowMs, settings }) => {
      if (settings['woo.cacheMs'] === 0) return null;
      const entry = kept.get(addressOf(request));
      return entry !== undefined && entry.untilMs > nowMs ? entry.answer : null;
    },
    keep: (request, answer, { nowMs, settings }) => {
      const lifeMs = settings['woo.cacheMs'];
      if (lifeMs === 0 || request.method !== 'GET' || answer.status !== 200) return;
      kept.set(addressOf(request), { answer, untilMs: nowMs + lifeMs });
    },
    clear: () => {
      kept.clear();
    },
  };
}

/** Signatures are new with each call and no part of what is asked. */
function addressOf({ method, path, query }: VendorRequest): string {
  const asked = [...query].filter(([name]) => !name.startsWith('oauth_'));
  return JSON.stringify([method, path, asked.sort()]);
}
