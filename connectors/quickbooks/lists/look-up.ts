import type { z } from 'zod';
import { emailKey } from '../../../domain/email';
import type { CallGate, Outgoing, References } from '../../contract';
import { ownReference } from '../../product-names';
import { inLists, type QboClient } from '../api/client';
import { customerSchema, incomeSchema, itemSchema } from '../api/wire';
import { baseName, customerFields, itemName, recordMark, suffixedName } from '../shape/mapping';
import { fieldsOfItem } from './compose-item';
import {
  needsVersion,
  type CustomerFinding,
  type FoundVersion,
  type ItemFinding,
} from './name-writes';

// What composing customers and items needs to know of the company, asked set-wise and only where
// nothing else tells it: reads are metered (quickbooks.md#limits).

/** Findings by delivery id. */
export async function lookUpLists(
  client: QboClient,
  items: readonly Outgoing[],
  references: References,
  gate: CallGate,
): Promise<Map<string, CustomerFinding | ItemFinding>> {
  const all = listReader(client, gate);
  return new Map<string, CustomerFinding | ItemFinding>([
    ...(await lookUpCustomers(all, items)),
    ...(await lookUpItems(all, items, references)),
  ]);
}

async function lookUpCustomers(
  all: ListReader,
  items: readonly Outgoing[],
): Promise<[string, CustomerFinding][]> {
  const wanted = items.flatMap((item) => {
    const { record, recordId, remoteId, snapshot, op } = item;
    if (record.kind !== 'customer' || op === 'absent') return [];
    const { body } = record;
    const base = baseName(body, recordId);
    const isNew = remoteId === null;
    const isRenamed = !isNew && snapshot?.['name'] !== base;
    const isRead = needsVersion(item, customerFields(body), isRenamed);
    if (!isNew && !isRenamed && !isRead) return [];
    const email = isNew ? emailKey(body.email) : null;
    // Whether texts are compared with case is not known: both as it is written here and in lower
    // case.
    const emails = email === null ? [] : [email, body.email?.trim() ?? email];
    const names = [base, suffixedName(base, 'C'), suffixedName(base, recordMark(recordId))];
    return [{ item, isRead, email, emails, names, asked: isNew || isRenamed ? names : [] }];
  });
  const emails = wanted.flatMap((one) => one.emails);
  const names = wanted.flatMap(({ asked }) => asked);
  const byEmail = await all('Customer', 'PrimaryEmailAddr', emails, customerSchema);
  const customers = await all('Customer', 'DisplayName', names, customerSchema);
  const nameSchema = customerSchema.pick({ Id: true, DisplayName: true });
  const vendors = await all('Vendor', 'DisplayName', names, nameSchema);
  const employees = await all('Employee', 'DisplayName', names, nameSchema);
  const read = await all('Customer', 'Id', idsToRead(wanted), customerSchema);
  const lists = { Customer: customers, Vendor: vendors, Employee: employees };
  const taken = (['Customer', 'Vendor', 'Employee'] as const).flatMap((entity) =>
    lists[entity].map(({ Id: id, DisplayName: name }) => ({ entity, id, name })),
  );
  return wanted.map(({ item, isRead, email, names: [base, beside, marked] }) => {
    const own = [base, beside, marked].map((name) => name?.toLowerCase());
    return [
      item.deliveryId,
      {
        type: 'customer',
        byEmail: byEmail.filter(
          (row) => email !== null && emailKey(row.PrimaryEmailAddr?.Address) === email,
        ),
        // Other spellings are the same name there; our own one is not taken from us.
        taken: taken.filter(
          ({ name, id }) => own.includes(name.toLowerCase()) && id !== item.remoteId,
        ),
        own: customers.find((row) => row.DisplayName === marked) ?? null,
        ...versionOf(item, isRead, read),
      },
    ];
  });
}

function idsToRead(wanted: readonly { item: Outgoing; isRead: boolean }[]): string[] {
  return wanted.flatMap(({ item: { remoteId }, isRead }) =>
    isRead && remoteId !== null ? [remoteId] : [],
  );
}

function versionOf(
  { remoteId }: Outgoing,
  isRead: boolean,
  read: readonly { Id: string; SyncToken: string }[],
): FoundVersion {
  const version = read.find((row) => row.Id === remoteId)?.SyncToken ?? null;
  return { version, isGone: isRead && version === null };
}

async function lookUpItems(
  all: ListReader,
  items: readonly Outgoing[],
  references: References,
): Promise<[string, ItemFinding][]> {
  const wanted = items.flatMap((item) => {
    const { record, remoteId, op } = item;
    if (record.kind !== 'product' || (record.body.variants ?? []).length > 0) return [];
    if (op === 'absent' && remoteId === null) return [];
    const { body } = record;
    const known = ownReference(item, body, references);
    const isNew = remoteId === null && references.mapping('item', body.sku) === null;
    const isRead = remoteId !== null && needsVersion(item, fieldsOfItem(item, body, known), false);
    const name = itemName(known?.code ?? body.sku);
    return isNew || isRead ? [{ item, sku: body.sku, name, isNew, isRead }] : [];
  });
  const created = wanted.filter(({ isNew }) => isNew);
  const skus = created.map(({ sku }) => sku);
  const names = created.map(({ name }) => name);
  const bySku = await all('Item', 'Sku', skus, itemSchema);
  const byName = await all('Item', 'Name', names, itemSchema);
  const read = await all('Item', 'Id', idsToRead(wanted), itemSchema);
  return wanted.map(({ item, sku, name, isNew, isRead }) => [
    item.deliveryId,
    {
      type: 'item',
      bySku: isNew ? bySku.filter((row) => row.Sku === sku) : [],
      byName: isNew ? byName.filter((row) => row.Name.toLowerCase() === name.toLowerCase()) : [],
      ...versionOf(item, isRead, read),
    },
  ]);
}

/** Reads rows of name lists whose field is one of the texts. */
type ListReader = <T extends { Id: string }>(
  entity: string,
  field: string,
  texts: readonly string[],
  row: z.ZodType<T>,
) => Promise<T[]>;

/** Inactive ones are read too (quickbooks.md#queries). */
function listReader(client: QboClient, gate: CallGate): ListReader {
  return async (entity, field, texts, row) => {
    const rows = [];
    for (const list of inLists(texts)) {
      const condition = `${field} ${list} AND Active IN (true, false)`;
      rows.push(...(await client.query(entity, condition, row, gate)));
    }
    return rows;
  };
}

/** The income account of each of these items that has one. */
export async function readIncomeAccounts(
  client: QboClient,
  itemIds: readonly string[],
  gate: CallGate,
): Promise<Map<string, string>> {
  const items = await listReader(client, gate)('Item', 'Id', itemIds, incomeSchema);
  return new Map(
    items.flatMap(({ Id, IncomeAccountRef: account }) =>
      account === undefined ? [] : [[Id, account.value] as const],
    ),
  );
}
