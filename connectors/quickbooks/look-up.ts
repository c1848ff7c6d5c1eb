import type { z } from 'zod';
import { emailKey } from '../../domain/email';
import type { JsonObject } from '../../domain/words';
import type { CallGate, Outgoing, References } from '../contract';
import { inLists, type QboClient } from './api/client';
import { baseName, customerFields, itemName, recordMark, suffixedName } from './shape/mapping';
import { fieldsOfItem } from './lists/compose-item';
import { needsVersion } from './lists/name-writes';
import { ownReference } from '../product-names';
import { lookUpDocuments, type LookUpCompany } from './look-up-documents';
import { customerSchema, incomeSchema, itemSchema } from './api/wire';

// What composing needs to know of the company, asked set-wise and only where nothing else tells it:
// reads are metered (quickbooks.md#limits).

export async function lookUp(
  client: QboClient,
  { items, references }: { items: readonly Outgoing[]; references: References },
  company: LookUpCompany,
  gate: CallGate,
): Promise<JsonObject> {
  const present = items.filter((item) => item.op === 'present');
  const all = listReader(client, gate);
  return {
    ...(await lookUpCustomers(all, present)),
    ...(await lookUpItems(all, items, references)),
    ...(await lookUpDocuments(client, { items, references }, company, gate)),
  };
}

async function lookUpCustomers(
  all: ListReader,
  items: readonly Outgoing[],
): Promise<Record<string, JsonObject>> {
  const wanted = items.flatMap((item) => {
    if (item.record.kind !== 'customer') return [];
    const { body } = item.record;
    const base = baseName(body, item.recordId);
    const isNew = item.remoteId === null;
    const isRenamed = !isNew && item.snapshot?.['name'] !== base;
    const isRead = needsVersion(item, customerFields(body), isRenamed);
    return isNew || isRenamed || isRead
      ? [
          {
            item,
            base,
            email: isNew ? emailKey(body.email) : null,
            isNamed: isNew || isRenamed,
            isRead,
          },
        ]
      : [];
  });
  // Whether texts are compared with case is not known: both as it is written here and in lower
  // case.
  const emails = wanted.flatMap(({ email, item }) =>
    email === null || item.record.kind !== 'customer'
      ? []
      : [email, item.record.body.email?.trim() ?? email],
  );
  const names = wanted
    .filter(({ isNamed }) => isNamed)
    .flatMap(({ base, item }) => namesFor(base, item.recordId));
  const ids = wanted.flatMap(({ item, isRead }) =>
    isRead && item.remoteId !== null ? [item.remoteId] : [],
  );
  const byEmail = await all('Customer', 'PrimaryEmailAddr', emails, customerSchema);
  const customers = await all('Customer', 'DisplayName', names, customerSchema);
  const nameSchema = customerSchema.pick({ Id: true, DisplayName: true });
  const vendors = await all('Vendor', 'DisplayName', names, nameSchema);
  const employees = await all('Employee', 'DisplayName', names, nameSchema);
  const read = await all('Customer', 'Id', ids, customerSchema);
  const taken = [
    ...customers.map((row) => ({ entity: 'Customer', id: row.Id, name: row.DisplayName })),
    ...vendors.map((row) => ({ entity: 'Vendor', id: row.Id, name: row.DisplayName })),
    ...employees.map((row) => ({ entity: 'Employee', id: row.Id, name: row.DisplayName })),
  ];
  const findings: Record<string, JsonObject> = {};
  for (const { item, base, email, isRead } of wanted) {
    const own = namesFor(base, item.recordId).map((name) => name.toLowerCase());
    const version = read.find((row) => row.Id === item.remoteId)?.SyncToken ?? null;
    const ownName = suffixedName(base, recordMark(item.recordId));
    findings[item.deliveryId] = {
      type: 'customer',
      byEmail: byEmail.filter(
        (row) => email !== null && emailKey(row.PrimaryEmailAddr?.Address) === email,
      ),
      // Other spellings are the same name there; our own one is not taken from us.
      taken: taken.filter(
        (row) => own.includes(row.name.toLowerCase()) && row.id !== item.remoteId,
      ),
      own: customers.find((row) => row.DisplayName === ownName) ?? null,
      version,
      isGone: isRead && version === null,
    };
  }
  return findings;
}

/** The name and the two that it may get instead (quickbooks.md#names). */
function namesFor(base: string, recordId: string): string[] {
  return [base, suffixedName(base, 'C'), suffixedName(base, recordMark(recordId))];
}

async function lookUpItems(
  all: ListReader,
  items: readonly Outgoing[],
  references: References,
): Promise<Record<string, JsonObject>> {
  const wanted = items.flatMap((item) => {
    if (item.record.kind !== 'product') return [];
    const { body } = item.record;
    if ((body.variants ?? []).length > 0) return [];
    const known = ownReference(item, body, references);
    const code = known?.code ?? body.sku;
    const fields = fieldsOfItem(item, body, known);
    if (item.op === 'absent' && item.remoteId === null) return [];
    const isNew = item.remoteId === null && references.mapping('item', body.sku) === null;
    const isRead = item.remoteId !== null && needsVersion(item, fields, false);
    return isNew || isRead ? [{ item, sku: body.sku, name: itemName(code), isNew, isRead }] : [];
  });
  const skus = wanted.filter(({ isNew }) => isNew).map(({ sku }) => sku);
  const bySku = await all('Item', 'Sku', skus, itemSchema);
  const names = wanted.filter(({ isNew }) => isNew).map(({ name }) => name);
  const byName = await all('Item', 'Name', names, itemSchema);
  const ids = wanted.flatMap(({ item, isRead }) =>
    isRead && item.remoteId !== null ? [item.remoteId] : [],
  );
  const read = await all('Item', 'Id', ids, itemSchema);
  const findings: Record<string, JsonObject> = {};
  for (const { item, sku, name, isNew, isRead } of wanted) {
    const version = read.find((row) => row.Id === item.remoteId)?.SyncToken ?? null;
    findings[item.deliveryId] = {
      type: 'item',
      bySku: isNew ? bySku.filter((row) => row.Sku === sku) : [],
      byName: isNew ? byName.filter((row) => row.Name.toLowerCase() === name.toLowerCase()) : [],
      version,
      isGone: isRead && version === null,
    };
  }
  return findings;
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
