import { type VendorAnswer } from '../server/vendor';
import { htmlAnswer } from './answer';

const minuteMs = 60_000;

/**
 * The firewall of a host: html with 403 above so many calls a minute
 * (woocommerce.md#not-confirmed).
 */
export interface Firewall {
  refuses(perMinute: number, nowMs: number): VendorAnswer | null;
  reset(): void;
}

export function createFirewall(): Firewall {
  let minute = 0;
  let calls = 0;
  return {
    refuses: (perMinute, nowMs) => {
      if (perMinute === 0) return null;
      const present = Math.floor(nowMs / minuteMs);
      calls = present === minute ? calls + 1 : 1;
      minute = present;
      return calls > perMinute ? htmlAnswer(403, 'Forbidden') : null;
    },
    reset: () => {
      calls = 0;
    },
  };
}
