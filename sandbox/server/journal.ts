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
  read(since: number, limit: number): JournalPage;
  clear(): void;
}

interface JournalPage {
  entries: JournalEntry[];
  inFlight: Pick<JournalEntry, 'seq' | 'method' | 'path' | 'isWrite' | 'startedAt' | 'tenant'>[];
  /** The number to pass as `since` next time. */
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
    read: (since, limit) => {
      const entries: JournalEntry[] = [];
      const first = Math.max(since + 1, lastSeq - slots.size + 1);
      for (let seq = first; seq <= lastSeq && entries.length < limit; seq += 1) {
        const entry = slots.get(seq);
        if (entry !== undefined) entries.push(entry);
      }
      const inFlight = [...openByTenant.values()]
        .flatMap((open) => [...open])
        .map(({ seq, method, path, isWrite, startedAt, tenant }) => {
          return { seq, method, path, isWrite, startedAt, tenant };
        });
      return { entries, inFlight, next: entries.at(-1)?.seq ?? Math.max(since, lastSeq), dropped };
    },
    clear: () => {
      slots.clear();
      openByTenant.clear();
      dropped = 0;
    },
  };
}
