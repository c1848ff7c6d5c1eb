import { sum } from '../decimal';
import { frozen } from '../server/state-copy';
import { type Entry, type Posting, type Realm } from './realm';

/**
 * Writes a document into the books, in place of what it had there before. A document whose sides
 * differ is a bug of the sandbox.
 */
export function post(
  realm: Realm,
  document: string,
  date: string,
  postings: readonly Posting[],
): void {
  if (sum(postings.map(({ minor }) => minor)) !== 0n) {
    throw new Error(`Bug: ${document} does not balance`);
  }
  unpost(realm, document);
  const entry: Entry = { date, postings: postings.filter(({ minor }) => minor !== 0n) };
  realm.entries.set(document, frozen(entry));
  book(realm, entry, 1n);
}

export function unpost(realm: Realm, document: string): void {
  const entry = realm.entries.get(document);
  if (entry === undefined) return;
  book(realm, entry, -1n);
  realm.entries.delete(document);
}

function book(realm: Realm, entry: Entry, sign: 1n | -1n): void {
  for (const { accountId, minor, party } of entry.postings) {
    add(realm.balances, accountId, minor * sign);
    if (party !== undefined) add(realm.partyBalances, party, minor * sign);
  }
}

function add(balances: Map<string, bigint>, key: string, minor: bigint): void {
  balances.set(key, (balances.get(key) ?? 0n) + minor);
}
