import { z } from 'zod';

import { checked } from './checked';
import { type SettingsStore } from './vendor';

const latency = z.union([
  z.number().int().min(0).max(600_000),
  z.strictObject({
    min: z.number().int().min(0).max(600_000),
    max: z.number().int().min(0).max(600_000),
  }),
]);

/** Settings that both vendors have. `latencyMs` passes before a request is carried out. */
export const commonSettings = {
  seed: z.number().int().min(0).default(1),
  latencyMs: latency.default(0),
};

/** Holds named settings: unknown names are refused, missing ones keep their value. */
export function createSettings<T extends z.ZodRawShape>(
  shape: T,
): SettingsStore & { current(): z.output<z.ZodObject<T>> } {
  const schema = z.strictObject(shape);
  let values = schema.parse({});
  return {
    current: () => values,
    values: () => ({ ...values }),
    change: (body) => {
      const wished = checked(z.record(z.string(), z.unknown()), body);
      values = checked(schema, { ...values, ...wished });
    },
    reset: () => {
      values = schema.parse({});
    },
  };
}
