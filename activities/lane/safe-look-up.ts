import {
  ConnectorError,
  type Connector,
  type Findings,
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
 * until the one that it refuses stands alone, so that one odd record holds up nobody else.
 */
export async function lookUpSafely(
  connector: Connector,
  items: readonly Outgoing[],
  references: References,
  turn: LaneTurn,
): Promise<Map<string, Findings | ConnectorError>> {
  if (items.length === 0) return new Map();
  try {
    const findings = await connector.lookUp(items, references, turn);
    return new Map(items.map((item) => [item.deliveryId, findings]));
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== 'refused') throw error;
    const [only] = items;
    if (items.length === 1 && only !== undefined) return new Map([[only.deliveryId, error]]);
    const middle = Math.ceil(items.length / 2);
    const first = await lookUpSafely(connector, items.slice(0, middle), references, turn);
    const second = await lookUpSafely(connector, items.slice(middle), references, turn);
    return new Map([...first, ...second]);
  }
}
