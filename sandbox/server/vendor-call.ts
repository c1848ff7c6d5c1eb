import { createHash } from 'node:crypto';
import { type ServerResponse } from 'node:http';

import { type Random } from '../random';
import { type Call, cut, send, wait } from './call';
import { type Controlled } from './control';
import { deliver } from './delivery';
import { visibleQuery } from './redaction';
import { type CommonSettings } from './settings';
import { type VendorRequest } from './vendor';

/** What serving calls needs beside what the control calls act on. */
export interface Serving extends Controlled {
  random: Random;
  /** Aborted and replaced by every reset. */
  epoch: AbortController;
  goDown(ms: number): void;
}

/** Serves one request to the vendor: journal, fault plan, credentials, latency, answer. */
export async function serveVendor(
  state: Serving,
  response: ServerResponse,
  request: VendorRequest,
): Promise<void> {
  const { vendor, plan } = state;
  const call = openCall(state, response, request);
  const fault = plan.pick(request, call.facts);
  if (fault?.spec.fault === 'expireToken') vendor.expireToken(request);
  call.entry.fault = fault?.spec.fault ?? null;
  const refusal = vendor.admit(request);
  if (refusal !== null) {
    if (fault !== null && fault.spec.fault !== 'expireToken') {
      plan.giveBack(fault);
      call.entry.fault = null;
    }
    if (call.facts.isWrite) call.entry.committed = false;
    send(call, refusal);
    return;
  }
  try {
    const ms = latencyMs(call);
    if (ms > 0) await wait(call, ms);
    await deliver(call, fault);
  } catch (error) {
    if (!call.epoch.aborted) throw error;
    cut(call); // a reset or the end of the sandbox stops what was to come
  }
}

/**
 * Writes the call into the journal; it is in flight until its connection ends or it is answered.
 */
function openCall(state: Serving, response: ServerResponse, request: VendorRequest): Call {
  const { vendor, clock, journal, random, epoch } = state;
  const facts = vendor.describe(request);
  const entry = journal.open({
    ...facts,
    method: request.method,
    path: request.path,
    query: visibleQuery(request.query),
    bodyHash: createHash('sha256').update(request.body).digest('hex'),
    startedAt: new Date(clock.nowMs()).toISOString(),
  });
  const gone = new Promise<void>((resolve) => {
    response.once('close', () => {
      entry.clientClosed = !response.writableFinished && !call.isCutHere;
      journal.close(entry, new Date(clock.nowMs()).toISOString());
      resolve();
    });
  });
  const call: Call = {
    vendor,
    request,
    response,
    facts,
    entry,
    clock,
    random,
    gone,
    epoch: epoch.signal,
    isCutHere: false,
    goDown: (ms) => {
      state.goDown(ms);
    },
  };
  return call;
}

/** In real time: what the profile says, and the fixed part on top. */
function latencyMs(call: Call): number {
  const { vendor, random, request, facts, entry } = call;
  const { latency, latencyMs: fixed } = vendor.settings.common();
  const profileMs = latency === 'real' ? vendor.latencyMs(request, facts, entry.beside.length) : 0;
  return profileMs + fixedMs(fixed, random);
}

function fixedMs(setting: CommonSettings['latencyMs'], random: Random): number {
  if (typeof setting === 'number') return setting;
  const { min, max } = setting;
  return random.between(Math.min(min, max), Math.max(min, max));
}
