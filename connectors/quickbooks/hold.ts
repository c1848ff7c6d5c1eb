import type { Composed, References } from '../connector';
import type { QboFacts } from './facts';

// Why something is not sent, in words that group and that say what to do.

export function hold(reason: string, what: string, detail: string): Composed {
  return { type: 'hold', reason, cause: `${reason}:${what}`, detail };
}

/** `place` is `kind:key`, as in the mappings of the API. */
export function missingMapping(place: string): Composed {
  return hold('mapping_missing', place, `Map ${place} to its id in QuickBooks`);
}

/** A mapped account that the company has and uses; never a guessed one (accounting.md 13). */
export function mappedAccount(
  references: References,
  facts: QboFacts,
  key: string,
): { type: 'known'; id: string } | { type: 'stop'; composed: Composed } {
  const id = references.mapping('account', key);
  if (id === null) return { type: 'stop', composed: missingMapping(`account:${key}`) };
  const account = facts.accounts.find((known) => known.id === id);
  if (account?.isActive) return { type: 'known', id };
  const detail = `Account ${id} is ${account ? 'inactive' : 'unknown'} in QuickBooks: map account:${key} anew`;
  return { type: 'stop', composed: hold('mapping_invalid', `account:${key}`, detail) };
}
