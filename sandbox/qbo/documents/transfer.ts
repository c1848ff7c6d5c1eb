import { minorToNumber } from '../../decimal';
import { textIn } from '../../json';
import { faults } from '../fault';
import { type EntityKind } from '../kind';
import { referenceTo } from '../reference';
import {
  accountOf,
  amountOf,
  currencyFields,
  documentCurrency,
  documentFields,
  documentLengths,
  documentQueryable,
  postingsInHome,
} from './common';
import { openDate } from './dates';

const balanceSheetTypes = [
  'Bank',
  'Other Current Asset',
  'Fixed Asset',
  'Other Asset',
  'Credit Card',
  'Other Current Liability',
  'Long Term Liability',
  'Equity',
];

/** Money from one balance sheet account to another. */
export const transfer: EntityKind = {
  name: 'Transfer',
  isNameList: false,
  writable: [
    ...documentFields.filter((name) => name !== 'Line'),
    'FromAccountRef',
    'ToAccountRef',
    'Amount',
  ],
  lengths: documentLengths,
  queryable: { TxnDate: documentQueryable['TxnDate'] ?? 'date', Amount: 'number' },
  build: (context) => {
    const { wanted, realm } = context;
    const refusal = 'A transfer is between balance sheet accounts';
    if (wanted['FromAccountRef'] === undefined) throw faults.missing('FromAccountRef');
    if (wanted['ToAccountRef'] === undefined) throw faults.missing('ToAccountRef');
    const from = accountOf(context, wanted['FromAccountRef'], balanceSheetTypes, refusal);
    const to = accountOf(context, wanted['ToAccountRef'], balanceSheetTypes, refusal);
    if (from.Id === to.Id) throw faults.business('A transfer needs two different accounts');
    const date = openDate(context);
    const currency = documentCurrency(context, date);
    const minor = amountOf(wanted['Amount'], 'Amount');
    if (minor <= 0n) throw faults.business('Transaction amount must be greater than 0');
    const postings = [
      { accountId: to.Id, minor },
      { accountId: from.Id, minor: -minor },
    ];
    return {
      date,
      postings: postingsInHome(postings, currency),
      fields: {
        ...wanted,
        TxnDate: date,
        DocNumber: textIn(wanted, 'DocNumber'),
        FromAccountRef: referenceTo(realm, 'Account', from.Id),
        ToAccountRef: referenceTo(realm, 'Account', to.Id),
        Amount: minorToNumber(minor),
        ...currencyFields(realm, currency, null),
      },
    };
  },
};
