import { ApplicationFailure } from '@temporalio/common';
import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  isCancellation,
  log,
  makeContinueAsNewFunc,
  patched,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';

import type { LoadedTenant } from '../protocol/activities';
import {
  liftWait,
  mayBeginTurn,
  newTenantSyncState,
  upgraded,
  troubleWaitMs,
  type SyncRequest,
  type TenantSyncState,
} from '../domain/lane/tenant-sync';
import { targets, type Target } from '../domain/words';
import { databaseActivities, quickActivities } from './activity-options';
import { detailsOf } from './details';
import { registerHandlers } from './handlers';
import { runLane } from './lane';
import { statusOf, visibleOf, type Visible } from './visible';
import {
  productionQueues,
  statusQuery,
  type Queues,
  type TenantSyncInput,
} from '../protocol/messages';
import { searchAttributes } from '../protocol/search-attributes';

/**
 * A run of 800 events replays in half a second; the server would suggest rolling at 4,096
 * (temporal.md#rolling).
 */
const rollAtEventsDefault = 800;

/** Tries of a request that fails although the database is there. */
const requestTriesMax = 3;

/** Whether it will pass by itself: the database is away, or no worker did it in time. */
function isOurTrouble(error: ActivityFailure): boolean {
  return !(error.cause instanceof ApplicationFailure) || error.cause.type === 'DatabaseAway';
}

/**
 * The tenant's long-lived workflow: decides when changes are absorbed and when each lane has its
 * turn. Holds no record. Never ends but by continuing as new (or when the tenant does not exist).
 */
export async function tenantSync(input: TenantSyncInput): Promise<void> {
  const run = new Run(input);
  run.register();
  await run.untilRolled();
}

class Run {
  private readonly tenantId: string;
  private readonly queues: Queues;
  private readonly state: TenantSyncState;
  private readonly isNew: boolean;
  private readonly rollAtEvents: number;
  private readonly spokenFor = new Set<Target>();
  private readonly inTurn = new Set<Target>();
  private isRollRequested = false;
  private areLanesDone = false;
  /** A run that began before wakes were quick ends as it began. */
  private readonly isQuick = patched('quick-wakes');

  constructor(input: TenantSyncInput) {
    this.tenantId = input.tenantId;
    this.queues = input.queues ?? productionQueues;
    this.isNew = input.carry === undefined;
    this.state = input.carry === undefined ? newTenantSyncState() : upgraded(input.carry);
    this.rollAtEvents = Math.max(100, input.rollAtEvents ?? rollAtEventsDefault);
  }

  /** Everything that a signal may reach, before the first await. */
  register(): void {
    registerHandlers({
      state: this.state,
      spokenFor: this.spokenFor,
      requestRoll: () => {
        this.isRollRequested = true;
      },
    });
    setHandler(statusQuery, () => statusOf(this.state, this.inTurn));
  }

  async untilRolled(): Promise<void> {
    if (this.isNew && !(await this.load())) return;
    this.show();
    const lanes = targets.map((system) =>
      runLane(
        {
          tenantId: this.tenantId,
          state: this.state,
          queues: this.queues,
          isStopping: () => this.isStopping(),
          onTurn: () => {
            this.show();
          },
          inTurn: this.inTurn,
        },
        system,
      ),
    );
    const lanesDone = Promise.all(lanes).then(() => {
      this.areLanesDone = true;
    });
    await Promise.all([lanesDone, this.runAbsorb(), this.runPublisher()]);
    await condition(allHandlersFinished);
    await makeContinueAsNewFunc<typeof tenantSync>()({
      tenantId: this.tenantId,
      queues: this.queues,
      rollAtEvents: this.rollAtEvents,
      carry: this.state,
    });
  }

  private isStopping(): boolean {
    const info = workflowInfo();
    return (
      this.isRollRequested || info.continueAsNewSuggested || info.historyLength > this.rollAtEvents
    );
  }

  /** False where there is no such tenant: somebody started the workflow by hand with a wrong id. */
  private async load(): Promise<boolean> {
    const loaded = await this.untilItWorks('loading the tenant failed', () =>
      databaseActivities(this.queues, 'load tenant').loadTenant(this.tenantId),
    );
    if (loaded === null) {
      log.error('there is no such tenant', { tenantId: this.tenantId });
      return false;
    }
    this.takeLoaded(loaded);
    return true;
  }

  /** Signals that came while loading win over what was loaded. */
  private takeLoaded(loaded: LoadedTenant): void {
    this.state.policy = loaded.policy;
    this.state.depth = loaded.depth;
    for (const system of targets) {
      const lane = this.state.lanes[system];
      const { dead, held, ...spoken } = loaded.lanes[system];
      Object.assign(lane, { dead, held }, this.spokenFor.has(system) ? {} : spoken);
    }
  }

  /** Repeats after 1, 2, 4 ... 30 s: the database may be away for as long as it likes. */
  private async untilItWorks<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (let troubles = 1; ; troubles++) {
      try {
        return await work();
      } catch (error) {
        if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
        log.warn(what, { reason: error.cause?.message ?? error.message });
        await sleep(troubleWaitMs(troubles));
      }
    }
  }

  /**
   * Absorbs the inbox and applies requests, one after another. While lanes end their last turns
   * before a roll, it goes on: changes are not kept waiting by a slow vendor.
   */
  private async runAbsorb(): Promise<void> {
    let troubles = 0;
    const mayStop = (): boolean => this.isStopping() && this.areLanesDone;
    while (!mayStop()) {
      const request = this.state.requests[0];
      if (request === undefined && !this.state.isInboxDirty) {
        await condition(
          () => mayStop() || this.state.isInboxDirty || this.state.requests.length > 0,
        );
        continue;
      }
      try {
        if (request === undefined) await this.absorb();
        else {
          await this.apply(request);
          this.state.requests.shift();
        }
        troubles = 0;
        this.state.absorbTroubles = 0;
      } catch (error) {
        if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
        if (request === undefined) this.state.isInboxDirty = true;
        troubles += 1;
        this.state.absorbTroubles = troubles;
        const reason = (error.cause?.message ?? error.message).slice(0, 200);
        if (request !== undefined && troubles >= requestTriesMax && !isOurTrouble(error)) {
          // One odd request must not hold up everything behind it; it can be sent again with a new
          // id.
          log.error('a request was dropped', { kind: request.kind, reason });
          await this.refuse(request, reason);
          this.state.requests.shift();
          troubles = 0;
          continue;
        }
        log.warn('absorbing failed', { reason });
        await condition(mayStop, troubleWaitMs(troubles));
      }
    }
  }

  private async absorb(): Promise<void> {
    this.state.isInboxDirty = false; // before the activity: a wake that comes during it is not lost
    const busyLanes = [...this.inTurn];
    const isIdle = busyLanes.length === 0 && this.state.absorbTroubles === 0;
    const { absorbChanges } =
      this.isQuick && isIdle
        ? quickActivities()
        : databaseActivities(this.queues, 'absorb changes');
    const result = await absorbChanges({ tenantId: this.tenantId, busyLanes });
    this.state.depth = result.depth;
    if (result.hasMore) this.state.isInboxDirty = true;
    for (const system of targets) {
      const lane = this.state.lanes[system];
      const work = result.lanes[system];
      if (work.isDue) lane.isDirty = true;
      else if (work.nextDueAtMs !== null && lane.dueAtMs === null && !this.inTurn.has(system)) {
        lane.dueAtMs = work.nextDueAtMs;
      }
    }
    this.show();
  }

  /** Notes that a request can never be applied, so that nobody asks for it again. */
  private async refuse(request: SyncRequest, reason: string): Promise<void> {
    const { tenantId } = this;
    if (request.kind !== 'policy' && request.kind !== 'redrive') return;
    const subject =
      request.kind === 'policy'
        ? ({ kind: 'policy', part: request.part } as const)
        : ({ kind: 'redrive', id: request.id } as const);
    await this.untilItWorks('a refused request could not be noted', () =>
      databaseActivities(this.queues, `refuse ${request.kind}`).refuseRequest({
        tenantId,
        reason,
        request: subject,
      }),
    );
  }

  private async apply(request: SyncRequest): Promise<void> {
    const { tenantId } = this;
    const database = databaseActivities(this.queues, `apply ${request.kind}`);
    switch (request.kind) {
      case 'policy': {
        const { part, id, value, catchUp } = request;
        const result = await database.applyPolicy({ tenantId, part, id, value, catchUp });
        if (result.refused !== null)
          log.warn('a policy sent by hand was refused', { part, id, why: result.refused });
        this.state.policy = result.policy;
        this.state.depth = result.depth;
        for (const system of targets) this.state.lanes[system].isDirty = true;
        break;
      }
      case 'redrive': {
        const { id, selector } = request;
        const result = await database.redriveDeliveries({ tenantId, id, selector });
        if (result.refused !== null) log.warn('a redrive was refused', { id, why: result.refused });
        else this.state.depth = result.depth;
        for (const system of result.lanes) this.state.lanes[system].isDirty = true;
        break;
      }
      case 'lane': {
        const { lane, isPaused, isIsolated } = request;
        await database.setLane({ tenantId, lane, isPaused, isIsolated, breaker: null });
        // A turn from before came back with the wait that is lifted now.
        if ((isPaused ?? isIsolated) === false)
          for (const system of lane === null ? targets : [lane]) liftWait(this.state.lanes[system]);
      }
    }
    this.show();
  }

  /** Search attributes, by one writer, whatever changed them; only when they differ. */
  private async runPublisher(): Promise<void> {
    const mayStop = (): boolean => this.isStopping() && this.areLanesDone;
    while (!mayStop()) {
      const visible = visibleOf(this.state);
      upsertSearchAttributes([
        { key: searchAttributes.tenantId, value: this.tenantId },
        { key: searchAttributes.syncState, value: visible.state },
        { key: searchAttributes.syncBreaker, value: visible.breakers },
        { key: searchAttributes.syncDead, value: visible.dead },
        { key: searchAttributes.syncBacklog, value: visible.backlog },
        { key: searchAttributes.policyRev, value: visible.policyRev },
      ]);
      await condition(() => mayStop() || this.isNews(visible));
    }
  }

  /**
   * Whether something else should be shown. A small backlog that lanes are about to work off is no
   * news: it would be written twice for each sale.
   */
  private isNews(shown: Visible): boolean {
    const visible = visibleOf(this.state);
    const isPassing =
      this.isQuick &&
      Math.max(visible.backlog, shown.backlog) < 100 &&
      targets.some((system) => this.inTurn.has(system) || mayBeginTurn(this.state.lanes[system]));
    const now = isPassing ? { ...visible, backlog: shown.backlog } : visible;
    return JSON.stringify(now) !== JSON.stringify(shown);
  }

  /** What an operator reads at a glance in the Temporal UI. Writes no event. */
  private show(): void {
    setCurrentDetails(detailsOf(this.state));
  }
}
