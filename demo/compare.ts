import { minorToText, textToMinor } from '../domain/money';
import type { DemoCompany } from './company';
import { currency, type SalesRow } from './sales-file';
import {
  readJournal,
  readLedger,
  type JournalEntry,
  type Sandbox,
  type SandboxRealm,
  type SandboxStore,
} from './sandbox-control';
import { figuresOfBooks, figuresOfShop } from './shop-and-books';
import { productsOf, type Invoice } from './till';
import { twinsOf } from './treated';
import { figuresOfFile, truthTable, type Figures, type TruthRow } from './truth';
import type { DemoReport } from './report';

export interface Ledgers {
  rows: readonly SalesRow[];
  invoices: readonly Invoice[];
  woo: Sandbox;
  qbo: Sandbox;
  store: SandboxStore;
  realm: SandboxRealm;
  ownCustomerIds: ReadonlySet<string>;
  company: DemoCompany;
  /** How far tax may be apart in all, where the books work it out from sums of tickets. */
  taxVarianceMinor: number;
}

type Compared = Pick<
  DemoReport,
  | 'equal'
  | 'rows'
  | 'documents'
  | 'writes'
  | 'throttled'
  | 'faults'
  | 'duplicates'
  | 'lost'
  | 'quotaUse'
>;

const money = (amountMinor: number): string => minorToText(amountMinor, currency);

/** Asks shop, books and ledger what they hold, and sets it beside the file. */
export async function compareLedgers(ledgers: Ledgers): Promise<Compared> {
  const { rows, invoices, realm, store } = ledgers;
  const codes = new Map(twinsOf([...productsOf(rows).keys()]).map((code) => [`${code}~2`, code]));
  const shop = await figuresOfShop(store, (code) => codes.get(code) ?? code);
  const tenders = new Map(
    Object.entries(realm.ids.paymentMethods).map(([name, id]) => [id, name.toLowerCase()]),
  );
  const books = await figuresOfBooks(
    { url: ledgers.qbo.url, realmId: realm.realmId, accessToken: realm.accessToken },
    {
      tenderOf: (id) => tenders.get(id) ?? id,
      ownItems: new Set(Object.values(realm.ids.items)),
      ownCustomerIds: ledgers.ownCustomerIds,
    },
  );
  const pos = figuresOfFile(rows, invoices, ledgers.company.tax);
  const table = truthTable(
    { pos, woo: shop.figures, qbo: books.figures },
    money,
    ledgers.taxVarianceMinor,
  );
  const ledgerRows = await rowsOfLedger(ledgers, pos);
  const all = [...table, ...ledgerRows];
  const wooJournal = await readJournal(ledgers.woo);
  const qboJournal = await readJournal(ledgers.qbo);
  const tickets = invoices.filter((invoice) => invoice.kind !== 'adjustment');
  const lost =
    tickets.filter((invoice) => !books.numbers.has(invoice.number)).length +
    missing(pos, shop.figures);
  const duplicates = shop.duplicates + books.duplicates;
  return {
    equal: all.every((row) => row.equal) && lost === 0 && duplicates === 0,
    rows: all,
    documents: books.documents,
    writes: { woo: operations(wooJournal), qbo: operations(qboJournal) },
    throttled: { woo: throttled(wooJournal), qbo: throttled(qboJournal) },
    faults: { woo: faulted(wooJournal), qbo: faulted(qboJournal) },
    duplicates,
    lost,
    quotaUse: quotaUse(qboJournal),
  };
}

/** Articles whose stock the shop does not know. */
function missing(pos: Figures, shop: Figures): number {
  return [...(pos.stock?.keys() ?? [])].filter((code) => !shop.stock?.has(code)).length;
}

/**
 * The double entry of the books against the file: income is the net, the clearing accounts hold the
 * tenders.
 */
async function rowsOfLedger(ledgers: Ledgers, pos: Figures): Promise<TruthRow[]> {
  const { totalsByAccount, isBalanced } = await readLedger(ledgers.qbo, ledgers.realm.realmId);
  const debitMinor = (account: string): number =>
    textToMinor(totalsByAccount[account] ?? '0', currency) ?? 0;
  const income = [
    'Sales of Product Income',
    'Services income',
    'Shipping income',
    'Discounts given',
  ];
  const incomeMinor = income.reduce((sum, account) => sum - debitMinor(account), 0);
  const netMinor = (pos.sales?.netMinor ?? 0) - (pos.refunds?.netMinor ?? 0);
  const taxMinor = (pos.sales?.taxMinor ?? 0) - (pos.refunds?.taxMinor ?? 0);
  const row = (
    measure: string,
    expectedMinor: number,
    actualMinor: number,
    varianceMinor = 0,
  ): TruthRow => ({
    measure,
    pos: money(expectedMinor),
    woo: null,
    qbo: money(actualMinor),
    equal: Math.abs(expectedMinor - actualMinor) <= varianceMinor && isBalanced,
    differences: isBalanced ? [] : ['debits and credits differ'],
  });
  return [
    row('ledger: income', netMinor, incomeMinor, ledgers.taxVarianceMinor),
    ...(taxMinor === 0
      ? []
      : [
          row(
            'ledger: tax',
            taxMinor,
            0 - debitMinor('Sales tax payable'),
            ledgers.taxVarianceMinor,
          ),
        ]),
    row(
      'ledger: card clearing',
      pos.netMinorByTender?.get('card') ?? 0,
      debitMinor('Card clearing'),
    ),
    row('ledger: cash drawer', pos.netMinorByTender?.get('cash') ?? 0, debitMinor('Cash drawer')),
  ];
}

function operations(journal: readonly JournalEntry[]): number {
  return journal.reduce(
    (sum, entry) => sum + (entry.isWrite && entry.committed === true ? entry.operations : 0),
    0,
  );
}

/** 429 of the sandbox's own quota, not those that a fault plan asked for. */
function throttled(journal: readonly JournalEntry[]): number {
  return journal.filter((entry) => entry.status === 429 && entry.fault === null).length;
}

function faulted(journal: readonly JournalEntry[]): number {
  return journal.filter((entry) => entry.fault !== null).length;
}

const minuteMs = 60_000;
/** QuickBooks takes 40 batches of 30 operations a minute (quickbooks.md#limits). */
const operationsPerMinute = 40 * 30;

function quotaUse(journal: readonly JournalEntry[]): number[] {
  const batches = journal
    .filter((entry) => entry.isWrite && entry.operations > 0 && entry.entities.includes('batch'))
    .map((entry) => ({ atMs: new Date(entry.startedAt).getTime(), operations: entry.operations }));
  const [first] = batches;
  const last = batches.at(-2);
  if (first === undefined || last === undefined) return [];
  const minutes = Math.floor((last.atMs - first.atMs) / minuteMs);
  return Array.from({ length: minutes }, (_, minute) => {
    const startMs = first.atMs + minute * minuteMs;
    const inMinute = batches.filter(({ atMs }) => atMs >= startMs && atMs < startMs + minuteMs);
    const used = inMinute.reduce((sum, batch) => sum + batch.operations, 0);
    return Math.round((used / operationsPerMinute) * 1_000) / 1_000;
  });
}
