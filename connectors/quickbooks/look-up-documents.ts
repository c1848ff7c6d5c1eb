import type { RecordBody } from '../../domain/bodies';
import type { PostingSettings } from '../../domain/posting/settings';
import type { JsonObject } from '../../domain/words';
import type { CallGate, Outgoing, References } from '../contract';
import { inLists, type QboClient } from './api/client';
import { documentsToRead } from './plan/document';
import type { QboFacts } from './company/facts';
import { findDocuments, type WantedDocument } from './books/find-documents';
import { isMoney } from './plan/wanted-money';
import { moneyToRead, planMoney } from './plan/entry';
import type { NewDocument } from './plan/new-document';
import type { NewMoney, PlannedMoney } from './plan/new-money';
import type { Planned } from './plan/sales-form';
import type { Plans } from './plan/plan-once';
import { keyOf, type BooksKey } from './books/posted';
import type { DocumentSource } from './plan/sale-of';
import { documentEntities } from './api/entities';
import { markerOf } from './shape/sales-form';
import { documentContentSchema, documentSchema, jsonObject } from './api/wire';

// What planning and composing documents need of the books: those that stand and are to be changed
// as they are now, and whether one that is to be created is there already.

/**
 * What of a company decides what is looked for; facts are null before they were read. Plans are
 * kept for composing.
 */
export interface LookUpCompany {
  facts: QboFacts | null;
  posting: PostingSettings;
  plans: Plans;
}

export async function lookUpDocuments(
  client: QboClient,
  { items, references }: { items: readonly Outgoing[]; references: References },
  { facts, posting, plans }: LookUpCompany,
  gate: CallGate,
): Promise<Record<string, JsonObject>> {
  if (facts === null) return {};
  const company = { references, facts, settings: posting };
  const tickets = items.flatMap((item) => {
    const { record } = item;
    return isForm(record) && !isMoney(item) ? [{ item, ticket: record }] : [];
  });
  const money = items.filter(isMoney);
  const standing = new Map([
    ...tickets.map(
      ({ item, ticket }) => [item.deliveryId, documentsToRead(item, ticket, company)] as const,
    ),
    ...money.map((item) => [item.deliveryId, moneyToRead(item, company)] as const),
  ]);
  const rowsOf = await readStanding(client, standing, gate);
  const wanted: WantedDocument[] = [];
  const planned: { item: Outgoing; planned: Planned | PlannedMoney }[] = money.map((item) => ({
    item,
    planned: planMoney(item, company, rowsOf(item)),
  }));
  for (const { item, ticket } of tickets)
    planned.push({ item, planned: plans.make(item, ticket, company, rowsOf(item)) });
  for (const { item, planned: next } of planned) {
    if (next.type === 'done') continue;
    const isNumbered = facts.customTxnNumbers && next.type === 'new';
    // Without a number of ours only a whole day can be searched: after a refusal, not before.
    if (!isNumbered && item.lastClass === null && item.attempts === 0) continue;
    wanted.push(wantedFor(item.deliveryId, next, isNumbered));
  }
  const found = await findDocuments(client, wanted, gate);
  const findings: Record<string, JsonObject> = {};
  for (const item of items) {
    const document = found.get(item.deliveryId) ?? null;
    const rows = Object.fromEntries(rowsOf(item));
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

/**
 * Reads the documents that stand and are to be changed, of each delivery; answers them for each
 * item, by id.
 */
async function readStanding(
  client: QboClient,
  standing: ReadonlyMap<string, readonly BooksKey[]>,
  gate: CallGate,
): Promise<(item: Outgoing) => Map<string, JsonObject | null>> {
  const documents = [...standing.values()].flat();
  const found = new Map<string, JsonObject>();
  for (const entity of documentEntities) {
    const ids = documents.filter((document) => document.entity === entity).map(({ id }) => id);
    for (const list of inLists(ids))
      for (const row of await client.query(entity, `Id ${list}`, documentSchema, gate))
        found.set(`${entity} ${row.Id}`, jsonObject.parse(row));
  }
  // A deposited payment keeps its invoice, or the credit memo that it applies, from going below it.
  const paid = [...found]
    .filter(([key]) => /^(Invoice|CreditMemo) /.test(key))
    .flatMap(([, row]) => paymentsOf(row));
  for (const list of inLists(paid))
    for (const row of await client.query('Payment', `Id ${list}`, documentSchema, gate))
      found.set(`Payment ${row.Id}`, jsonObject.parse(row));
  return (item) => {
    const own = (standing.get(item.deliveryId) ?? []).map(
      (document) => [keyOf(document), found.get(keyOf(document)) ?? null] as const,
    );
    const linked = own.flatMap(([, row]) =>
      paymentsOf(row).map((id) => [`Payment ${id}`, found.get(`Payment ${id}`) ?? null] as const),
    );
    return new Map([...linked, ...own]);
  };
}

/** Ids of the payments of an invoice that was read. */
function paymentsOf(row: JsonObject | null): string[] {
  const read = documentContentSchema.safeParse(row);
  if (!read.success) return [];
  return read.data.LinkedTxn.flatMap(({ TxnId, TxnType }) =>
    TxnType === 'Payment' ? [TxnId] : [],
  );
}

function isForm(record: RecordBody): record is DocumentSource {
  return ['order', 'refund', 'invoice', 'payment', 'summary'].includes(record.kind);
}

/** How a document is found again; money has no number. */
function wantedFor(
  key: string,
  planned: NewDocument | NewMoney,
  isNumbered: boolean,
): WantedDocument {
  if (planned.type === 'money') {
    const { entity, marker, totalMinor, currency, txnDate } = planned.shaped;
    return { key, entity, marker, numbers: [], totalMinor, currency, txnDate };
  }
  const { document, entity, docNumber, otherDocNumber } = planned;
  const { totalMinor, currency, date: txnDate } = document;
  const numbers = isNumbered ? [docNumber, otherDocNumber] : [];
  return { key, entity, marker: markerOf(document), numbers, totalMinor, currency, txnDate };
}
