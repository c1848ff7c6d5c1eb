import { log, setHandler } from '@temporalio/workflow';

import {
  liftWait,
  requestsMax,
  seenMax,
  type SyncRequest,
  type TenantSyncState,
} from '../domain/lane/tenant-sync';
import { closedBreaker } from '../domain/lane/circuit-breaker';
import { isTarget, targets, type Target } from '../domain/words';
import {
  continueAsNewNowSignal,
  credentialsUpdatedSignal,
  redriveSignal,
  setBreakerSignal,
  setDeletePolicySignal,
  setDirectionSignal,
  setPausedSignal,
  setPolicySignal,
  wakeSignal,
} from '../protocol/messages';

/** What a handler may change besides the state. */
export interface HandlerContext {
  state: TenantSyncState;
  requestRoll: () => void;
  /**
   * Lanes about which an operator spoke in this run: what is loaded later must not overwrite it.
   */
  spokenFor: Set<Target>;
}

/**
 * Registers every signal, synchronously. Bodies come from anybody who can reach the server: each
 * field is checked, and what is malformed is logged and ignored.
 */
export function registerHandlers(context: HandlerContext): void {
  const { state } = context;
  setHandler(wakeSignal, () => {
    state.isInboxDirty = true;
  });
  setHandler(setDirectionSignal, (body) => {
    takePolicy(context, 'setDirection', 'direction', { body, field: 'direction' });
  });
  setHandler(setPolicySignal, (body) => {
    takePolicy(context, 'setPolicy', 'sync', { body, field: 'policy' });
  });
  setHandler(setDeletePolicySignal, () => {
    log.warn('setDeletePolicy is not built yet; ignored');
  });
  setHandler(setPausedSignal, (body) => {
    takePaused(context, body);
  });
  setHandler(setBreakerSignal, (body) => {
    takeBreaker(context, body);
  });
  setHandler(credentialsUpdatedSignal, (body) => {
    const lane = fieldOf(body, 'lane');
    if (!isTarget(lane)) {
      ignore('credentialsUpdated', 'lane must be woo or qbo');
      return;
    }
    state.lanes[lane].credentialsRev += 1;
    state.lanes[lane].needsAuth = false;
    state.lanes[lane].authRetryAtMs = null;
    state.lanes[lane].isDirty = true;
    state.lanes[lane].notBeforeMs = null;
    context.spokenFor.add(lane);
  });
  setHandler(redriveSignal, (body) => {
    takeRedrive(context, body);
  });
  setHandler(continueAsNewNowSignal, () => {
    context.requestRoll();
  });
}

function ignore(signal: string, why: string): void {
  log.warn('a malformed signal was ignored', { signal, why });
}

function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}

/** The signal's id when it is one and was not seen before; remembers it. */
function newId(context: HandlerContext, signal: string, body: unknown): string | null {
  const id = fieldOf(body, 'id');
  if (typeof id !== 'string' || id.length === 0 || id.length > 64) {
    ignore(signal, 'id must be a text of 1 to 64 characters');
    return null;
  }
  const { seen } = context.state;
  const key = `${signal}/${id}`;
  if (seen.includes(key)) return null;
  seen.push(key);
  seen.splice(0, Math.max(0, seen.length - seenMax));
  return id;
}

function addRequest(context: HandlerContext, signal: string, request: SyncRequest): void {
  if (context.state.requests.length >= requestsMax) {
    ignore(signal, `${requestsMax} requests wait already; send it again later with a new id`);
    return;
  }
  context.state.requests.push(request);
}

/** Longest value by hand: a policy is well below; the state must stay small. */
const valueTextMax = 4_000;

function takePolicy(
  context: HandlerContext,
  signal: string,
  part: 'direction' | 'sync',
  { body, field }: { body: unknown; field: string },
): void {
  const value = fieldOf(body, field);
  const catchUp = fieldOf(body, 'catchUp');
  if (value !== undefined && (typeof value !== 'object' || value === null)) {
    ignore(signal, `${field} must be an object`);
    return;
  }
  const text = value === undefined ? null : JSON.stringify(value);
  if (text !== null && text.length > valueTextMax) {
    ignore(signal, `${field} is longer than ${valueTextMax} characters`);
    return;
  }
  const id = newId(context, signal, body);
  if (id === null) return;
  const isDecided = typeof catchUp === 'boolean' ? catchUp : null;
  addRequest(context, signal, { kind: 'policy', part, id, value: text, catchUp: isDecided });
}

function takePaused(context: HandlerContext, body: unknown): void {
  const { state } = context;
  const isPaused = fieldOf(body, 'paused');
  const lane = fieldOf(body, 'lane');
  if (typeof isPaused !== 'boolean' || (lane !== undefined && lane !== null && !isTarget(lane))) {
    ignore('setPaused', 'paused must be true or false, lane absent, woo or qbo');
    return;
  }
  const only = isTarget(lane) ? lane : null;
  for (const system of only === null ? targets : [only]) {
    state.lanes[system].isPaused = isPaused;
    if (!isPaused) liftWait(state.lanes[system]);
    state.lanes[system].isDirty = true;
    context.spokenFor.add(system);
  }
  addRequest(context, 'setPaused', { kind: 'lane', lane: only, isPaused, isIsolated: null });
}

function takeBreaker(context: HandlerContext, body: unknown): void {
  const lane = fieldOf(body, 'lane');
  const to = fieldOf(body, 'to');
  if (!isTarget(lane) || (to !== 'closed' && to !== 'isolated')) {
    ignore('setBreaker', 'lane must be woo or qbo, to must be closed or isolated');
    return;
  }
  const state = context.state.lanes[lane];
  state.breaker = to === 'closed' ? { ...closedBreaker } : { kind: 'isolated' };
  state.isDirty = true;
  state.notBeforeMs = null;
  if (to === 'closed') liftWait(state);
  context.spokenFor.add(lane);
  addRequest(context, 'setBreaker', {
    kind: 'lane',
    lane,
    isPaused: null,
    isIsolated: to === 'isolated',
  });
}

function takeRedrive(context: HandlerContext, body: unknown): void {
  const redriveId = fieldOf(body, 'redriveId');
  const cause = fieldOf(body, 'cause');
  const all = fieldOf(body, 'all');
  const isStored = typeof redriveId === 'string' && redriveId.length > 0 && redriveId.length <= 64;
  const isByCause = typeof cause === 'string' && cause.length > 0 && cause.length <= 300;
  if (!isStored && !isByCause && all !== true) {
    ignore('redrive', 'needs redriveId, cause or all:true');
    return;
  }
  const id = newId(context, 'redrive', body);
  if (id === null) return;
  if (isStored) addRequest(context, 'redrive', { kind: 'redrive', id: redriveId, selector: null });
  else {
    const selector = JSON.stringify(isByCause ? { cause } : { all: true });
    addRequest(context, 'redrive', { kind: 'redrive', id, selector });
  }
}
