import { type JsonObject } from '../json';
import { frozen } from '../server/state-copy';

/** The types of objects a company holds. */
export type EntityName =
  | 'Customer'
  | 'Vendor'
  | 'Employee'
  | 'Item'
  | 'Account'
  | 'PaymentMethod'
  | 'Department'
  | 'Class'
  | 'TaxCode'
  | 'TaxRate'
  | 'SalesReceipt'
  | 'RefundReceipt';

/** An object as it is stored and shown. */
export type Row = JsonObject & { Id: string; SyncToken: string };

/** All objects of one type, with the look-up fields indexed. */
export interface Table {
  rows: Map<string, Row>;
  /** Ids by field and value. */
  indexes: Map<string, Map<string, Set<string>>>;
  deletedIds: Set<string>;
  nextId: number;
}

/** One side of a document in the books; debits are positive. */
export interface Posting {
  accountId: string;
  minor: bigint;
}

/** What a requestid is answered with. `items` fills while a batch runs. */
export interface Reply {
  atMs: number;
  answer: { status: number; body: string } | null;
  items: Map<string, JsonObject>;
}

/** Company preferences that change what a document may hold (section 16). */
interface Preferences {
  bookCloseDate: string | null;
  customTxnNumbers: boolean;
  allowShipping: boolean;
  allowDiscount: boolean;
  allowGratuity: boolean;
  usingSalesTax: boolean;
  partnerTaxEnabled: boolean;
  multiCurrency: boolean;
  trackDepartments: boolean;
  trackClasses: boolean;
}

/** Accounts that QuickBooks itself chooses. */
interface SystemAccounts {
  undeposited: string;
  shippingIncome: string;
  gratuity: string;
  discounts: string;
  taxPayable: string;
}

/** One company. Plain data, so that a snapshot is a copy. */
export interface Realm {
  realmId: string;
  companyName: string;
  country: string;
  currency: string;
  zone: string;
  /** The rate the tax engine of a US company finds, in percent. */
  automatedRate: string;
  preferences: Preferences;
  tables: Record<EntityName, Table>;
  /** Holders of names by name space and name in lower case. */
  names: Map<string, { type: EntityName; id: string }>;
  systemAccounts: SystemAccounts;
  /** The liability account of each tax rate. */
  rateAccounts: Map<string, string>;
  balances: Map<string, bigint>;
  postings: Map<string, Posting[]>;
  replies: Map<string, Reply>;
  nextDocNumber: number;
}

const nameSpaces: Partial<Record<EntityName, string>> = {
  Customer: 'person',
  Vendor: 'person',
  Employee: 'person',
};

/** Customers, vendors and employees share their names; every other list has its own (section 14). */
export function nameKey(type: EntityName, name: string): string {
  return `${nameSpaces[type] ?? type} ${name.toLowerCase()}`;
}

export function nameField(type: EntityName): 'DisplayName' | 'Name' {
  return nameSpaces[type] === 'person' ? 'DisplayName' : 'Name';
}

const indexedFields: Record<EntityName, readonly string[]> = {
  Customer: ['DisplayName'],
  Vendor: ['DisplayName'],
  Employee: ['DisplayName'],
  Item: ['Name', 'Sku'],
  Account: ['Name'],
  PaymentMethod: ['Name'],
  Department: ['Name'],
  Class: ['Name'],
  TaxCode: ['Name'],
  TaxRate: ['Name'],
  SalesReceipt: ['DocNumber'],
  RefundReceipt: ['DocNumber'],
};

/** Names are looked up without case, all other texts exactly. */
export function indexKey(field: string, value: string): string {
  return field === 'Name' || field === 'DisplayName' ? value.toLowerCase() : value;
}

export function emptyTable(type: EntityName): Table {
  return {
    rows: new Map(),
    indexes: new Map(indexedFields[type].map((field) => [field, new Map<string, Set<string>>()])),
    deletedIds: new Set(),
    nextId: 1,
  };
}

/** Puts a row in, in place of the one with its id. */
export function putRow(realm: Realm, type: EntityName, row: Row): void {
  const table = realm.tables[type];
  const old = table.rows.get(row.Id);
  if (old !== undefined) unindex(realm, type, old);
  table.rows.set(row.Id, frozen(row));
  for (const [field, index] of table.indexes) {
    const value = row[field];
    if (typeof value !== 'string') continue;
    const key = indexKey(field, value);
    const ids = index.get(key);
    if (ids === undefined) index.set(key, new Set([row.Id]));
    else ids.add(row.Id);
  }
  const name = row[nameField(type)];
  if (typeof name === 'string') realm.names.set(nameKey(type, name), { type, id: row.Id });
  const number = Number(row.Id);
  if (number >= table.nextId) table.nextId = number + 1;
}

export function dropRow(realm: Realm, type: EntityName, row: Row): void {
  unindex(realm, type, row);
  realm.tables[type].rows.delete(row.Id);
  realm.tables[type].deletedIds.add(row.Id);
}

function unindex(realm: Realm, type: EntityName, row: Row): void {
  for (const [field, index] of realm.tables[type].indexes) {
    const value = row[field];
    if (typeof value === 'string') index.get(indexKey(field, value))?.delete(row.Id);
  }
  const name = row[nameField(type)];
  if (typeof name === 'string') realm.names.delete(nameKey(type, name));
}

/** Another row of the type has this document number. */
export function isNumberTaken(
  realm: Realm,
  type: EntityName,
  docNumber: string,
  ownId: string | undefined,
): boolean {
  const ids = realm.tables[type].indexes.get('DocNumber')?.get(docNumber);
  return ids !== undefined && [...ids].some((id) => id !== ownId);
}
