import { formatMinor, sum } from '../decimal';
import { type JsonObject, textIn } from '../json';
import { intuitTime } from './answer';
import { checkedDate, today } from './documents/dates';
import { faults } from './fault';
import { type Entry, type Realm, type Row } from './realm';
import { referenceId } from './reference';
import { openItems, type OpenItem } from './receivables';
import { nameOf, rowOf } from './tables';

/** The days a report covers; without parameters the fiscal year until today. */
interface Period {
  start: string;
  end: string;
}

type Maker = (realm: Realm, period: Period) => { columns: JsonObject[]; rows: JsonObject[] };

/** Row groups of `GET /reports/{name}`; amounts are texts, as the vendor writes them. */
const makers: Record<string, Maker> = {
  TrialBalance: trialBalance,
  ProfitAndLoss: profitAndLoss,
  TransactionList: transactionList,
  CustomerBalanceDetail: customerBalanceDetail,
};

/** A report in the vendor's shape: Header, Columns, Rows (schema: Report.xsd). */
export function report(
  realm: Realm,
  name: string,
  query: URLSearchParams,
  nowMs: number,
): JsonObject {
  const maker = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (maker === undefined) throw faults.unsupported(`report ${name}`);
  const end = checkedDate(query.get('end_date') ?? today(realm, nowMs), 'end_date');
  const start = checkedDate(query.get('start_date') ?? `${end.slice(0, 4)}-01-01`, 'start_date');
  const { columns, rows } = maker(realm, { start, end });
  return {
    Header: {
      Time: intuitTime(nowMs),
      ReportName: name,
      ReportBasis: 'Accrual',
      StartPeriod: start,
      EndPeriod: end,
      Currency: realm.currency,
      Option: [{ Name: 'NoReportData', Value: String(rows.length === 0) }],
    },
    Columns: { Column: columns },
    Rows: rows.length === 0 ? {} : { Row: rows },
  };
}

const resultAccounts: ReadonlySet<string> = new Set([
  'Income',
  'Other Income',
  'Cost of Goods Sold',
  'Expense',
  'Other Expense',
]);

function isResult(realm: Realm, accountId: string): boolean {
  const account = rowOf(realm, 'Account', accountId) ?? {};
  return resultAccounts.has(textIn(account, 'AccountType') ?? '');
}

/**
 * Net debits by account at the end of the period. Income and expense begin with the period; what
 * they held before stands in Retained Earnings, so that the sides stay equal.
 */
function balancesAt(realm: Realm, { start, end }: Period): Map<string, bigint> {
  const balances = new Map<string, bigint>();
  const { retainedEarnings } = realm.systemAccounts;
  for (const { date, postings } of realm.entries.values()) {
    if (date > end) continue;
    for (const { accountId, minor } of postings) {
      const isClosed = date < start && isResult(realm, accountId);
      const account = isClosed ? retainedEarnings : accountId;
      balances.set(account, (balances.get(account) ?? 0n) + minor);
    }
  }
  return new Map([...balances].sort(([a], [b]) => Number(a) - Number(b)));
}

const moneyColumn = (title: string): JsonObject => ({ ColTitle: title, ColType: 'Money' });
const amountText = (minor: bigint): string => (minor === 0n ? '' : formatMinor(minor));

function trialBalance(realm: Realm, period: Period): ReturnType<Maker> {
  const used = [...balancesAt(realm, period)].filter(([, minor]) => minor !== 0n);
  const rows: JsonObject[] = used.map(([id, minor]) => ({
    ColData: [
      { value: nameOf(realm, 'Account', id), id },
      { value: minor > 0n ? formatMinor(minor) : '' },
      { value: minor < 0n ? formatMinor(-minor) : '' },
    ],
  }));
  const debit = sum(used.map(([, minor]) => (minor > 0n ? minor : 0n)));
  const credit = -sum(used.map(([, minor]) => (minor < 0n ? minor : 0n)));
  const total = {
    Summary: {
      ColData: [{ value: 'TOTAL' }, { value: formatMinor(debit) }, { value: formatMinor(credit) }],
    },
    type: 'Section',
    group: 'GrandTotal',
  };
  return {
    columns: [{ ColTitle: '', ColType: 'Account' }, moneyColumn('Debit'), moneyColumn('Credit')],
    rows: rows.length === 0 ? [] : [...rows, total],
  };
}

const sections: readonly (readonly [group: string, title: string, type: string, sign: 1n | -1n])[] =
  [
    ['Income', 'Income', 'Income', -1n],
    ['COGS', 'Cost of Goods Sold', 'Cost of Goods Sold', 1n],
    ['Expenses', 'Expenses', 'Expense', 1n],
    ['OtherIncome', 'Other Income', 'Other Income', -1n],
    ['OtherExpenses', 'Other Expenses', 'Other Expense', 1n],
  ];

function profitAndLoss(realm: Realm, period: Period): ReturnType<Maker> {
  const moved = new Map<string, bigint>();
  for (const { date, postings } of realm.entries.values()) {
    if (date < period.start || date > period.end) continue;
    for (const { accountId, minor } of postings) {
      moved.set(accountId, (moved.get(accountId) ?? 0n) + minor);
    }
  }
  const rows: JsonObject[] = [];
  let netMinor = 0n;
  for (const [group, title, type, sign] of sections) {
    const own = [...moved].filter(
      ([id, minor]) => minor !== 0n && rowOf(realm, 'Account', id)?.['AccountType'] === type,
    );
    const total = sum(own.map(([, minor]) => minor * sign));
    netMinor -= total * sign; // income is a credit: its sign is -1
    if (own.length === 0) continue;
    rows.push({
      Header: { ColData: [{ value: title }, { value: '' }] },
      Rows: {
        Row: own.map(([id, minor]) => ({
          ColData: [
            { value: nameOf(realm, 'Account', id), id },
            { value: formatMinor(minor * sign) },
          ],
          type: 'Data',
        })),
      },
      Summary: { ColData: [{ value: `Total ${title}` }, { value: formatMinor(total) }] },
      type: 'Section',
      group,
    });
  }
  const net = {
    Summary: { ColData: [{ value: 'Net Income' }, { value: formatMinor(netMinor) }] },
    type: 'Section',
    group: 'NetIncome',
  };
  return {
    columns: [{ ColTitle: '', ColType: 'Account' }, moneyColumn('Total')],
    rows: rows.length === 0 ? [] : [...rows, net],
  };
}

const listColumns = [
  ['Date', 'tx_date'],
  ['Transaction Type', 'txn_type'],
  ['Num', 'doc_num'],
  ['Posting', 'is_no_post'],
  ['Name', 'name'],
  ['Memo/Description', 'memo'],
  ['Account', 'account_name'],
  ['Amount', 'subt_nat_amount'],
] as const;

/** One row per document of the period, by day. */
function transactionList(realm: Realm, { start, end }: Period): ReturnType<Maker> {
  const rows: { date: string; row: JsonObject }[] = [];
  for (const [key, entry] of realm.entries) {
    if (key.includes('#') || entry.date < start || entry.date > end) continue;
    const row = listRow(realm, key, entry);
    if (row !== null) rows.push({ date: entry.date, row });
  }
  rows.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  return {
    columns: listColumns.map(([title, type]) => ({
      ColTitle: title,
      ColType: type,
      MetaData: [{ Name: 'ColKey', Value: type }],
    })),
    rows: rows.map(({ row }) => row),
  };
}

function listRow(realm: Realm, key: string, entry: Entry): JsonObject | null {
  const [type = '', id = ''] = key.split(':');
  if (type === 'Item') return null;
  const row = rowOf(realm, type as keyof Realm['tables'], id); // keys are made of these names
  if (row === undefined) return null;
  const [money] = entry.postings;
  const party = partyOf(row);
  return {
    ColData: [
      { value: entry.date },
      { value: spokenType(type), id },
      { value: textIn(row, 'DocNumber') ?? '' },
      { value: 'Yes' },
      { value: party.name, id: party.id },
      { value: textIn(row, 'PrivateNote') ?? '' },
      {
        value: money === undefined ? '' : nameOf(realm, 'Account', money.accountId),
        id: money?.accountId ?? '',
      },
      { value: amountText(money?.minor ?? 0n) },
    ],
    type: 'Data',
  };
}

const openColumns = [
  ['Date', 'tx_date'],
  ['Transaction Type', 'txn_type'],
  ['Num', 'doc_num'],
  ['Due Date', 'due_date'],
  ['Amount', 'subt_amount'],
  ['Open Balance', 'subt_open_bal'],
  ['Balance', 'rbal_open_bal'],
] as const;

/** What each customer has open, by day: charges above 0, credits and unapplied payments below. */
function customerBalanceDetail(realm: Realm, { end }: Period): ReturnType<Maker> {
  const open = openItems(realm).filter(({ row }) => (textIn(row, 'TxnDate') ?? '') <= end);
  const customers = [...new Set(open.map(({ customerId }) => customerId))].sort(
    (a, b) => Number(a) - Number(b),
  );
  return {
    columns: openColumns.map(([title, type]) => ({
      ColTitle: title,
      ColType: type,
      MetaData: [{ Name: 'ColKey', Value: type }],
    })),
    rows: customers.map((id) =>
      customerSection(
        realm,
        id,
        open.filter(({ customerId }) => customerId === id),
      ),
    ),
  };
}

function customerSection(realm: Realm, id: string, items: readonly OpenItem[]): JsonObject {
  const day = ({ row }: OpenItem): string => textIn(row, 'TxnDate') ?? '';
  const sorted = [...items].sort((a, b) => (day(a) < day(b) ? -1 : day(a) > day(b) ? 1 : 0));
  let balance = 0n;
  const rows = sorted.map((item) => {
    const { type, row, totalMinor, openMinor } = item;
    balance += openMinor;
    return {
      ColData: [
        { value: day(item) },
        { value: spokenType(type), id: row.Id },
        { value: textIn(row, 'DocNumber') ?? '' },
        { value: textIn(row, 'DueDate') ?? '' },
        { value: formatMinor(totalMinor) },
        { value: formatMinor(openMinor) },
        { value: formatMinor(balance) },
      ],
      type: 'Data',
    };
  });
  const name = nameOf(realm, 'Customer', id);
  const total = ['', '', '', '', '', formatMinor(balance), ''];
  return {
    Header: { ColData: [{ value: name, id }] },
    Rows: { Row: rows },
    Summary: { ColData: [`Total for ${name}`, ...total.slice(1)].map((value) => ({ value })) },
    type: 'Section',
  };
}

function partyOf(row: Row): { id: string; name: string } {
  for (const field of ['CustomerRef', 'VendorRef', 'EntityRef']) {
    const ref = row[field];
    const id = referenceId(ref);
    if (id === undefined || typeof ref !== 'object' || ref === null || Array.isArray(ref)) continue;
    return { id, name: textIn(ref, 'name') ?? '' };
  }
  return { id: '', name: '' };
}

/** `SalesReceipt` is shown as "Sales Receipt". */
function spokenType(type: string): string {
  return type.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
}
