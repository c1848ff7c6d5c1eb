import { z } from 'zod';

import { checked } from '../../server/checked';

/** Names of the faults of deliveries; docs/sandbox.md says what each does. */
export const deliveryFaults = ['duplicate', 'late', 'reorder', 'lose', 'errorBody'] as const;

const plan = z.array(
  z.strictObject({
    fault: z.enum(deliveryFaults),
    times: z.number().int().min(1).default(1),
    /** late: how much later. */
    delayMs: z.number().int().min(0).default(60_000),
  }),
);

/**
 * Faults of deliveries that are planned and how often they may still happen
 * (woocommerce.md#webhooks).
 */
export interface WebhookFaults {
  add(body: unknown): number;
  take(fault: (typeof deliveryFaults)[number]): boolean;
  /** How much later the next delivery goes out; 0: in time. */
  lateMs(): number;
  clear(): void;
}

export function createWebhookFaults(): WebhookFaults {
  let planned: z.output<typeof plan> = [];
  const spend = (fault: string): z.output<typeof plan>[number] | undefined => {
    const found = planned.find((one) => one.fault === fault && one.times > 0);
    if (found !== undefined) found.times -= 1;
    return found;
  };
  return {
    add: (body) => {
      planned = [...planned, ...checked(plan, body)];
      return planned.length;
    },
    take: (fault) => spend(fault) !== undefined,
    lateMs: () => spend('late')?.delayMs ?? 0,
    clear: () => {
      planned = [];
    },
  };
}
