import { z } from 'zod';
import { canonicalJson } from '../../domain/canonical';
import { textToMinor } from '../../domain/money';
import type { Json } from '../../domain/words';
import type { CallGate, MemberResult, StoredSend, Write } from '../connector';
import { inLists, quoted, type QboClient } from './client';
import { documentEntities } from './entities';
import { findDocuments, type WantedDocument } from './find-documents';
import type { DocumentFinding } from './findings';
import { emailKey } from './mapping';
import { customerSchema, documentSchema, itemSchema } from './wire';

// What became of a send that is too old to be repeated (quickbooks.md 8: how long a requestid is kept is
// not said; 24 h is assumed, less an hour): the natural key of each member is asked.

export const repeatableMs = 23 * 60 * 60 * 1000;

const naturalSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('document'),
    docNumber: z.string().nullable(),
    marker: z.string(),
    totalMinor: z.number(),
    currency: z.string(),
    txnDate: z.string(),
  }),
  z.object({ kind: z.literal('customer'), displayName: z.string(), email: z.string().nullable() }),
  z.object({ kind: z.literal('item'), sku: z.string(), name: z.string() }),
  z.object({ kind: z.literal('update'), id: z.string(), syncToken: z.string() }),
  z.object({
    kind: z.literal('documentUpdate'),
    id: z.string(),
    syncToken: z.string(),
    totalMinor: z.number(),
    currency: z.string(),
  }),
]);
type Natural = z.infer<typeof naturalSchema>;

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
      natural.kind === 'document'
        ? documentResult(write, documents.get(key))
        : await nameResult(client, write, natural, gate),
    );
  return results;
}

function wantedDocument(write: Write, natural: Natural, key: string): WantedDocument[] {
  if (natural.kind !== 'document') return [];
  const { docNumber, ...rest } = natural;
  const entity = z.enum(documentEntities).parse(write.entity);
  return [{ ...rest, key, entity, numbers: docNumber === null ? [] : [docNumber] }];
}

function documentResult(write: Write, finding: DocumentFinding | undefined): MemberResult {
  if (!finding) throw new Error('Bug: a document of the send was not looked for');
  switch (finding.found) {
    case 'ours':
      return accepted(write, finding.id, finding.syncToken);
    case 'touched':
      return ambiguous(`${write.entity} ${finding.id} has our marker but was changed or voided`);
    case 'foreign':
    case 'absent':
      return { type: 'absent' };
  }
}

/** Customers, items and updates are rare among old sends: one look-up each. */
async function nameResult(
  client: QboClient,
  write: Write,
  natural: Exclude<Natural, { kind: 'document' }>,
  gate: CallGate,
): Promise<MemberResult> {
  switch (natural.kind) {
    case 'customer':
      return customerResult(client, write, natural, gate);
    case 'item':
      return itemResult(client, write, natural, gate);
    case 'update':
      return updateResult(client, write, natural, gate);
    case 'documentUpdate':
      return documentUpdateResult(client, write, natural, gate);
  }
}

const anyState = 'AND Active IN (true, false)';

/** A DisplayName is unique: with our e-mail and our names it is ours, with others it is somebody else's. */
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
    ? accepted(write, found.Id, found.SyncToken)
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
    ? accepted(write, first.Id, first.SyncToken)
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
  if (!found)
    return {
      type: 'refused',
      failureClass: 'GONE',
      code: 'not_found',
      message: `${write.entity} ${natural.id} is not there any more`,
    };
  // The version rises with each write: an unchanged one shows that ours was not carried out.
  if (found.SyncToken === natural.syncToken) return { type: 'absent' };
  const simple = ['DisplayName', 'Name', 'Sku', 'Description', 'UnitPrice', 'GivenName', 'Notes'];
  return hasFields(write, found, simple)
    ? accepted(write, natural.id, found.SyncToken)
    : ambiguous(`${write.entity} ${natural.id} was changed by somebody else meanwhile`);
}

/** The version tells whether anybody wrote since, the total whether it was us. */
async function documentUpdateResult(
  client: QboClient,
  write: Write,
  natural: Extract<Natural, { kind: 'documentUpdate' }>,
  gate: CallGate,
): Promise<MemberResult> {
  const condition = `Id = ${quoted(natural.id)}`;
  const [found] = await client.query(write.entity, condition, documentSchema, gate);
  if (found?.SyncToken === natural.syncToken) return { type: 'absent' };
  const totalMinor = textToMinor(found?.TotalAmt ?? 0, natural.currency);
  return found !== undefined && totalMinor === natural.totalMinor
    ? accepted(write, natural.id, found.SyncToken)
    : ambiguous(`${write.entity} ${natural.id} was changed or removed by somebody else meanwhile`);
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

function accepted(write: Write, remoteId: string, remoteVersion: string): MemberResult {
  return { type: 'accepted', remoteId, remoteVersion, snapshot: write.snapshot };
}

function ambiguous(detail: string): MemberResult {
  return { type: 'ambiguous', reason: 'ambiguous_match', detail };
}
