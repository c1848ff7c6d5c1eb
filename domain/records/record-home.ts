import { targets, type System, type Target } from '../words';

// Where a record was born. What a system showed us first is named after it, so that order 17 of the
// shop and order 17 of the till are two records, with stock movements and markers of their own.

/** Id of a record that a system showed first; `account`: the store or company that it is of. */
export function idOfShown(system: Target, account: string, remoteId: string): string {
  return `${system}:${account}:${remoteId}`;
}

/** The system in which a record was born, by its id. */
export function homeOf(recordId: string): System {
  return targets.find((system) => recordId.startsWith(`${system}:`)) ?? 'pos';
}
