import { z } from 'zod';

import type { DeliveryView } from '../database/status';
import { deliveryStates } from '../domain/delivery/delivery-state';
import { pushSupportOf } from '../domain/delivery/direction';
import { traitsOf } from '../domain/systems';
import { targets, type Kind, type Target } from '../domain/words';
import { instantText, systemName } from './words';

/**
 * Where one system stands with a record; `unsupported` is no row, but the answer to "why is it not
 * there".
 */
export const deliverySchema = z
  .object({
    id: z.string().nullable(),
    system: systemName,
    part: z.string().meta({
      description: 'Which document of the record; empty where there is only one.',
      example: 'sale',
    }),
    state: z.enum([...deliveryStates, 'unsupported']),
    reason: z.string().nullable(),
    cause: z.string().nullable(),
    detail: z.string().nullable(),
    remoteId: z.string().nullable(),
    attempts: z.int(),
    nextDueAt: instantText.nullable(),
    undoneBy: z.uuid().nullable().meta({ description: 'The undo run that takes it back, or did.' }),
  })
  .meta({ id: 'Delivery' });
type ShownDelivery = z.output<typeof deliverySchema>;

/** A daily summary in which a ticket stands. */
export const summaryOfTicketSchema = z
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

/** The deliveries of a record, and a line for each system that cannot take its kind. */
export function shownDeliveries(kind: Kind, deliveries: readonly DeliveryView[]): ShownDelivery[] {
  const shown = deliveries.map(
    ({ desiredRev: _desired, deliveredRev: _delivered, ...delivery }): ShownDelivery => delivery,
  );
  const unsupported = targets
    .filter((system) => pushSupportOf(system, kind) === 'unsupported')
    .filter((system) => !deliveries.some((delivery) => delivery.system === system))
    .map((system) => unsupportedLine(system, kind));
  return [...shown, ...unsupported];
}

function unsupportedLine(system: Target, kind: Kind): ShownDelivery {
  return {
    id: null,
    system,
    part: '',
    state: 'unsupported',
    reason: 'unsupported',
    cause: null,
    detail: `${traitsOf(system).name} takes no ${kind} that was born in the POS.`,
    remoteId: null,
    attempts: 0,
    nextDueAt: null,
    undoneBy: null,
  };
}
