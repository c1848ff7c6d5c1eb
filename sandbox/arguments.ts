import { parseArgs } from 'node:util';

import { z } from 'zod';

/** What `npm run sandbox` can be asked for. */
export interface SandboxArguments {
  stateFile: string | null;
  host: string;
  latency: 'none' | 'real' | null;
  isHelp: boolean;
}

export const usage = `npm run sandbox -- [--state FILE] [--host ADDRESS] [--latency none|real]

  --state FILE      go on from this file when it is there; written at the end and by
                    POST /_sandbox/save
  --host ADDRESS    listen on this address; without it on 127.0.0.1, for this machine alone
  --latency MODE    real: calls take as long as was measured at the vendors;
                    none: no longer than they must

  SANDBOX_WOO_PORT (8181), SANDBOX_QBO_PORT (8182): the ports
  SANDBOX_TOKEN: the token of the control calls; made and printed when absent
`;

const values = z.object({
  state: z.string().min(1, '--state takes a file').optional(),
  host: z.string().min(1, '--host takes an address').default('127.0.0.1'),
  latency: z.enum(['none', 'real'], '--latency takes none or real').optional(),
  help: z.boolean().default(false),
});

/** The options of a command line; throws with all that is wrong. */
export function readArguments(args: readonly string[]): SandboxArguments {
  const given = parseArgs({
    args: [...args],
    options: {
      state: { type: 'string' },
      host: { type: 'string' },
      latency: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
  const result = values.safeParse(given);
  if (!result.success) throw new Error(result.error.issues.map((one) => one.message).join('\n'));
  const { state, host, latency, help } = result.data;
  return { stateFile: state ?? null, host, latency: latency ?? null, isHelp: help };
}
