import type { Posting } from '../posting/posting';
import type { Kind, Target } from '../words';

// What was asked of a run, and how far it came. Pure data, kept with the run.

export const runKinds = ['pull', 'reconcile', 'backfill', 'dry_run', 'proof', 'undo'] as const;

/** Which deliveries are meant; days are business dates, both included. */
export interface RunSelector {
  systems: readonly Target[];
  kinds: readonly Kind[];
  from: string | null;
  to: string | null;
}

export const memberOutcomes = ['write', 'adopt', 'hold', 'skip', 'wait'] as const;
export type MemberOutcome = (typeof memberOutcomes)[number];

/** How far a dry run is with one system. */
export interface LaneProgress {
  /** The last delivery of each kind that was looked at. */
  after: Partial<Record<Kind, { dueAt: string; id: string }>>;
  members: number;
  sends: number;
  /**
   * Vendor reads that composing took, and how long it took; reads for postings alone are not among
   * them.
   */
  reads: number;
  elapsedMs: number;
  outcomes: Partial<Record<MemberOutcome, number>>;
  /** What all documents book together, by currency and account. */
  accounts: Record<string, Posting>;
  /** Whether there was more than a run looks at. */
  isCut: boolean;
  isDone: boolean;
  /** How long the calls of a run at once would take; null before it is done. */
  expectedMs: number | null;
}

export type RunProgress = Partial<Record<Target, LaneProgress>>;

export const newLaneProgress: LaneProgress = {
  after: {},
  members: 0,
  sends: 0,
  reads: 0,
  elapsedMs: 0,
  outcomes: {},
  accounts: {},
  isCut: false,
  isDone: false,
  expectedMs: null,
};
