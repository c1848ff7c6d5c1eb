import type { RecordBody } from '../../domain/bodies';
import type { PostingSettings } from '../../domain/posting/settings';
import type { JsonObject } from '../../domain/words';
import type { CallGate, Outgoing, References } from '../connector';
import { inLists, type QboClient } from './client';
import { documentsToRead, planPart } from './document';
import type { QboFacts } from './facts';
import { findDocuments, type WantedDocument } from './find-documents';
import { isMoney, moneyShape } from './money';
import type { NewDocument } from './new-document';
import type { Place } from './place';
import type { NewPayment } from './plan-payment';
import { keyOf } from './posted';
import type { DocumentSource } from './sale-of';
import { documentEntities } from './entities';
import { markerOf } from './shape';
import { documentSchema, jsonObject } from './wire';

// What planning and composing documents need of the books: those that stand and are to be changed as they are
// now, and whether one that is to be created is there already.

/** What of a company decides what is looked for; facts are null before they were read. */
export interface LookUpCompany {
  facts: QboFacts | null;
  posting: PostingSettings;
}

export async function lookUpDocuments(
  client: QboClient,
  items: readonly Outgoing[],
  references: References,
  { facts, posting }: LookUpCompany,
  gate: CallGate,
): Promise<Record<string, JsonObject>> {
  if (facts === null) return {};
  const place = { references, facts, settings: posting };
  const tickets = items.flatMap((item) => {
    const { record } = item;
    return isForm(record) && !isMoney(item) ? [{ item, ticket: record }] : [];
  });
  const rowsOf = await readStanding(client, tickets, place, gate);
  const wanted = items.filter(isMoney).flatMap((item) => wantedMoney(item, place));
  for (const { item, ticket } of tickets) {
    const planned = planPart(item, ticket, place, rowsOf(item, ticket));
    if (planned.type === 'done') continue;
    const isNumbered = facts.customTxnNumbers && planned.type === 'new';
    // Without a number of ours only a whole day can be searched: after a refusal, not before.
    if (!isNumbered && item.lastClass === null && item.attempts === 0) continue;
    wanted.push(wantedFor(item.deliveryId, planned, isNumbered));
  }
  const found = await findDocuments(client, wanted, gate);
  const findings: Record<string, JsonObject> = {};
  const forms = new Map(tickets.map(({ item, ticket }) => [item.deliveryId, ticket]));
  for (const item of items) {
    const document = found.get(item.deliveryId) ?? null;
    const ticket = forms.get(item.deliveryId);
    const rows = ticket === undefined ? {} : Object.fromEntries(rowsOf(item, ticket));
    if (document === null && Object.keys(rows).length === 0) continue;
    // Refused as a duplicate, yet no such document: another kind of document has the number.
    const isElsewhere = document?.found === 'absent' && item.lastClass === 'DUPLICATE';
    findings[item.deliveryId] = {
      type: 'document',
      document: isElsewhere ? { found: 'foreign' } : document,
      rows,
    };
  }
  return findings;
}

/** Reads the documents that stand and are to be changed; answers them for each item, by id. */
async function readStanding(
  client: QboClient,
  tickets: readonly { item: Outgoing; ticket: DocumentSource }[],
  place: Place,
  gate: CallGate,
): Promise<(item: Outgoing, ticket: DocumentSource) => Map<string, JsonObject | null>> {
  const documents = tickets.flatMap(({ item, ticket }) => documentsToRead(item, ticket, place));
  const found = new Map<string, JsonObject>();
  for (const entity of documentEntities) {
    const ids = documents.filter((document) => document.entity === entity).map(({ id }) => id);
    for (const list of inLists(ids))
      for (const row of await client.query(entity, `Id ${list}`, documentSchema, gate))
        found.set(`${entity} ${row.Id}`, jsonObject.parse(row));
  }
  return (item, ticket) =>
    new Map(documentsToRead(item, ticket, place).map((document) => [keyOf(document), found.get(keyOf(document)) ?? null])); // prettier-ignore
}

function isForm(record: RecordBody): record is DocumentSource {
  return ['order', 'refund', 'invoice', 'payment', 'summary'].includes(record.kind);
}

/** Money has no number: a whole day is searched, after a refusal and not before. */
function wantedMoney(item: Outgoing, { references, facts, settings }: Place): WantedDocument[] {
  if (item.remoteId !== null || (item.lastClass === null && item.attempts === 0)) return [];
  const shaped = moneyShape(item, references, facts, settings);
  if (shaped.type === 'stop') return [];
  const { entity, marker, totalMinor, currency, txnDate } = shaped;
  return [{ key: item.deliveryId, entity, marker, numbers: [], totalMinor, currency, txnDate }];
}

/** How a document, or the payment of a part, is found again. */
function wantedFor(
  key: string,
  planned: NewDocument | NewPayment,
  isNumbered: boolean,
): WantedDocument {
  if (planned.type === 'payment') {
    const { payment } = planned;
    const { totalMinor, currency, date: txnDate } = payment;
    return { key, entity: 'Payment', marker: markerOf(payment), numbers: [], totalMinor, currency, txnDate }; // prettier-ignore
  }
  const { document, entity, docNumber, otherDocNumber } = planned;
  const { totalMinor, currency, date: txnDate } = document;
  const numbers = isNumbered ? [docNumber, otherDocNumber] : [];
  return { key, entity, marker: markerOf(document), numbers, totalMinor, currency, txnDate };
}
