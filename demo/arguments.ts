import { parseArgs } from 'node:util';

import { z } from 'zod';

import { companyNames, type CompanyName } from './company';

/** What `npm run demo` can be asked for. */
export interface DemoOptions {
  salesFile: string | null;
  hasExit: boolean;
  jsonFile: string | null;
  kill: 'worker' | 'api' | 'temporal' | 'postgres' | null;
  faults: 'light' | 'storm' | null;
  hasQuota: boolean;
  /** real: the sandboxes take as long as was measured at the vendors. */
  latency: 'none' | 'real';
  /** Whose books: without tax as the file is, or with tax laid over it. */
  company: CompanyName;
  /** One document for each ticket, or one for each day, side and tender. */
  posting: 'perOrder' | 'summary';
  seed: number;
  timeLimitS: number;
}

const values = z.object({
  sales: z.string().min(1).optional(),
  exit: z.boolean().optional(),
  json: z.string().min(1).optional(),
  kill: z
    .enum(
      ['worker', 'api', 'temporal', 'postgres'],
      '--kill takes worker, api, temporal or postgres',
    )
    .optional(),
  faults: z.enum(['light', 'storm'], '--faults takes light or storm').optional(),
  'no-quota': z.boolean().optional(),
  latency: z.enum(['none', 'real'], '--latency takes none or real').optional(),
  company: z.enum(companyNames, `--company takes ${companyNames.join(', ')}`).optional(),
  posting: z.enum(['perOrder', 'summary'], '--posting takes perOrder or summary').optional(),
  seed: z.coerce
    .number('--seed takes a whole number')
    .int('--seed takes a whole number')
    .optional(),
  'time-limit': z.coerce
    .number('--time-limit takes seconds')
    .int('--time-limit takes whole seconds')
    .min(1, '--time-limit takes at least 1 second')
    .optional(),
});

export const usage = `npm run demo -- [--sales FILE.csv] [--exit] [--json FILE]
                [--kill worker|api|temporal|postgres] [--faults light|storm] [--no-quota]
                [--latency none|real] [--company default|us|gb]
                [--posting perOrder|summary] [--seed N] [--time-limit S]`;

/** The options of a command line; throws with what is wrong and how it is written. */
export function readArguments(args: readonly string[]): DemoOptions {
  const parsed = values.parse(
    parseArgs({
      args: [...args],
      options: {
        sales: { type: 'string' },
        exit: { type: 'boolean' },
        json: { type: 'string' },
        kill: { type: 'string' },
        faults: { type: 'string' },
        'no-quota': { type: 'boolean' },
        latency: { type: 'string' },
        company: { type: 'string' },
        posting: { type: 'string' },
        seed: { type: 'string' },
        'time-limit': { type: 'string' },
      },
    }).values,
  );
  return {
    salesFile: parsed.sales ?? null,
    hasExit: parsed.exit ?? false,
    jsonFile: parsed.json ?? null,
    kill: parsed.kill ?? null,
    faults: parsed.faults ?? null,
    hasQuota: !(parsed['no-quota'] ?? false),
    latency: parsed.latency ?? 'none',
    company: parsed.company ?? 'default',
    posting: parsed.posting ?? 'perOrder',
    seed: parsed.seed ?? 1,
    timeLimitS: parsed['time-limit'] ?? 600,
  };
}
