import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { HttpAnswer } from '../../connectors/http';

const recordingSchema = z.object({
  request: z.object({ method: z.string(), url: z.string() }),
  response: z.object({
    status: z.number(),
    headers: z.array(z.tuple([z.string(), z.string()])),
    body_text: z.string(),
  }),
});
export type Recording = z.infer<typeof recordingSchema>;

export function readText(vendor: 'woocommerce' | 'quickbooks', file: string): string {
  return readFileSync(join(__dirname, '../recordings', vendor, file), 'utf8');
}

/** A recorded call of a real store. */
export function readRecording(name: string): Recording {
  return recordingSchema.parse(JSON.parse(readText('woocommerce', `${name}.json`)));
}

/** The recorded answer as `http.ts` would give it. */
export function recordedAnswer(name: string): HttpAnswer {
  const { status, headers, body_text } = readRecording(name).response;
  const lower = headers.map(([key, value]): [string, string] => [key.toLowerCase(), value]);
  return { type: 'answer', status, headers: Object.fromEntries(lower), text: body_text };
}

export function answer(
  status: number,
  text: string,
  headers: Record<string, string> = {},
): HttpAnswer {
  return { type: 'answer', status, headers, text };
}
