import type { JsonObject } from '../../../domain/words';
import type { Composed } from '../../contract';

/** The write that makes something new in the books; all of them travel in batches. */
export function creation(
  entity: string,
  payload: JsonObject,
  snapshot: JsonObject,
  natural: JsonObject,
): Composed {
  const operation = 'create' as const;
  const write = { operation, entity, group: 'batch', payload, isLinked: false, snapshot, natural };
  return { type: 'write', write };
}
