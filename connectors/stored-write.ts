import { z } from 'zod';

import { CanonicalText } from '../domain/canonical';
import type { JsonObject } from '../domain/words';
import type { KeptWrite, Write, WriteText } from './contract';

/**
 * Any JSON object: rows as they were read; payloads, snapshots and natural keys, read by the
 * connector that wrote them.
 */
export const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/** A write as it stands with its send, read back before it is repeated or looked for. */
export const storedWrite: z.ZodType<KeptWrite> = z.object({
  operation: z.enum(['create', 'update', 'void']),
  entity: z.string(),
  group: z.string(),
  isLinked: z.boolean(),
  snapshot: jsonObject,
  natural: jsonObject,
});

/** What of a write is kept with its send. */
export function keptWrite(write: Write): KeptWrite {
  const { operation, entity, group, isLinked, snapshot, natural } = write;
  return { operation, entity, group, isLinked, snapshot, natural };
}

/** What of a write leaves. */
export function writeText({ operation, entity, payload }: Write): WriteText {
  return { operation, entity, payload: new CanonicalText(payload) };
}
