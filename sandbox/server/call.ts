import { type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { type Random } from '../random';
import { type Clock } from './clock';
import { type JournalEntry } from './journal';
import {
  type Execution,
  type RequestFacts,
  type Vendor,
  type VendorAnswer,
  type VendorRequest,
} from './vendor';

/** One request on its way through the sandbox. */
export interface Call {
  vendor: Vendor;
  request: VendorRequest;
  response: ServerResponse;
  facts: RequestFacts;
  entry: JournalEntry;
  clock: Clock;
  random: Random;
  /** Settles when the connection of this call has ended, whoever ended it. */
  gone: Promise<void>;
  /** Aborted by a reset: what was to happen later does not happen any more. */
  epoch: AbortSignal;
  /** Set when the sandbox itself cuts the connection. */
  isCutHere: boolean;
  /** Cuts every connection of the sandbox and refuses new ones for this time. */
  goDown(ms: number): void;
}

/** Lets the vendor carry the request out and notes in the journal what came of it. */
export function perform(call: Call, execution: Execution = {}): VendorAnswer {
  const answer = call.vendor.perform(call.request, execution);
  if (answer.committed !== null) {
    call.entry.committed = answer.committed;
    if (answer.committed) call.entry.committedAt = new Date(call.clock.nowMs()).toISOString();
  }
  call.entry.isReplay = answer.isReplay ?? false;
  return answer;
}

export function send(call: Call, answer: VendorAnswer): void {
  call.entry.status = answer.status;
  if (call.response.destroyed) return;
  writeHead(call, answer);
  call.response.end(call.request.method === 'HEAD' ? '' : answer.body);
}

/** Status and headers; `Date` tells the sandbox's time, which may be years from ours. */
export function writeHead(call: Call, answer: VendorAnswer): void {
  call.response.sendDate = false;
  call.response.writeHead(answer.status, {
    date: new Date(call.clock.nowMs()).toUTCString(),
    ...answer.headers,
    'content-length': Buffer.byteLength(answer.body),
  });
}

/**
 * Ends the connection at once; a plain socket sends a reset, so that no client takes it for an end.
 */
export function cut(call: Call): void {
  call.isCutHere = true;
  const socket = call.response.socket;
  if (socket === null) return;
  if (socket.constructor === Socket) socket.resetAndDestroy();
  else socket.destroy();
}

/** Waits in real time; rejects when a reset ends the waiting. */
export async function wait(call: Call, ms: number): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal: call.epoch });
}
