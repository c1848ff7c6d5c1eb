import { z } from 'zod';

import { undoKinds, undoOutcomes } from '../domain/delivery/undo';
import { kindName, systemName } from './words';

// What was asked of a run, how far it came, and what a dry run found: as it is kept with the run
// and as the API shows it.

export const runKinds = ['pull', 'reconcile', 'backfill', 'dry_run', 'proof', 'undo'] as const;

/** Which deliveries are meant; days are business dates, both included. */
export type RunSelector = z.output<typeof runSelector>;
export const runSelector = z.object({
  systems: z.array(systemName).readonly(),
  kinds: z.array(kindName).readonly(),
  from: z.string().nullable(),
  to: z.string().nullable(),
});

export const memberOutcomes = ['write', 'adopt', 'hold', 'skip', 'wait'] as const;
export type MemberOutcome = (typeof memberOutcomes)[number];
const memberOutcome = z.enum(memberOutcomes);

/** What one account gets of a document, or of several. */
export type Posting = z.output<typeof posting>;
export const posting = z.object({
  accountId: z
    .string()
    .nullable()
    .meta({ description: 'Null where the books choose the account.' }),
  account: z.string(),
  currency: z.string(),
  debitMinor: z.int(),
  creditMinor: z.int(),
});

/** How far a dry run is with one system. */
export type LaneProgress = z.output<typeof laneProgress>;
const laneProgress = z.object({
  // The last delivery of each kind that was looked at.
  after: z.partialRecord(kindName, z.object({ dueAt: z.string(), id: z.string() })),
  members: z.int(),
  sends: z.int(),
  // Vendor reads that composing took, and how long it took; reads for postings alone are not among
  // them.
  reads: z.int(),
  elapsedMs: z.number(),
  outcomes: z.partialRecord(memberOutcome, z.int()),
  // What all documents book together, by currency and account.
  accounts: z.record(z.string(), posting),
  // Whether there was more than a run looks at.
  isCut: z.boolean(),
  isDone: z.boolean(),
  // How long the calls of a run at once would take; null before it is done.
  expectedMs: z.number().nullable(),
});

export type RunProgress = z.output<typeof runProgress>;
export const runProgress = z.partialRecord(systemName, laneProgress);

export const newLaneProgress: LaneProgress = {
  ...{ after: {}, members: 0, sends: 0, reads: 0, elapsedMs: 0, outcomes: {}, accounts: {} },
  ...{ isCut: false, isDone: false, expectedMs: null },
};

/** A request that a dry run would send. */
export type RunSend = z.output<typeof runSend>;
export const runSend = z.object({
  system: systemName,
  no: z.int(),
  key: z.string(),
  path: z.string(),
  body: z.string(),
  members: z.int(),
});

/** A delivery that a dry run looked at. */
export type RunMember = z.output<typeof runMember>;
export const runMember = z.object({
  system: systemName,
  no: z.int(),
  kind: kindName,
  recordId: z.string(),
  part: z.string(),
  revision: z.int(),
  outcome: memberOutcome,
  sendNo: z.int().nullable(),
  operation: z.string().nullable(),
  entity: z.string().nullable(),
  payload: z.unknown(),
  postings: z.array(posting).nullable(),
  reason: z.string().nullable(),
  detail: z.string().nullable(),
});

/** How far an undo is with finding what it takes back. */
export type UndoProgress = z.output<typeof undoProgress>;
export const undoProgress = z.object({
  // The last delivery that was looked at; null before the first.
  at: z
    .object({ kind: z.enum(undoKinds), recordId: z.string(), part: z.string() })
    .nullable()
    .default(null),
  // Everything was looked at.
  isFound: z.boolean().default(false),
  // What it came to, once it has ended.
  outcomes: z.partialRecord(z.enum(undoOutcomes), z.int()).nullable().default(null),
});
