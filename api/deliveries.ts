import type { z } from 'zod';

import { pushSupportOf } from '../domain/delivery/direction';
import { traitsOf } from '../domain/systems';
import { targets, type Kind, type Target } from '../domain/words';
import type { deliverySchema, DeliveryView } from '../schemas/deliveries';

type ShownDelivery = z.output<typeof deliverySchema>;

/** The deliveries of a record, and a line for each system that cannot take its kind. */
export function shownDeliveries(kind: Kind, deliveries: readonly DeliveryView[]): ShownDelivery[] {
  const unsupported = targets
    .filter((system) => pushSupportOf(system, kind) === 'unsupported')
    .filter((system) => !deliveries.some((delivery) => delivery.system === system))
    .map((system) => unsupportedLine(system, kind));
  return [...deliveries, ...unsupported];
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
