import { minorToNumber, sum } from '../../decimal';
import { type JsonObject, objectIn, textIn } from '../../json';
import { faults } from '../fault';
import { type Built, type EntityKind, type WriteContext } from '../kind';
import { applied } from '../links';
import { documentKey, type Posting } from '../realm';
import { onAccountOf } from '../receivables';
import { referenced, referenceTo } from '../reference';
import {
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

/** An entry of its own in the books: debits equal credits (quickbooks.md#journal-entries). */
export const journalEntry: EntityKind = {
  name: 'JournalEntry',
  isNameList: false,
  writable: [...documentFields, 'Adjustment', 'TxnTaxDetail'],
  lengths: documentLengths,
  queryable: documentQueryable,
  build: buildEntry,
};

function buildEntry(context: WriteContext): Built {
  const { wanted, realm } = context;
  const date = openDate(context);
  const currency = documentCurrency(context, date);
  const lines = wantedLines(wanted).map((line) => entryLine(context, line));
  if (lines.length === 0) throw faults.missing('Line');
  const postings = lines.map(({ posting }) => posting);
  if (sum(postings.map(({ minor }) => minor)) !== 0n) {
    throw faults.business('Debits and credits must be equal');
  }
  checkApplied(
    context,
    lines.map(({ wire }) => wire),
  );
  const totalMinor = sum(postings.map(({ minor }) => (minor > 0n ? minor : 0n)));
  return {
    date,
    postings: postingsInHome(postings, currency),
    fields: {
      ...wanted,
      DocNumber: documentNumber(context),
      TxnDate: date,
      ...currencyFields(realm, currency, null),
      Line: numbered(
        lines.map(({ wire }) => wire),
        context.existing,
      ),
      Adjustment: wanted['Adjustment'] === true,
      TotalAmt: minorToNumber(totalMinor),
    },
  };
}

/**
 * What payments have applied of it stays a part of it: same customer, same side, at least as much.
 */
function checkApplied({ realm, existing }: WriteContext, Line: JsonObject[]): void {
  const appliedMinor =
    existing === undefined ? 0n : applied(realm, documentKey('JournalEntry', existing.Id));
  if (existing === undefined || appliedMinor === 0n) return;
  const before = onAccountOf(realm, 'JournalEntry', existing);
  const after = onAccountOf(realm, 'JournalEntry', { Line });
  const sign = (before?.minor ?? 0n) < 0n ? -1n : 1n;
  if (after?.customerId !== before?.customerId || (after?.minor ?? 0n) * sign < appliedMinor) {
    throw faults.business('The total is below what has been applied to the transaction');
  }
}

function entryLine(
  context: WriteContext,
  line: JsonObject,
): { posting: Posting; wire: JsonObject } {
  const detail = objectIn(line, 'JournalEntryLineDetail');
  if (detail === undefined) throw faults.missing('Line.JournalEntryLineDetail');
  const side = textIn(detail, 'PostingType') ?? '';
  if (side !== 'Debit' && side !== 'Credit') throw faults.invalidEnum(side, 'PostingType');
  const minor = amountOf(line['Amount'], 'Line.Amount');
  if (minor < 0n) throw faults.business('Amounts of journal lines cannot be negative');
  const account = referenced(context, detail['AccountRef'], 'Account');
  const party = partyOf(context, detail, textIn(account, 'AccountType') ?? '');
  return {
    posting: {
      accountId: account.Id,
      minor: side === 'Debit' ? minor : -minor,
      ...(party === null ? {} : { party }),
    },
    wire: {
      ...line,
      Amount: minorToNumber(minor),
      DetailType: 'JournalEntryLineDetail',
      JournalEntryLineDetail: {
        ...detail,
        AccountRef: referenceTo(context.realm, 'Account', account.Id),
      },
    },
  };
}

/** Receivables need a customer, payables a vendor. */
function partyOf(context: WriteContext, detail: JsonObject, accountType: string): string | null {
  const needed =
    accountType === 'Accounts Receivable'
      ? 'Customer'
      : accountType === 'Accounts Payable'
        ? 'Vendor'
        : null;
  const entity = objectIn(detail, 'Entity');
  if (needed === null) return null;
  if (entity === undefined || textIn(entity, 'Type') !== needed) {
    throw faults.business(`A line on ${accountType} needs a ${needed.toLowerCase()}`);
  }
  return `${needed}:${referenced(context, entity['EntityRef'], needed).Id}`;
}
