import { z } from 'zod';
import { canonicalJson } from '../../../domain/canonical';
import { emailKey } from '../../../domain/email';
import type { Json } from '../../../domain/words';
import type { CallGate, MemberResult, StoredSend, Write } from '../../contract';
import { afterWrite } from './after-write';
import { isSameBooksMoney, moneyOf, moneyOfPayload } from '../books/books-money';
import { isVoidedNote } from '../books/books-state';
import { inLists, quoted, type QboClient } from '../api/client';
import { findDocuments, type DocumentFinding, type WantedDocument } from '../books/find-documents';
import { naturalSchema, type Natural } from '../books/natural-key';
import { customerSchema, documentEntities, documentSchema, itemSchema } from '../api/wire';

// What became of a send that is too old to be repeated (quickbooks.md#request-ids: how long a
// requestid is kept is not said; 24 h is assumed, less an hour): the natural key of each member is
// asked.

export const repeatableMs = 23 * 60 * 60 * 1000;

/** One result per member; throws `ConnectorError` where a look-up fails: then nothing is known. */
export async function lookAtMembers(
  client: QboClient,
  stored: StoredSend,
  gate: CallGate,
): Promise<MemberResult[]> {
  const members = stored.members.map((write, index) => ({
    write,
    natural: naturalSchema.parse(write.natural),
    key: String(index),
  }));
  const wanted = members.flatMap(({ write, natural, key }) => wantedDocument(write, natural, key));
  const documents = await findDocuments(client, wanted, gate);
  const results: MemberResult[] = [];
  for (const { write, natural, key } of members)
    results.push(
      natural.kind === 'document' && natural.edits === null
        ? documentResult(write, documents.get(key))
        : await otherResult(client, write, natural, gate),
    );
  return results;
}

function wantedDocument(write: Write, natural: Natural, key: string): WantedDocument[] {
  if (natural.kind !== 'document' || natural.edits !== null) return [];
  const { docNumber, marker, totalMinor, currency, txnDate } = natural;
  const entity = z.enum(documentEntities).parse(write.entity);
  const numbers = docNumber === null ? [] : [docNumber];
  return [{ key, entity, marker, totalMinor, currency, txnDate, numbers }];
}

function documentResult(write: Write, finding: DocumentFinding | undefined): MemberResult {
  if (!finding) throw new Error('Bug: a document of the send was not looked for');
  switch (finding.found) {
    case 'ours':
      return written(write, finding.document);
    case 'touched':
      return ambiguous(`${write.entity} ${finding.id} has our marker but was changed or voided`);
    case 'foreign':
    case 'absent':
      return { type: 'absent' };
  }
}

/** Customers, items and updates are rare among old sends: one look-up each. */
async function otherResult(
  client: QboClient,
  write: Write,
  natural: Natural,
  gate: CallGate,
): Promise<MemberResult> {
  switch (natural.kind) {
    case 'document':
    case 'void':
      return changeResult(client, write, natural, gate);
    case 'customer':
      return customerResult(client, write, natural, gate);
    case 'item':
      return itemResult(client, write, natural, gate);
    case 'update':
      return updateResult(client, write, natural, gate);
  }
}

/**
 * A document that was to be changed or voided: its version, figures and note say whether it was.
 */
async function changeResult(
  client: QboClient,
  write: Write,
  natural: Extract<Natural, { kind: 'document' | 'void' }>,
  gate: CallGate,
): Promise<MemberResult> {
  const edited = natural.kind === 'document' ? natural.edits : natural;
  if (edited === null) throw new Error('Bug: a new document is looked for by its marker');
  const [row] = await client.query(write.entity, `Id = ${quoted(edited.id)}`, documentSchema, gate);
  if (!row) return gone(write, edited.id);
  // The version rises with each write: an unchanged one shows that ours was not carried out.
  if (row.SyncToken === edited.syncToken) return { type: 'absent' };
  if (natural.kind === 'void')
    // What was void never comes back: with figures it was not voided, whatever else was done to it.
    return isVoidedNote(row.PrivateNote) ? written(write, row) : { type: 'absent' };
  const found = moneyOf(row);
  const { total, tax } = found;
  return isSameBooksMoney({ ...moneyOfPayload(write.payload), total, tax }, found)
    ? written(write, row)
    : ambiguous(`${write.entity} ${edited.id} was changed by somebody else meanwhile`);
}

const anyState = 'AND Active IN (true, false)';

/**
 * A DisplayName is unique: with our e-mail and our names it is ours, with others it is somebody
 * else's.
 */
async function customerResult(
  client: QboClient,
  write: Write,
  natural: Extract<Natural, { kind: 'customer' }>,
  gate: CallGate,
): Promise<MemberResult> {
  const condition = `DisplayName = ${quoted(natural.displayName)} ${anyState}`;
  const [found] = await client.query('Customer', condition, customerSchema, gate);
  if (!found) return { type: 'absent' };
  const isSame =
    emailKey(found.PrimaryEmailAddr?.Address) === emailKey(natural.email) &&
    hasFields(write, found, ['GivenName', 'FamilyName', 'CompanyName']);
  return isSame
    ? written(write, found)
    : ambiguous(`Customer ${found.Id} has our name but another e-mail or person`);
}

async function itemResult(
  client: QboClient,
  write: Write,
  natural: Extract<Natural, { kind: 'item' }>,
  gate: CallGate,
): Promise<MemberResult> {
  const [list] = inLists([natural.name]);
  const found = await client.query('Item', `Name ${list ?? ''} ${anyState}`, itemSchema, gate);
  const [first] = found;
  if (!first) return { type: 'absent' };
  return first.Name === natural.name && first.Sku === natural.sku
    ? written(write, first)
    : ambiguous(`Item ${first.Id} has our name but another SKU or spelling`);
}

async function updateResult(
  client: QboClient,
  write: Write,
  natural: Extract<Natural, { kind: 'update' }>,
  gate: CallGate,
): Promise<MemberResult> {
  const row = write.entity === 'Item' ? itemSchema : customerSchema;
  const condition = `Id = ${quoted(natural.id)} ${anyState}`;
  const [found] = await client.query<z.infer<typeof itemSchema> | z.infer<typeof customerSchema>>(
    write.entity,
    condition,
    row,
    gate,
  );
  if (!found) return gone(write, natural.id);
  // The version rises with each write: an unchanged one shows that ours was not carried out.
  if (found.SyncToken === natural.syncToken) return { type: 'absent' };
  const simple = ['DisplayName', 'Name', 'Sku', 'Description', 'UnitPrice', 'GivenName', 'Notes'];
  return hasFields(write, found, simple)
    ? written(write, found)
    : ambiguous(`${write.entity} ${natural.id} was changed by somebody else meanwhile`);
}

/** Whether each of these fields that we wrote reads as we wrote it. */
function hasFields(write: Write, found: object, names: readonly string[]): boolean {
  const present = new Map<string, Json | undefined>(Object.entries(found));
  return names.every(
    (name) =>
      write.payload[name] === undefined ||
      canonicalJson(write.payload[name]) === canonicalJson(present.get(name)),
  );
}

function written(write: Write, found: { Id: string; SyncToken: string }): MemberResult {
  return afterWrite(write, { id: found.Id, version: found.SyncToken }, found);
}

function gone({ entity }: Write, id: string): MemberResult {
  const message = `${entity} ${id} is not there any more`;
  return { type: 'refused', failureClass: 'GONE', code: 'not_found', message };
}

function ambiguous(detail: string): MemberResult {
  return { type: 'ambiguous', reason: 'ambiguous_match', detail };
}
