import type { ChangeBody, RecordBody } from './bodies';
import type { ChangeOp, DesiredOp, Kind, System } from './words';

// A change as it was received, and what is true of one thing.

export type SourceRevs = Readonly<Partial<Record<System, number>>>;

export interface ChangeRow {
  pos: number;
  source: System;
  eventId: string;
  op: ChangeOp;
  recordId: string;
  /** As its source counts; null of what has no revisions. */
  sourceRev: number | null;
  /** What the system that shows it calls the thing; null of the POS. */
  remoteId: string | null;
  occurredAt: string;
  kind: Kind;
  /** Null for a delete. */
  content: ChangeBody | null;
}

export interface RecordRow {
  kind: Kind;
  recordId: string;
  rev: number;
  /** The newest revision of each sender: they count apart. */
  sourceRevs: SourceRevs;
  op: DesiredOp;
  /** Null where all we ever heard of it is that it was deleted. */
  content: RecordBody | null;
  /** Which system said each field last. */
  origin: Record<string, System>;
}
