import { z } from 'zod';

import { instantText } from './words';

/** Who may do what with a key. */
export const roles = ['pos', 'viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** A key of the API as its tenant sees it. */
export type ApiKey = z.output<typeof apiKey>;
export const apiKey = z
  .object({
    id: z.uuid(),
    role: z.enum(roles),
    label: z.string(),
    createdAt: instantText,
    lastUsedAt: instantText.nullable(),
    lastUsedFrom: z
      .string()
      .nullable()
      .meta({ description: 'Address that the server saw; of a proxy, where one is before it.' }),
    expiresAt: instantText
      .nullable()
      .meta({ description: 'From then on it is refused; null: it stays.', format: 'date-time' }),
    revokedAt: instantText.nullable(),
  })
  .meta({ id: 'ApiKey' });
