import { connectors } from '../../connectors/registry';
import type { AbsorbTransaction } from '../../database/absorb-store';
import { findConnection } from '../../database/connections';
import { loadListed } from '../../database/payout-entries';
import { loadSales } from '../../database/sale-entries';
import { liveMembers } from '../../database/summaries';
import type { RecordBody } from '../../domain/bodies';
import type { Hold } from '../../domain/posting/document';
import { ticketOf } from '../../domain/posting/summary/summary-tickets';
import type { DesiredOp } from '../../domain/words';
import { keyOf } from '../../domain/records/record-references';

/**
 * The tickets among these that stand in daily summaries, by `kind/recordId`: why each keeps its
 * former share there, since others in the books rest on it (`in_use`), or null where it may go or
 * change.
 */
export async function membersInUse(
  tx: AbsorbTransaction,
  tenant: number,
  records: readonly { recordId: string; content: RecordBody | null; op?: DesiredOp }[],
): Promise<Map<string, Hold | null>> {
  const tickets = records.flatMap(({ recordId, content, op = 'present' }) => {
    const ticket = ticketOf(content);
    return ticket === null ? [] : [{ kind: ticket.kind, recordId, ticket, op }];
  });
  const live = await liveMembers(tx, tenant, tickets);
  const keys = new Set(live.map(keyOf));
  const members = tickets.filter((one) => keys.has(keyOf(one)));
  if (members.length === 0) return new Map();
  const connection = await findConnection(tx, tenant, 'qbo');
  const { parseFacts, inUseHold } = connectors.qbo.books;
  const homeCurrency = parseFacts(connection?.facts)?.homeCurrency ?? null;
  const orders = members.filter(({ kind }) => kind === 'order');
  const away = members.filter(({ ticket, op }) => op === 'absent' || ticket.body.voided === true);
  const references = {
    sales: await loadSales(tx, tenant, 'qbo', orders),
    listed: await loadListed(tx, tenant, 'qbo', away),
    layAways: new Map(),
  };
  const place = { references, facts: { homeCurrency } };
  return new Map(
    members.map((member) => [
      keyOf(member),
      inUseHold({ ...member, record: member.ticket }, place),
    ]),
  );
}
