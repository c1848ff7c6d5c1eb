import { isSameEntity } from './same-entity';

/** One vendor request; entries change until the call has ended and, if late, committed. */
export interface JournalEntry {
  seq: number;
  method: string;
  path: string;
  /** The query without secrets; `requestid` is here. */
  query: Record<string, string>;
  bodyHash: string;
  tenant: string | null;
  entities: string[];
  operations: number;
  isWrite: boolean;
  startedAt: string;
  endedAt: string | null;
  status: number | null;
  /** null: a read, or a write that is still open. */
  committed: boolean | null;
  committedAt: string | null;
  isReplay: boolean;
  fault: string | null;
  /** The calls of the same store or company that were open when this one came. */
  beside: number[];
  clientClosed: boolean;
}

export interface Journal {
  open(entry: Omit<JournalEntry, OpenedHere>): JournalEntry;
  /** The call has ended: it is in flight no longer. */
  close(entry: JournalEntry, endedAt: string): void;
  read(since: number, limit: number, filter?: JournalFilter): JournalPage;
  /** The newest entries, newest first. */
  last(count: number): JournalEntry[];
  clear(): void;
}

/** Only entries that fit every given member are answered. */
export interface JournalFilter {
  tenant?: string | undefined;
  method?: string | undefined;
  /** A part of the path. */
  path?: string | undefined;
  entity?: string | undefined;
  /** null: the call got no answer. */
  status?: number | null | undefined;
  /** The name of a fault; `any` for every bent call, `none` for the others. */
  fault?: string | undefined;
  committed?: boolean | null | undefined;
  write?: boolean | undefined;
}

interface JournalPage {
  entries: JournalEntry[];
  inFlight: Pick<JournalEntry, 'seq' | 'method' | 'path' | 'isWrite' | 'startedAt' | 'tenant'>[];
  /** The number to pass as `since` next time: everything up to it has been looked at. */
  next: number;
  /** Entries that have fallen out of the memory since the last reset. */
  dropped: number;
}

type OpenedHere =
  | 'seq'
  | 'endedAt'
  | 'status'
  | 'committed'
  | 'committedAt'
  | 'isReplay'
  | 'fault'
  | 'beside'
  | 'clientClosed';

/** Keeps the last `capacity` requests; 200,000 are about 100 MB. */
export function createJournal(capacity = 200_000): Journal {
  const slots = new Map<number, JournalEntry>();
  const openByTenant = new Map<string | null, Set<JournalEntry>>();
  let lastSeq = 0;
  let dropped = 0;

  const openOf = (tenant: string | null): Set<JournalEntry> => {
    const known = openByTenant.get(tenant);
    if (known !== undefined) return known;
    const fresh = new Set<JournalEntry>();
    openByTenant.set(tenant, fresh);
    return fresh;
  };

  return {
    open: (facts) => {
      lastSeq += 1;
      const open = openOf(facts.tenant);
      const entry: JournalEntry = {
        seq: lastSeq,
        ...facts,
        endedAt: null,
        status: null,
        committed: null,
        committedAt: null,
        isReplay: false,
        fault: null,
        beside: [...open].map((other) => other.seq),
        clientClosed: false,
      };
      open.add(entry);
      slots.set(lastSeq, entry);
      if (slots.delete(lastSeq - capacity)) dropped += 1;
      return entry;
    },
    close: (entry, endedAt) => {
      entry.endedAt = endedAt;
      const open = openByTenant.get(entry.tenant);
      open?.delete(entry);
      if (open?.size === 0) openByTenant.delete(entry.tenant);
    },
    read: (since, limit, filter = {}) => {
      const entries: JournalEntry[] = [];
      let next = Math.max(since, lastSeq - slots.size);
      while (next < lastSeq && entries.length < limit) {
        next += 1;
        const entry = slots.get(next);
        if (entry !== undefined && fits(entry, filter)) entries.push(entry);
      }
      const inFlight = [...openByTenant.values()]
        .flatMap((open) => [...open])
        .map(({ seq, method, path, isWrite, startedAt, tenant }) => {
          return { seq, method, path, isWrite, startedAt, tenant };
        });
      return { entries, inFlight, next, dropped };
    },
    last: (count) => {
      const entries: JournalEntry[] = [];
      for (let seq = lastSeq; seq > lastSeq - count; seq -= 1) {
        const entry = slots.get(seq);
        if (entry !== undefined) entries.push(entry);
      }
      return entries;
    },
    clear: () => {
      slots.clear();
      openByTenant.clear();
      dropped = 0;
    },
  };
}

function fits(entry: JournalEntry, filter: JournalFilter): boolean {
  const { tenant, method, path, entity, status, fault, committed, write } = filter;
  if (tenant !== undefined && entry.tenant !== tenant) return false;
  if (method !== undefined && entry.method !== method.toUpperCase()) return false;
  if (path !== undefined && !entry.path.includes(path)) return false;
  if (entity !== undefined && !entry.entities.some((one) => isSameEntity(one, entity))) {
    return false;
  }
  if (status !== undefined && entry.status !== status) return false;
  if (committed !== undefined && entry.committed !== committed) return false;
  if (write !== undefined && entry.isWrite !== write) return false;
  if (fault === undefined) return true;
  if (fault === 'any' || fault === 'none') return (entry.fault === null) === (fault === 'none');
  return entry.fault === fault;
}
