import type { ChangeBody, RecordBody } from './bodies';
import type { ChangeOp, DesiredOp, Kind, System } from './words';

// A change as it was received, and what is true of one thing.

export interface ChangeRow {
  pos: number;
  source: System;
  eventId: string;
  op: ChangeOp;
  recordId: string;
  sourceRev: number | null;
  occurredAt: string;
  kind: Kind;
  /** Null for a delete. */
  content: ChangeBody | null;
}

export interface RecordRow {
  kind: Kind;
  recordId: string;
  rev: number;
  sourceRev: number | null;
  op: DesiredOp;
  /** Null where all we ever heard of it is that it was deleted. */
  content: RecordBody | null;
  /** Which system said each field last. */
  origin: Record<string, System>;
}
