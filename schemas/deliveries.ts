import { z } from 'zod';

import { deliveryStates } from '../domain/delivery/delivery-state';
import { instantText, systemName } from './words';

// What people are shown of deliveries and summaries, as it is read from the tables.

/** A delivery of a record. */
export type DeliveryView = z.output<typeof deliveryView>;
const deliveryView = z.object({
  id: z.string(),
  system: systemName,
  part: z.string().meta({
    description: 'Which document of the record; empty where there is only one.',
    example: 'sale',
  }),
  state: z.enum(deliveryStates),
  reason: z.string().nullable(),
  cause: z.string().nullable(),
  detail: z.string().nullable(),
  remoteId: z.string().nullable(),
  attempts: z.int(),
  nextDueAt: instantText.nullable(),
  undoneBy: z.uuid().nullable().meta({ description: 'The undo run that takes it back, or did.' }),
});

/**
 * Where one system stands with a record; `unsupported` is no row, but the answer to "why is it not
 * there".
 */
export const deliverySchema = deliveryView
  .extend({ id: z.string().nullable(), state: z.enum([...deliveryStates, 'unsupported']) })
  .meta({ id: 'Delivery' });

/** A daily summary in which a ticket stands, and where that stands itself. */
export type SummaryOfTicket = z.output<typeof summaryOfTicket>;
export const summaryOfTicket = z
  .object({
    recordId: z.string(),
    number: z.string(),
    part: z.string(),
    totalMinor: z.int().meta({ description: 'The share of the ticket.' }),
    taxMinor: z.int(),
    isPosted: z.boolean().meta({ description: 'Whether the posted document contains this share.' }),
    state: z.enum(deliveryStates),
    reason: z.string().nullable(),
    remoteId: z.string().nullable(),
    nextDueAt: instantText.nullable(),
  })
  .meta({ id: 'SummaryOfTicket' });

/** A ticket's share of a daily summary. */
export type TicketOfSummary = z.output<typeof ticketOfSummary>;
export const ticketOfSummary = z.object({
  kind: z.enum(['order', 'refund']),
  recordId: z.string(),
  part: z.string(),
  revision: z.int().meta({ description: 'Of the ticket.' }),
  totalMinor: z.int(),
  taxMinor: z.int(),
  isWanted: z.boolean().meta({ description: 'It belongs to the summary now.' }),
  isPosted: z.boolean().meta({ description: 'The document in the books has it.' }),
});
