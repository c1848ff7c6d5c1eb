import { WorkflowNotFoundError, type Client } from '@temporalio/client';

import type { createLogger } from '../platform/logger';
import { signalTenant, startRun } from '../platform/tenant-workflow';
import {
  credentialsUpdatedSignal,
  redriveSignal,
  setBreakerSignal,
  setDirectionSignal,
  setPausedSignal,
  setPolicySignal,
  tenantRunId,
  wakeSignal,
  type Queues,
} from '../protocol/messages';
import type { Target } from '../domain/words';

// Signals to the tenants' workflows. What they tell stands in Postgres before, so no request waits
// for Temporal: a signal is kept here and repeated until Temporal has taken it. What is lost with
// this process is found by the watchdog.

export type TenantSignal =
  | { name: 'wake' }
  | { name: 'setDirection'; id: string; direction: object; catchUp: boolean | null }
  | { name: 'setPolicy'; id: string; policy: object }
  | { name: 'setPaused'; lane: Target; paused: boolean }
  | { name: 'setBreaker'; lane: Target; to: 'closed' | 'isolated' }
  | { name: 'credentialsUpdated'; lane: Target }
  | { name: 'redrive'; id: string; redriveId: string }
  /** A run is a workflow of its own: started, or cancelled. */
  | { name: 'startRun' | 'cancelRun'; runId: string };

type SyncSignal = Exclude<TenantSignal, { runId: string }>;

export interface SignalOptions {
  /**
   * Opens a client; called again after failures, since a channel that was refused for long waits
   * longer and longer.
   */
  connect: () => Client;
  queues: Queues;
  /** Lets other processes signal again, since this one could not. */
  forgetWake: (tenantId: string) => Promise<void>;
  logger: ReturnType<typeof createLogger>;
}

/** Signals kept; at more the new one is dropped, and the watchdog finds the tenant. */
const keptMax = 10_000;
const parallelMax = 10;
const callMaxMs = 2_000;
/** Pauses after failures: doubled from the first to the second. */
const pauseMinMs = 200;
const pauseMaxMs = 2_000;

interface Kept {
  tenantId: string;
  signal: TenantSignal;
  isInFlight: boolean;
}

export class Signals {
  private readonly options: SignalOptions;
  private client: Client | null = null;
  /** By what a newer signal replaces, in order of arrival. */
  private readonly kept = new Map<string, Kept>();
  private inFlight = 0;
  private failures = 0;
  private timer: NodeJS.Timeout | null = null;
  private isStopped = false;

  constructor(options: SignalOptions) {
    this.options = options;
  }

  /** How many signals wait for Temporal. */
  get waiting(): number {
    return this.kept.size;
  }

  /** Takes a signal over; returns at once. */
  send(tenantId: string, signal: TenantSignal): void {
    const key = keyOf(tenantId, signal);
    const earlier = this.kept.get(key);
    if (earlier === undefined && this.kept.size >= keptMax) {
      this.options.logger.error(
        { tenantId, signal: signal.name },
        'too many signals wait; dropped',
      );
      return;
    }
    // One in flight stays where it is until it has ended, so that two of one key never overtake
    // each other.
    if (earlier?.isInFlight === true) earlier.signal = signal;
    else this.kept.set(key, { tenantId, signal, isInFlight: false });
    if (this.timer === null) this.pump();
  }

  /** Gives what is kept a last chance, then lets go. */
  async stop(waitMs: number): Promise<void> {
    const endsAtMs = Date.now() + waitMs;
    while (this.kept.size > 0 && Date.now() < endsAtMs) await pause();
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    while (this.inFlight > 0) await pause();
    await this.dropClient();
  }

  /**
   * Only while no call is in flight: the SDK's own repeat of a call throws where nobody catches it
   * once the channel is closed.
   */
  private async dropClient(): Promise<void> {
    const { client } = this;
    this.client = null;
    await client?.connection.close();
  }

  private pump(): void {
    if (this.isStopped) return;
    for (const [key, kept] of this.kept) {
      // After a failure one at a time, until one has got through.
      if (this.inFlight >= (this.failures > 0 ? 1 : parallelMax)) return;
      if (!kept.isInFlight) void this.deliver(key, kept);
    }
  }

  private async deliver(key: string, kept: Kept): Promise<void> {
    const { signal, tenantId } = kept;
    kept.isInFlight = true;
    this.inFlight++;
    try {
      await this.call(tenantId, signal);
      this.failures = 0;
      // A newer one may have taken its place meanwhile: that one is still to be sent.
      if (kept.signal === signal) this.kept.delete(key);
    } catch (error) {
      this.failures++;
      this.pauseAfter(tenantId, signal, error);
    } finally {
      kept.isInFlight = false;
      this.inFlight--;
    }
    if (this.failures > 0 && this.inFlight === 0) await this.dropClient();
    if (this.timer === null) this.pump();
  }

  private pauseAfter(tenantId: string, signal: TenantSignal, error: unknown): void {
    const pauseMs = Math.min(pauseMaxMs, pauseMinMs * 2 ** Math.min(this.failures - 1, 10));
    const { logger, forgetWake } = this.options;
    const fields = { tenantId, signal: signal.name, waiting: this.kept.size, err: error };
    if (this.failures === 1) logger.warn(fields, 'a signal did not get through; it is repeated');
    if (signal.name === 'wake') {
      forgetWake(tenantId).catch((err: unknown) => {
        logger.warn({ tenantId, err }, 'the wake flag could not be put back');
      });
    }
    if (this.isStopped) return;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.pump();
    }, pauseMs);
  }

  private async call(tenantId: string, signal: TenantSignal): Promise<void> {
    const { queues, connect } = this.options;
    const client = (this.client ??= connect());
    await client.withDeadline(Date.now() + callMaxMs, () => {
      if (!('runId' in signal))
        return signalTenant({ client, queues }, tenantId, signalCall(signal));
      return signal.name === 'startRun'
        ? startRun({ client, queues }, tenantId, signal.runId)
        : cancelRun(client, tenantId, signal.runId);
    });
  }
}

/** Harmless when it has ended or never began. */
async function cancelRun(client: Client, tenantId: string, runId: string): Promise<void> {
  try {
    await client.workflow.getHandle(tenantRunId(tenantId, runId)).cancel();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

function signalCall(signal: SyncSignal): { signal: string; signalArgs: unknown[] } {
  const { name, ...body } = signal;
  return { signal: signalNames[name], signalArgs: name === 'wake' ? [] : [body] };
}

const signalNames: Readonly<Record<SyncSignal['name'], string>> = {
  wake: wakeSignal.name,
  setDirection: setDirectionSignal.name,
  setPolicy: setPolicySignal.name,
  setPaused: setPausedSignal.name,
  setBreaker: setBreakerSignal.name,
  credentialsUpdated: credentialsUpdatedSignal.name,
  redrive: redriveSignal.name,
};

/** Signals of one key say the same thing: only the newest matters. */
function keyOf(tenantId: string, signal: TenantSignal): string {
  switch (signal.name) {
    case 'wake':
    case 'setDirection':
    case 'setPolicy':
      return `${tenantId}/${signal.name}`;
    case 'setPaused':
    case 'setBreaker':
    case 'credentialsUpdated':
      return `${tenantId}/${signal.name}/${signal.lane}`;
    case 'redrive':
      return `${tenantId}/${signal.name}/${signal.id}`;
    case 'startRun':
    case 'cancelRun':
      return `${tenantId}/${signal.name}/${signal.runId}`;
  }
}
