import type { MappingKind } from '../connector';
import type { QboFacts } from './facts';

// A mapping is checked against the company when it is saved, not at the first sale (accounting.md 19).

/** Keys of kind `account` that name a customer rather than an account. */
const customerKeys = /^(guest-customer|daily-customer|customer:)/;

/** Types that the account of a key must have; others may be of any. */
const accountTypes: readonly [keys: RegExp, types: readonly string[]][] = [
  [/^income(\.|$)/, ['Income', 'Other Income']],
  [/^bank:/, ['Bank']],
  [/^receivable(:|$)/, ['Accounts Receivable']],
];

/** Why this target does not fit, as the company was read last; null where it fits or nobody can tell. */
export function unfitTarget(
  facts: QboFacts,
  kind: MappingKind,
  key: string,
  targetId: string,
): string | null {
  if (kind === 'taxCode') {
    const code = facts.taxCodes.find(({ id }) => id === targetId);
    return code?.isActive ? null : unknown(`Tax code ${targetId}`, code !== undefined);
  }
  if (kind !== 'account' || customerKeys.test(key)) return null;
  const account = facts.accounts.find(({ id }) => id === targetId);
  if (!account?.isActive) return unknown(`Account ${targetId}`, account !== undefined);
  const types = accountTypes.find(([keys]) => keys.test(key))?.[1];
  if (types === undefined || types.includes(account.type)) return null;
  return `Account ${targetId} (${account.name}) is of type ${account.type}; ${key} needs ${types.join(' or ')}`;
}

function unknown(what: string, isThere: boolean): string {
  return isThere
    ? `${what} is inactive in QuickBooks: activate it there, or choose another`
    : `${what} was not in QuickBooks when it was read last; if it is new, send this again`;
}
