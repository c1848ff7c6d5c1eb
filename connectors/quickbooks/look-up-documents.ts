import type { CallGate, Outgoing } from '../contract';
import { inLists, type QboClient } from './api/client';
import { documentEntities, documentSchema, type QboDocument } from './api/wire';
import { readOf, type ReadRows } from './books/books-state';
import { findDocuments, type DocumentFinding, type WantedDocument } from './books/find-documents';
import { keyOf, withPosted, type BooksKey } from './books/posted';
import type { CompanyContext } from './company/context';
import { isDocument, partToRead, planPart } from './plan/part';
import type { NewDocument } from './plan/planned';

// What planning and composing documents need of the books: those that stand and are to be changed
// as they are now, and whether one that is to be created is there already.

export interface DocumentsFinding {
  type: 'documents';
  /** Those that stand, as they were read. */
  rows: ReadRows;
  /** The plan of a new document that no read document decides about. */
  planned: NewDocument | null;
  /** Of a new document that was looked for: whether it is there already. */
  document: DocumentFinding | null;
}

export async function lookUpDocuments(
  client: QboClient,
  items: readonly Outgoing[],
  company: CompanyContext,
  gate: CallGate,
): Promise<Map<string, DocumentsFinding>> {
  const parts = items.filter(isDocument).map((one) => {
    const item = withPosted(one);
    return { item, toRead: partToRead(item, company) };
  });
  const read = await readDocuments(
    client,
    parts.flatMap(({ toRead }) => toRead),
    gate,
  );
  const wanted: WantedDocument[] = [];
  const planned = parts.map(({ item, toRead }) => {
    const rows = rowsFor(toRead, read);
    const made = planPart({ item, company, rows });
    if (made.type === 'new') {
      const isNumbered = company.facts.customTxnNumbers && made.isFoundByNumber;
      // Without a number of ours only a whole day can be searched: after a refusal, not before.
      if (isNumbered || item.lastClass !== null || item.attempts > 0)
        wanted.push(wantedFor(item.deliveryId, made, isNumbered));
    }
    const isWhole = made.type === 'new' && made.isFoundByNumber && rows.size === 0;
    return { item, rows, planned: isWhole ? made : null };
  });
  const found = await findDocuments(client, wanted, gate);
  return new Map(
    planned.map(({ item: { deliveryId, lastClass }, ...rest }) => {
      const document = found.get(deliveryId) ?? null;
      // Refused as a duplicate, yet no such document: another kind of document has the number.
      const isElsewhere = document?.found === 'absent' && lastClass === 'DUPLICATE';
      const foreign = { found: 'foreign' } as const;
      return [
        deliveryId,
        { type: 'documents', ...rest, document: isElsewhere ? foreign : document },
      ];
    }),
  );
}

/** Reads these documents, and the payments of those that may be paid. */
async function readDocuments(
  client: QboClient,
  documents: readonly BooksKey[],
  gate: CallGate,
): Promise<ReadRows> {
  const read = new Map<string, QboDocument>();
  const add = async (entity: BooksKey['entity'], ids: readonly string[]): Promise<void> => {
    for (const list of inLists(ids))
      for (const row of await client.query(entity, `Id ${list}`, documentSchema, gate))
        read.set(keyOf({ entity, id: row.Id }), row);
  };
  for (const entity of documentEntities)
    await add(
      entity,
      documents.filter((one) => one.entity === entity).map(({ id }) => id),
    );
  // A deposited payment keeps its invoice, or the credit memo that it applies, from going below it.
  const paid = [...read].filter(([key]) => /^(Invoice|CreditMemo) /.test(key));
  await add(
    'Payment',
    paid.flatMap(([, row]) => paymentsOf(row)),
  );
  return read;
}

/** These documents as they were read, behind the payments of theirs. */
function rowsFor(toRead: readonly BooksKey[], read: ReadRows): ReadRows {
  const payments = toRead.flatMap((one) =>
    paymentsOf(readOf(read, one)).map((id) => ({ entity: 'Payment' as const, id })),
  );
  return new Map([...payments, ...toRead].map((one) => [keyOf(one), readOf(read, one)]));
}

/** Ids of the payments that a document is linked to. */
function paymentsOf(read: QboDocument | null): string[] {
  return (read?.LinkedTxn ?? []).flatMap(({ TxnId, TxnType }) =>
    TxnType === 'Payment' ? [TxnId] : [],
  );
}

function wantedFor(
  key: string,
  { entity, numbers, sought }: NewDocument,
  isNumbered: boolean,
): WantedDocument {
  return { key, entity, ...sought, numbers: isNumbered ? (numbers ?? []) : [] };
}
