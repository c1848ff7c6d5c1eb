import { undone, type DeliveryCore } from './delivery-state';

// Taking back what was posted: which deliveries a run of kind `undo` means, and in which order
// (accounting.md#edits).

/**
 * Kinds of documents in the order in which they are taken back: what refers to another goes before
 * it, so that no payment stands without its invoice. A kind begins when all before it have come to
 * rest.
 */
export const undoKinds = ['payout', 'refund', 'order', 'payment', 'cash', 'invoice'] as const;
export type UndoKind = (typeof undoKinds)[number];

/** What became of the deliveries that a run took back. */
export const undoOutcomes = [
  /** Open documents, voided. */
  'voided',
  /** Deposited, or in a closed period: they stand, and another document takes them away. */
  'countered',
  /** Out of their daily summary, which was changed. */
  'leftSummary',
  /** Never posted, and not posted any more. */
  'skipped',
  /** A person has to look: changed in the books, closed and parked, direction off. */
  'held',
  'dead',
  /** On the way. */
  'waiting',
] as const;
export type UndoOutcome = (typeof undoOutcomes)[number];

/** A delivery as far as the decision needs it. */
export interface UndoCandidate extends Pick<
  DeliveryCore,
  'state' | 'reason' | 'desiredOp' | 'sentRev' | 'undoneBy'
> {
  /** Whether the system has it, as far as we know. */
  hasRemote: boolean;
  /** The daily summary by which it has it. */
  summaryId: string | null;
}

/**
 * How a delivery is taken back: a document of its own, a share of a summary, or nothing was posted.
 */
export type UndoWay = 'document' | 'summary' | 'unposted';

/**
 * Null where nothing is to be taken back: nothing stands and nothing waits, or it was taken back
 * before.
 */
export function undoWayOf(row: UndoCandidate, isVoided: boolean): UndoWay | null {
  // One that was given up or left out after an undo still stands there.
  const isGivenUp = row.state === 'skipped' && row.reason !== undone;
  if (row.undoneBy !== null && !isGivenUp) return null;
  if (row.summaryId !== null || (row.state === 'held' && row.reason === 'summary'))
    return row.desiredOp === 'present' ? 'summary' : null;
  switch (row.state) {
    case 'delivered':
      return row.hasRemote && row.desiredOp === 'present' && !isVoided ? 'document' : null;
    case 'skipped':
      return row.hasRemote ? 'document' : null;
    case 'sending':
    case 'verifying':
      return 'document';
    case 'waiting':
    case 'held':
    case 'dead':
      return row.hasRemote || row.sentRev !== null ? 'document' : 'unposted';
  }
}
