import { z } from 'zod';

import {
  changesOf,
  explainedDeliveries,
  journalOf,
  sendsOf,
  type ExplainedDelivery,
  type ExplainedEntry,
  type ExplainedSend,
  type Thing,
} from '../database/explain';
import { ticketsMax, ticketsOfSummary } from '../database/explain-summaries';
import type { Db } from '../database/pool';
import { findRecord, summariesOf } from '../database/status';
import { deliveryStates } from '../domain/delivery/delivery-state';
import { requestIdOf } from '../domain/delivery/idempotency';
import { systems, type JsonObject, type Kind } from '../domain/words';
import { changeOutcomes, outcomeOf } from './change-outcome';
import { summaryOfTicket, ticketOfSummary } from '../schemas/deliveries';
import { instantText, kindName, systemName } from '../schemas/words';

// What one record is in each system, and how it came to be so: source, rules, versions, writer and
// writes.

const composedWithSchema = z.object({
  posting: z
    .int()
    .nullable()
    .meta({ description: 'Revision of the posting settings; 0: the start values.' }),
  mappings: z.record(z.string(), z.int()).meta({ description: 'Version by `kind/key`.' }),
});

const sendSchema = z.object({
  key: z.string(),
  requestId: z
    .string()
    .meta({ description: 'The same on every repeat; QuickBooks gets it as `requestid`.' }),
  operation: z.string(),
  entity: z.string(),
  marker: z.string().nullable(),
  revision: z.int(),
  generation: z.int(),
  state: z.string(),
  tries: z.int(),
  firstSentAt: instantText,
  lastSentAt: instantText,
  settledAt: instantText.nullable(),
  outcome: z.string().nullable(),
  composedWith: composedWithSchema.nullable(),
});

const writtenSchema = z.object({
  entity: z.string(),
  remoteId: z.string(),
  docNumber: z.string().nullable(),
  role: z.string().meta({
    description: '`main`: of the sale itself; `difference`: what was added or taken later.',
  }),
  isVoided: z.boolean(),
});

const documentSchema = z.object({
  deliveryId: z.string(),
  system: systemName,
  part: z.string(),
  state: z.enum(deliveryStates),
  reason: z.string().nullable(),
  detail: z.string().nullable(),
  undoneBy: z.uuid().nullable().meta({ description: 'The run that takes it back, or did.' }),
  revision: z.int().meta({ description: 'Of the record, that this system should have.' }),
  deliveredRevision: z.int(),
  entity: z.string().nullable(),
  remoteId: z.string().nullable(),
  remoteVersion: z.string().nullable(),
  docNumber: z.string().nullable(),
  isLinked: z.boolean().meta({ description: 'Found there and adopted, not created by us.' }),
  written: z
    .array(writtenSchema)
    .meta({ description: 'Every document that the books have, or had, of this part.' }),
  rules: z
    .array(z.record(z.string(), z.unknown()))
    .meta({ description: 'Choices of posting: a rounding line, a tax variance, another day.' }),
  composedWith: composedWithSchema.nullable(),
  writer: z.string().meta({ description: 'The workflow that writes it.' }),
  sends: z.array(sendSchema),
  journal: z.array(
    z.object({
      at: instantText,
      requestId: z.string().nullable(),
      revision: z.int(),
      outcome: z.string(),
      remoteId: z.string().nullable(),
      remoteVersion: z.string().nullable(),
      detail: z.string().nullable(),
    }),
  ),
});

export const explanationSchema = z
  .object({
    record: z.object({
      kind: kindName,
      recordId: z.string(),
      revision: z.int(),
      sourceRevision: z.int().nullable(),
      op: z.enum(['present', 'absent']),
      origin: z.record(z.string(), z.enum(systems)),
      updatedAt: instantText,
    }),
    changes: z
      .array(
        z.object({
          id: z.string(),
          position: z.int(),
          source: z.enum(systems),
          op: z.enum(['upsert', 'delete']),
          revision: z.int().nullable(),
          occurredAt: instantText,
          receivedAt: instantText,
          outcome: z.enum(changeOutcomes),
        }),
      )
      .meta({ description: 'The newest 50, newest first.' }),
    documents: z.array(documentSchema),
    tickets: z
      .array(ticketOfSummary)
      .meta({ description: 'Of a daily summary: what it stands for; at most 1,000.' }),
    hasMoreTickets: z.boolean(),
    summaries: z
      .array(summaryOfTicket)
      .meta({ description: 'Of a ticket: the daily summaries by which the books have it.' }),
  })
  .meta({ id: 'Explanation' });
export type Explanation = z.output<typeof explanationSchema>;
type ExplainedDocument = z.output<typeof documentSchema>;

/** Null where there is no such record. */
export async function explain(
  db: Db,
  tenant: number,
  workflowId: string,
  thing: Thing,
): Promise<Explanation | null> {
  const record = await findRecord(db, tenant, thing.kind, thing.recordId);
  if (record === null) return null;
  const isSummary = thing.kind === 'summary';
  const isTicket = thing.kind === 'order' || thing.kind === 'refund';
  const [changes, deliveries, tickets, summaries] = await Promise.all([
    changesOf(db, tenant, thing),
    explainedDeliveries(db, tenant, thing),
    isSummary ? ticketsOfSummary(db, tenant, thing.recordId) : [],
    isTicket ? summariesOf(db, tenant, thing.kind, thing.recordId) : [],
  ]);
  const ids = deliveries.map(({ id }) => id);
  const journal = await journalOf(db, tenant, ids);
  const sendIds = new Set(
    [...deliveries, ...journal].flatMap(({ sendId }) => (sendId === null ? [] : [sendId])),
  );
  const sends = await sendsOf(db, tenant, [...sendIds], ids);
  return explanationSchema.parse({
    record: { ...record, revision: record.rev, sourceRevision: record.sourceRev },
    changes: changes.map((change) => ({ ...change, outcome: outcomeOf(change) })),
    documents: deliveries.map((delivery) =>
      documentOf(thing.kind, delivery, { sends, journal }, workflowId),
    ),
    tickets: tickets.slice(0, ticketsMax),
    hasMoreTickets: tickets.length > ticketsMax,
    summaries,
  });
}

function documentOf(
  kind: Kind,
  delivery: ExplainedDelivery,
  { sends, journal }: { sends: readonly ExplainedSend[]; journal: readonly ExplainedEntry[] },
  writer: string,
): ExplainedDocument {
  const { id, snapshot } = delivery;
  const requestIds = new Map(sends.map((send) => [send.id, requestIdOf(send.key)]));
  return {
    ...delivery,
    deliveryId: id,
    revision: delivery.desiredRev,
    deliveredRevision: delivery.deliveredRev,
    entity: entityOf(kind, delivery),
    docNumber: textOf(snapshot, 'docNumber'),
    written: writtenIn(snapshot),
    rules: rulesOf(snapshot),
    composedWith: composedWithOf(snapshot),
    writer,
    sends: sends.flatMap((send) => sendsIn(send, id)),
    journal: journal
      .filter((entry) => entry.deliveryId === id)
      .map((entry) => ({ ...entry, requestId: requestIds.get(entry.sendId ?? '') ?? null })),
  };
}

function sendsIn(send: ExplainedSend, deliveryId: string): ExplainedDocument['sends'] {
  return send.members
    .filter((member) => member.deliveryId === deliveryId)
    .map(({ rev: revision, generation, write }) => ({
      ...send,
      ...write,
      ...{ revision, generation, lastSentAt: send.sentAt },
      requestId: requestIdOf(send.key),
      marker: textOf(write.natural, 'marker'),
      composedWith: composedWithOf(write.snapshot),
    }));
}

/**
 * What a delivery is there: QuickBooks numbers each entity by itself, so an id alone names several
 * things.
 */
function entityOf(kind: Kind, { system, snapshot }: ExplainedDelivery): string | null {
  if (system === 'woo') return 'products';
  if (kind === 'customer') return 'Customer';
  if (kind === 'product') return 'Item';
  return textOf(snapshot, 'entity');
}

/** Whether one of the documents of this delivery is, or was once, this thing there. */
export function isDocument(document: ExplainedDocument, entity: string, remoteId: string): boolean {
  if (document.entity === entity && document.remoteId === remoteId) return true;
  if (document.written.some((one) => one.entity === entity && one.remoteId === remoteId))
    return true;
  const requests = new Set(
    document.sends.flatMap((send) => (send.entity === entity ? [send.requestId] : [])),
  );
  return document.journal.some(
    (entry) =>
      entry.remoteId === remoteId && entry.requestId !== null && requests.has(entry.requestId),
  );
}

function textOf(object: JsonObject | null, field: string): string | null {
  const value = object?.[field];
  return typeof value === 'string' ? value : null;
}

const postedSchema = z.object({
  posted: z.object({
    documents: z.array(
      z.object({
        entity: z.string(),
        id: z.string(),
        docNumber: z.string().nullable(),
        role: z.string(),
        isVoided: z.boolean(),
      }),
    ),
  }),
});

function writtenIn(snapshot: JsonObject | null): ExplainedDocument['written'] {
  const read = postedSchema.safeParse(snapshot);
  if (!read.success) return [];
  return read.data.posted.documents.map(({ id: remoteId, ...one }) => ({ ...one, remoteId }));
}

const rulesSchema = z.array(z.record(z.string(), z.unknown())).catch([]);

function rulesOf(snapshot: JsonObject | null): ExplainedDocument['rules'] {
  return rulesSchema.parse(snapshot?.['reasons'] ?? []);
}

function composedWithOf(snapshot: JsonObject | null): ExplainedDocument['composedWith'] {
  const parsed = composedWithSchema.safeParse(snapshot?.['composedWith']);
  return parsed.success ? parsed.data : null;
}
