import { z } from 'zod';

import type { JsonObject } from '../domain/words';
import type { Write } from './connector';

const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/** A write as it stands with its send, read back before it is repeated or looked for. */
export const storedWrite: z.ZodType<Write> = z.strictObject({
  operation: z.enum(['create', 'update', 'void']),
  entity: z.string(),
  group: z.string(),
  payload: jsonObject,
  isLinked: z.boolean(),
  snapshot: jsonObject,
  natural: jsonObject,
});
