import type { MappingKind } from '../../contract';
import type { QboFacts } from './facts';

// A mapping is checked against the company when it is saved, not at the first sale
// (accounting.md#settings).

/** Keys of kind `account` that name a customer rather than an account. */
const customerKeys = /^(guest-customer|daily-customer|customer:)/;

const ofBalanceSheet = [
  'Bank',
  'Other Current Asset',
  'Other Current Liability',
  'Credit Card',
  'Long Term Liability',
  'Fixed Asset',
  'Other Asset',
];
const ofIncomeStatement = [
  'Income',
  'Other Income',
  'Expense',
  'Other Expense',
  'Cost of Goods Sold',
];

/** Every key of kind `account`, and the types that its account may have; null: any. */
const accountKeys: readonly [keys: RegExp, types: readonly string[] | null][] = [
  [/^income(\.service)?$/, ['Income', 'Other Income']],
  [/^expense$/, ['Expense', 'Other Expense', 'Cost of Goods Sold']],
  [/^discounts$/, ofIncomeStatement],
  [/^clearing:./, ofBalanceSheet],
  [/^receivable(:|$)/, ['Accounts Receivable']],
  [/^bank:./, ['Bank']],
  [/^(fees|chargebacks|adjustments):./, [...ofIncomeStatement, ...ofBalanceSheet]],
  [/^cash:./, null],
];

/** Keys of kind `item` that begin with @ mean lines without a SKU. */
const itemKeys = [
  '@shipping',
  '@fee',
  '@discount',
  '@tip',
  '@giftCard',
  '@tax',
  '@rounding',
  '@unallocated',
  '@deposit',
  '@generic',
  '@daily-sales',
];

/** Keys of kind `class`: a place of the till, or all that comes by the channel. */
const classKeys = /^(channel:pos|location:.+)$/;

/** Why nobody would ever look at a mapping of this key, or null. */
export function unknownKey(kind: MappingKind, key: string): string | null {
  if (kind === 'item' && key.startsWith('@') && !itemKeys.includes(key))
    return `"${key}" means nothing; keys of items without SKU are ${itemKeys.join(', ')}`;
  if (kind === 'class' && !classKeys.test(key))
    return `"${key}" means nothing; keys of classes are location:<location> and channel:pos`;
  if (kind !== 'account' || customerKeys.test(key)) return null;
  if (accountKeys.some(([keys]) => keys.test(key))) return null;
  return (
    `"${key}" means nothing; see docs of mappings for the keys of accounts, such as income ` +
    'or clearing:card'
  );
}

/** Whether the facts of a company tell if such a target fits. */
export function isCheckable(kind: MappingKind, key: string): boolean {
  return kind === 'account' ? !customerKeys.test(key) : kind !== 'item';
}

/**
 * Why this target does not fit, as the company was read last; null where it fits or nobody can
 * tell.
 */
export function unfitTarget(
  facts: QboFacts,
  kind: MappingKind,
  key: string,
  targetId: string,
): string | null {
  switch (kind) {
    case 'taxCode':
      return unfitRow('Tax code', facts.taxCodes, targetId);
    case 'tender':
      return unfitRow('Payment method', facts.paymentMethods, targetId);
    case 'class':
      return facts.classLevel === null
        ? notTracked('classes')
        : unfitRow('Class', facts.classes, targetId);
    case 'location':
      return facts.trackDepartments
        ? unfitRow('Department', facts.departments, targetId)
        : notTracked('locations');
    case 'item':
      return null;
    case 'account':
      return customerKeys.test(key) ? null : unfitAccount(facts, key, targetId);
  }
}

function unfitAccount(facts: QboFacts, key: string, targetId: string): string | null {
  const unfit = unfitRow('Account', facts.accounts, targetId);
  const account = facts.accounts.find(({ id }) => id === targetId);
  if (unfit !== null || account === undefined) return unfit;
  const types = accountKeys.find(([keys]) => keys.test(key))?.[1] ?? null;
  if (types === null || types.includes(account.type)) return null;
  return (
    `Account ${targetId} (${account.name}) is of type ${account.type}; ${key} needs ` +
    types.join(' or ')
  );
}

function notTracked(what: 'classes' | 'locations'): string {
  return (
    `The company does not track ${what}: turn them on in QuickBooks (Account and settings, ` +
    'Advanced, Categories; plans Plus and Advanced), then send this again'
  );
}

/** Why no document can name this row of one of the company's lists, or null. */
function unfitRow(
  list: string,
  rows: readonly { id: string; isActive: boolean }[],
  targetId: string,
): string | null {
  const row = rows.find(({ id }) => id === targetId);
  if (row?.isActive) return null;
  const what = `${list} ${targetId}`;
  return row !== undefined
    ? `${what} is inactive in QuickBooks: activate it there, or choose another`
    : `${what} was not in QuickBooks when it was read last; it is read again now: if the ` +
        'target is new, send this again in a moment';
}
