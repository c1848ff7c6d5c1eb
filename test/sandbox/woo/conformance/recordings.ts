import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

const folder = join(__dirname, '../../../recordings/woocommerce');

const headerList = z.array(z.tuple([z.string(), z.string()]));

const callRecording = z.object({
  name: z.string(),
  request: z.object({
    method: z.string(),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.unknown(),
    raw_body: z.string().nullable(),
  }),
  response: z.object({ status: z.number(), headers: headerList, body_text: z.string() }),
});

const deliveryRecording = z.object({
  name: z.string(),
  secret: z.string().nullable(),
  delivery: z.object({ path: z.string(), headers: headerList, body_raw: z.string() }),
});

/** One recorded request with its answer. */
export type CallRecording = z.output<typeof callRecording>;
/** One recorded webhook delivery. */
export type DeliveryRecording = z.output<typeof deliveryRecording>;

/** The names of all recordings. */
export const recordingNames = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace(/\.json$/, ''));

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
}

export function recordedCall(name: string): CallRecording {
  return callRecording.parse(read(name));
}

export function recordedDelivery(name: string): DeliveryRecording {
  return deliveryRecording.parse(read(name));
}

/** A header of a recording; names in any case. */
export function headerIn(headers: [string, string][], name: string): string | null {
  return headers.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1] ?? null;
}
