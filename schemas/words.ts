import { z } from 'zod';

import { changeKinds, kinds, targets } from '../domain/words';

// Small schemas that several routes share.

export const systemName = z.enum(targets);
/** Of a change, and of a direction. */
export const changeKindName = z.enum(changeKinds);
/** Of a record. */
export const kindName = z.enum(kinds);
/** An instant in an answer: UTC. */
export const instantText = z.string().meta({ format: 'date-time' });
