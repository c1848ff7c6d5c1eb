import {
  ConnectorError,
  type Compose,
  type Composed,
  type Connector,
  type Outgoing,
  type References,
} from '../../connectors/contract';
import { isTicket } from '../../domain/posting/guests';
import type { LaneTurn } from './turn';

// Look-ups before composing: how many at once, and what follows when a vendor refuses one.

/** Looked up at once: about what one question to a vendor holds. */
export const lookUpMax = 120;
/**
 * One that tells thousands of articles is read whole before it is changed: a megabyte, where an
 * answer has room for ten.
 */
const summaryWeight = 24;
/** A line more takes some 400 bytes of an answer. */
const linesPerWeight = 40;

export function weightOf({ record }: Outgoing): number {
  if (record.kind === 'summary') return summaryWeight;
  return isTicket(record) ? Math.max(1, record.body.lines.length / linesPerWeight) : 1;
}

/**
 * Look-ups for all items at once; where the vendor refuses the question itself, the set is halved
 * until the one that it refuses stands alone and is held, so that one odd record holds up nobody
 * else.
 */
export async function lookUpSafely(
  connector: Connector,
  items: readonly Outgoing[],
  references: References,
  turn: LaneTurn,
): Promise<Compose> {
  try {
    return await connector.lookUp(items, references, turn);
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== 'refused') throw error;
    if (items.length < 2) return () => lookUpRefused(error);
    const middle = Math.ceil(items.length / 2);
    const former = await lookUpSafely(connector, items.slice(0, middle), references, turn);
    const latter = await lookUpSafely(connector, items.slice(middle), references, turn);
    const ofFormer = new Set(items.slice(0, middle).map(({ deliveryId }) => deliveryId));
    return (item, known) => (ofFormer.has(item.deliveryId) ? former : latter)(item, known);
  }
}

function lookUpRefused({ message: detail }: ConnectorError): Composed {
  return { type: 'hold', reason: 'look_up_refused', cause: 'look_up_refused', detail };
}
