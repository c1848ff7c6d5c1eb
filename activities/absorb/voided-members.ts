import { parseFacts } from '../../connectors/quickbooks/company/facts';
import { inUseHold } from '../../connectors/quickbooks/plan/in-use';
import type { AbsorbTransaction } from '../../database/absorb-store';
import { findConnection } from '../../database/connections';
import { jsonObject } from '../../database/outgoing';
import { loadListed } from '../../database/payout-entries';
import { loadSales } from '../../database/sale-entries';
import { liveMembers } from '../../database/summaries';
import { recordKey } from '../../domain/records/absorb';
import type { RecordBody } from '../../domain/bodies';
import type { Hold } from '../../domain/posting/document';
import { ticketOf, type SummaryTicket } from '../../domain/posting/summary/summary-tickets';

/**
 * The tickets among these that are voided at the till and stand in daily summaries, by
 * `kind/recordId`: why each stays there, since others in the books rest on it (`in_use`), or null
 * where it may go.
 */
export async function voidedMembers(
  tx: AbsorbTransaction,
  tenant: number,
  records: readonly { recordId: string; content: RecordBody | null }[],
): Promise<Map<string, Hold | null>> {
  const voided = records.flatMap(({ recordId, content }) => {
    const ticket = ticketOf(content);
    return ticket?.body.voided === true ? [{ kind: ticket.kind, recordId, ticket }] : [];
  });
  const live = await liveMembers(tx, tenant, voided);
  const keys = new Set(live.map(({ kind, recordId }) => `${kind}/${recordId}`));
  const members = voided.filter(({ kind, recordId }) => keys.has(`${kind}/${recordId}`));
  if (members.length === 0) return new Map();
  const connection = await findConnection(tx, tenant, 'qbo');
  const stored = jsonObject.nullable().safeParse(connection?.facts ?? null);
  const homeCurrency = parseFacts(stored.success ? stored.data : null)?.homeCurrency ?? null;
  const orders = members.filter(({ kind }) => kind === 'order');
  const references = {
    sales: await loadSales(tx, tenant, 'qbo', orders),
    listed: await loadListed(tx, tenant, 'qbo', members),
    layAways: new Map(),
  };
  const holdOf = (recordId: string, record: SummaryTicket): Hold | null =>
    inUseHold({ op: 'present', record, recordId }, { references, facts: { homeCurrency } });
  return new Map(
    members.map(({ kind, recordId, ticket }) => [
      recordKey(kind, recordId),
      holdOf(recordId, ticket),
    ]),
  );
}
