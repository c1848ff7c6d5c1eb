import { type Json, type JsonObject } from '../json';

/** Lists of names: made inactive, never deleted (quickbooks.md#inactive-names). */
export type ListName =
  | 'Customer'
  | 'Vendor'
  | 'Employee'
  | 'Item'
  | 'Account'
  | 'PaymentMethod'
  | 'Department'
  | 'Class'
  | 'Term'
  | 'TaxAgency'
  | 'TaxCode'
  | 'TaxRate';

/** Documents that stand in the books. */
export const documentNames = [
  'SalesReceipt',
  'RefundReceipt',
  'Invoice',
  'CreditMemo',
  'Payment',
  'Deposit',
  'Transfer',
  'JournalEntry',
  'Purchase',
  'Bill',
  'InventoryAdjustment',
] as const;

export type DocumentName = (typeof documentNames)[number];

/** The types of objects a company holds in tables. */
export type EntityName = ListName | DocumentName | 'ExchangeRate';

/**
 * An object as it is stored. It is frozen by `putRow` and only ever replaced, never changed in
 * place: answers kept for a requestid and snapshots point to the same object.
 */
export type Row = JsonObject & { readonly Id: string; readonly SyncToken: string };

/** All objects of one type, with the look-up fields indexed. */
export interface Table {
  rows: Map<string, Row>;
  /** Ids by field and value; `changed` holds the second of the last change. */
  indexes: Map<string, Map<string, Set<string>>>;
  /** When an object was deleted, in ms, by id: change data capture shows a stub. */
  deleted: Map<string, number>;
  nextId: number;
}

/** One side of a document in the books; debits are positive. Replaced, never changed. */
export interface Posting {
  readonly accountId: string;
  /** Home currency. */
  readonly minor: bigint;
  /** The customer or vendor who owes or is owed: `Customer:58`. */
  readonly party?: string;
}

/** A document, or a part of one, in the books. */
export interface Entry {
  readonly date: string;
  readonly postings: readonly Posting[];
}

/** What a requestid is answered with. `items` fills while a batch runs. */
export interface Reply {
  atMs: number;
  /** The body is kept as an object, so that it shares its rows with the tables. */
  answer: { readonly status: number; readonly body: Json } | null;
  items: Map<string, JsonObject>;
}

/** Company preferences that change what a document may hold (quickbooks.md#preferences). */
export interface Preferences {
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
  /** A class for each line of a document instead of one for all of it. */
  trackClassesPerLine: boolean;
  /** False: the answer leaves the home currency out. */
  saysHomeCurrency: boolean;
}

/** Accounts that QuickBooks itself chooses. */
export interface SystemAccounts {
  undeposited: string;
  shippingIncome: string;
  gratuity: string;
  discounts: string;
  taxPayable: string;
  receivable: string;
  payable: string;
  openingBalance: string;
  shrinkage: string;
  retainedEarnings: string;
  exchangeGain: string;
}

/** One change of the quantity of an inventory item. Frozen. */
export interface Movement {
  readonly document: string;
  readonly date: string;
  /** Place among movements of one day. */
  readonly sequence: number;
  /** Ten-millionths of a unit; below 0 goes out. */
  readonly quantity: bigint;
  /** What came in cost this much; null: to be found by FIFO. */
  readonly costMinor: bigint | null;
  /** The other side of a cost that is found: cost of goods sold or the adjustment account. */
  readonly contraAccountId: string;
}

/** Goods of one receipt that are still there. */
export interface Layer {
  readonly quantity: bigint;
  readonly costMinor: bigint;
}

/** What went out before it was there: costed by estimate until goods come in. */
export interface Shortfall {
  readonly movement: string;
  readonly quantity: bigint;
  readonly costMinor: bigint;
}

/** Where one item stands after its last movement. Replaced, never changed. */
export interface Stock {
  readonly quantity: bigint;
  readonly layers: readonly Layer[];
  readonly shortfalls: readonly Shortfall[];
  /** The cost of the goods that went out last, as a layer of one movement. */
  readonly lastOut: Layer | null;
  readonly lastDate: string;
}

/** Applied amounts between documents: of a payment to invoices, of a deposit to payments. */
export interface Links {
  /** By the document that links: amount by linked document. The inner Map is replaced. */
  from: Map<string, ReadonlyMap<string, bigint>>;
  /** The documents that link to a document. */
  to: Map<string, ReadonlySet<string>>;
}

/**
 * One company. Plain data in Maps, Sets and objects, without functions: a snapshot is a copy of
 * the containers. What the containers hold (rows, entries, movements, stocks) is never changed in
 * place, so a copy may share it.
 */
export interface Realm {
  realmId: string;
  companyName: string;
  country: string;
  currency: string;
  zone: string;
  plan: 'Essentials' | 'Plus' | 'Advanced';
  /** The rate the tax engine of a US company finds, in percent. */
  automatedRate: string;
  preferences: Preferences;
  /** CompanyInfo and Preferences as a client has updated them. */
  singletons: Map<string, JsonObject>;
  tables: Record<EntityName, Table>;
  /** Holders of names by name space and name in lower case. */
  names: Map<string, { type: EntityName; id: string }>;
  systemAccounts: SystemAccounts;
  /** The liability account of each tax rate. */
  rateAccounts: Map<string, string>;
  balances: Map<string, bigint>;
  /** What customers owe and vendors are owed. */
  partyBalances: Map<string, bigint>;
  /** By document: `Invoice:12`; the cost of its goods under `Invoice:12#` and the movement. */
  entries: Map<string, Entry>;
  links: Links;
  /** By item, by movement key. */
  movements: Map<string, Map<string, Movement>>;
  /** The items a document moves, by document and movement key. */
  movementsOf: Map<string, Map<string, string>>;
  stocks: Map<string, Stock>;
  replies: Map<string, Reply>;
  nextDocNumber: number;
  nextSequence: number;
  nextAddressId: number;
  /** The next id of any document, where they share one number space. */
  nextSharedId: number;
}

/** The key of a document in books, links and movements. */
export function documentKey(type: EntityName, id: string): string {
  return `${type}:${id}`;
}
