import { z } from 'zod';

import { checked } from './checked';

const latency = z.union([
  z.number().int().min(0).max(600_000),
  z.strictObject({
    min: z.number().int().min(0).max(600_000),
    max: z.number().int().min(0).max(600_000),
  }),
]);

/** Settings that both vendors have. */
export const commonSettings = {
  seed: z.number().int().min(0).default(1),
  /** How long calls take: `none`, or `real`: as long as was measured at the vendor. */
  latency: z.enum(['none', 'real']).default('none'),
  /** Passes before a request is carried out, on top of `latency`. */
  latencyMs: latency.default(0),
};

const commonSchema = z.object(commonSettings);

/** The values of the settings that both vendors have. */
export type CommonSettings = z.output<typeof commonSchema>;

/** The named settings of a vendor. */
export interface SettingsStore {
  /** Those that both vendors have. */
  common(): CommonSettings;
  values(): Record<string, unknown>;
  /** Takes the given values over, or throws a ControlError that lists what is wrong. */
  change(body: unknown): void;
  reset(): void;
}

/** Holds named settings: unknown names are refused, missing ones keep their value. */
export function createSettings<T extends z.ZodRawShape>(
  shape: T,
): SettingsStore & { current(): z.output<z.ZodObject<T>> } {
  const schema = z.strictObject(shape);
  let values = schema.parse({});
  let common = commonSchema.parse(values);
  const take = (next: z.output<typeof schema>): void => {
    values = next;
    common = commonSchema.parse(next);
  };
  return {
    current: () => values,
    common: () => common,
    values: () => ({ ...values }),
    change: (body) => {
      const wished = checked(z.record(z.string(), z.unknown()), body);
      take(checked(schema, { ...values, ...wished }));
    },
    reset: () => {
      take(schema.parse({}));
    },
  };
}
