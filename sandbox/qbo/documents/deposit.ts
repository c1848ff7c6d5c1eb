import { minorToNumber, sum } from '../../decimal';
import { isObject, type JsonObject, listIn, objectIn, plainText, textIn } from '../../json';
import { faults } from '../fault';
import { type Built, type EntityKind, type WriteContext } from '../kind';
import { depositOf } from '../links';
import { documentKey, type EntityName, type Posting } from '../realm';
import { referenced, referenceTo } from '../reference';
import { rowOf } from '../tables';
import {
  accountOf,
  amountOf,
  currencyFields,
  documentCurrency,
  documentFields,
  documentLengths,
  documentNumber,
  documentQueryable,
  numbered,
  postingsInHome,
  wantedLines,
} from './common';
import { openDate } from './dates';

/** Account types a deposit line may take from (quickbooks.md#deposits): not Bank. */
const lineAccountTypes = [
  'Income',
  'Other Income',
  'Expense',
  'Other Expense',
  'Other Current Asset',
  'Other Current Liability',
  'Equity',
  'Cost of Goods Sold',
];

/** Money to the bank: documents out of Undeposited Funds, and amounts of other accounts. */
export const deposit: EntityKind = {
  name: 'Deposit',
  isNameList: false,
  writable: [...documentFields, 'DepositToAccountRef', 'CashBack'],
  lengths: documentLengths,
  queryable: { ...documentQueryable, DepositToAccountRef: 'ref' },
  build: buildDeposit,
};

/** One line: what it takes, and from where. */
interface DepositLine {
  posting: Posting;
  minor: bigint;
  link: string | null;
  wire: JsonObject;
}

function buildDeposit(context: WriteContext): Built {
  const { wanted, realm } = context;
  if (wanted['DepositToAccountRef'] === undefined) throw faults.missing('DepositToAccountRef');
  const bank = accountOf(
    context,
    wanted['DepositToAccountRef'],
    ['Bank', 'Other Current Asset'],
    'Select a bank account to deposit to.',
  );
  const date = openDate(context);
  const currency = documentCurrency(context, date);
  const lines = wantedLines(wanted).map((line) => depositLine(context, line));
  if (lines.length === 0) throw faults.missing('Line');
  const cashBack = cashBackOf(context);
  const totalMinor = sum(lines.map(({ minor }) => minor)) - (cashBack?.minor ?? 0n);
  if (totalMinor < 0n) throw faults.business('Transaction amount must be 0 or greater');
  const postings: Posting[] = [
    { accountId: bank.Id, minor: totalMinor },
    ...(cashBack === null ? [] : [cashBack]),
    ...lines.map(({ posting }) => posting),
  ];
  const linked = lines.flatMap(({ link, minor }) =>
    link === null ? [] : [[link, minor] as const],
  );
  const own = lines.filter(({ link }) => link === null).map(({ wire }) => wire);
  return {
    date,
    links: new Map(linked),
    postings: postingsInHome(postings, currency),
    fields: {
      ...wanted,
      DocNumber: textIn(wanted, 'DocNumber') === undefined ? undefined : documentNumber(context),
      TxnDate: date,
      DepositToAccountRef: referenceTo(realm, 'Account', bank.Id),
      ...currencyFields(realm, currency, totalMinor),
      Line: [
        ...lines.flatMap(({ link, wire }) => (link === null ? [] : [wire])),
        ...numbered(own, context.existing),
      ],
      TotalAmt: minorToNumber(totalMinor),
    },
  };
}

function depositLine(context: WriteContext, line: JsonObject): DepositLine {
  const minor = amountOf(line['Amount'], 'Line.Amount');
  const [linked] = listIn(line, 'LinkedTxn').filter(isObject);
  if (linked !== undefined) return linkedLine(context, line, linked, minor);
  const detail = objectIn(line, 'DepositLineDetail');
  if (detail === undefined) throw faults.missing('Line.DepositLineDetail');
  const account = accountOf(
    context,
    detail['AccountRef'],
    lineAccountTypes,
    'A deposit line cannot use an account of this type',
  );
  return {
    minor,
    link: null,
    posting: { accountId: account.Id, minor: -minor },
    wire: {
      ...line,
      Amount: minorToNumber(minor),
      DetailType: 'DepositLineDetail',
      DepositLineDetail: {
        ...detail,
        AccountRef: referenceTo(context.realm, 'Account', account.Id),
      },
    },
  };
}

const depositable = ['Payment', 'SalesReceipt', 'RefundReceipt'] as const;

/** The document must lie in Undeposited Funds, whole, and in no other deposit. */
function linkedLine(
  context: WriteContext,
  line: JsonObject,
  linked: JsonObject,
  minor: bigint,
): DepositLine {
  const { realm, existing, hidden } = context;
  const type: EntityName | undefined = depositable.find(
    (name) => name === textIn(linked, 'TxnType'),
  );
  const id = plainText(linked['TxnId']);
  if (type === undefined) throw faults.invalidEnum(plainText(linked['TxnType']), 'TxnType');
  const key = documentKey(type, id);
  const row = rowOf(realm, type, id);
  if (row === undefined || hidden.has(key)) throw faults.unlinkable(id);
  const holder = depositOf(realm, key);
  const own = existing === undefined ? undefined : documentKey('Deposit', existing.Id);
  if (holder !== undefined && holder !== own) throw faults.deposited();
  const accountId = realm.systemAccounts.undeposited;
  const entry = realm.entries.get(key)?.postings.filter((one) => one.accountId === accountId) ?? [];
  const lies = sum(entry.map((one) => one.minor));
  if (lies === 0n || lies !== minor) {
    throw faults.business('The transaction is not in Undeposited Funds with this amount');
  }
  return {
    minor,
    link: key,
    posting: { accountId, minor: -minor },
    wire: {
      ...line,
      Id: undefined,
      Amount: minorToNumber(minor),
      LinkedTxn: [{ TxnId: id, TxnType: type, TxnLineId: '0' }],
    },
  };
}

/** Money kept back from the deposit, on another account. */
function cashBackOf(context: WriteContext): Posting | null {
  const cashBack = objectIn(context.wanted, 'CashBack');
  if (cashBack === undefined) return null;
  const account = referenced(context, cashBack['AccountRef'], 'Account');
  return { accountId: account.Id, minor: amountOf(cashBack['Amount'], 'CashBack.Amount') };
}
