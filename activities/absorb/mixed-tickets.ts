import { connectors } from '../../connectors/registry';
import type { AbsorbTransaction } from '../../database/absorb-store';
import { findConnection } from '../../database/connections';
import { mappingsFor } from '../../database/mappings';
import { postingInForce } from '../../database/settings';
import type { RecordBody } from '../../domain/bodies';
import type { Hold } from '../../domain/posting/document';
import { partsOfOrder } from '../../domain/posting/source/ticket';

/**
 * The mixed tickets among these of which one side cannot be posted, by record id: neither side goes
 * into a summary. Asked of the company as it was read last; of one that nobody has read yet
 * nothing is known.
 */
export async function heldMixedTickets(
  tx: AbsorbTransaction,
  tenant: number,
  records: readonly { recordId: string; content: RecordBody | null }[],
): Promise<Map<string, Hold>> {
  const held = new Map<string, Hold>();
  const tickets = records.flatMap(({ recordId, content }) =>
    content?.kind === 'order' && partsOfOrder(content.body).length > 1
      ? [{ recordId, body: content.body }]
      : [],
  );
  if (tickets.length === 0) return held;
  const connection = await findConnection(tx, tenant, 'qbo');
  const { parseFacts, mixedTicketHold } = connectors.qbo.books;
  const facts = parseFacts(connection?.facts);
  if (facts === null) return held;
  const { value: settings } = await postingInForce(tx, tenant);
  const mappings = await mappingsFor(tx, tenant, []);
  const references = {
    mapping: (kind: string, key: string) => mappings.get(`${kind}/${key}`)?.target ?? null,
  };
  for (const { recordId, body } of tickets) {
    const hold = mixedTicketHold(body, recordId, { references, facts, settings });
    if (hold !== null) held.set(recordId, hold);
  }
  return held;
}
