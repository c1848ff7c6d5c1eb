import type { Pool } from 'pg';

import { pickDue, type PickedDelivery } from '../../database/outgoing';
import { beginRun, savePage } from '../../database/runs';
import type { RecordBody } from '../../domain/bodies';
import { expectedMs } from '../../domain/lane/expected-time';
import {
  newLaneProgress,
  type LaneProgress,
  type MemberOutcome,
  type Posting,
  type RunMember,
  type RunSelector,
  type RunSend,
} from '../../schemas/runs';
import { sendPaceMs, sendsAtOnce } from '../../domain/lane/sends-at-once';
import { limitsOf } from '../../domain/lane/sync-settings';
import { composePicked, placesBehind, sharedOf } from '../lane/compose-batch';
import { place, type ComposedBatch } from '../lane/place-composed';
import { inSummary } from '../absorb/join-summaries';
import { sortSummedUp } from '../lane/summaries';
import { LaneSession, type Attempt, type Open } from '../lane/session';
import { LaneTurn, type TurnOptions } from '../lane/turn';
import { frozenOf, inSends } from '../lane/send-writes';

// A dry run's turn of a lane: picks, looks up and composes as a push does, and keeps what would
// leave. Nothing is sent and no delivery is moved. It may read while the lane is paused, which is
// when people look.

/** Deliveries that a run looks at for one system. */
const membersMax = 10_000;

export interface DryRunDeps {
  turn: TurnOptions;
  openConnection: Open;
}

export interface DryRunRequest extends Attempt {
  runId: string;
  /** Of the tenant: part of every key. */
  workflowId: string;
}

export interface DryRunResult {
  /** Nothing is left for this system, or the run has ended meanwhile. */
  isDone: boolean;
  comeBackAtMs: number | null;
}

export async function dryRun(deps: DryRunDeps, request: DryRunRequest): Promise<DryRunResult> {
  return LaneTurn.hold({ ...deps.turn, readsWhilePaused: true }, async (turn) => {
    const session = new LaneSession(turn, deps.openConnection);
    return new DryRun(request, turn, session).untilOver().catch(async (error: unknown) => {
      const comeBackAtMs = await session.endedBy(error, request);
      return { isDone: false, comeBackAtMs: comeBackAtMs ?? turn.now + stoppedMs };
    });
  });
}

/** An isolated lane is not asked: the run looks again after this. */
const stoppedMs = 1_000;

class DryRun {
  private readonly request: DryRunRequest;
  private readonly turn: LaneTurn;
  private readonly session: LaneSession;

  constructor(request: DryRunRequest, turn: LaneTurn, session: LaneSession) {
    this.request = request;
    this.turn = turn;
    this.session = session;
  }

  private get pool(): Pool {
    return this.turn.pool;
  }

  /**
   * Picks grow as those of a turn do that leaves as fast as the quota allows, so that the sends are
   * the same.
   */
  async untilOver(): Promise<DryRunResult> {
    const { system, settings } = this.turn;
    const run = await beginRun(this.pool, this.turn.tenant, this.request.runId);
    if (run === null) return over;
    let progress = run.progress[system] ?? newLaneProgress;
    if (progress.isDone) return over;
    await this.session.begin();
    // As the push composes: how fast a vendor without quota is shows after the first send.
    let callsMs: number[] = [];
    while (this.turn.hasTime) {
      const size = settings.batch[system];
      const left = membersMax - progress.members;
      const paceMs = sendPaceMs(callsMs, this.turn.limits('write'));
      const wanted = size * sendsAtOnce(paceMs, this.turn.leftMs);
      const picked = await this.pick(run.selector, progress, Math.min(wanted, left));
      const isDone = picked.length === 0;
      const page = isDone ? emptyPage : await this.page(picked, progress, size);
      progress = isDone ? this.finished(progress, left <= 0) : page.progress;
      const saved = { ...page, progress: { ...run.progress, [system]: progress } };
      const isOpen = await savePage(this.pool, this.turn.tenant, run.id, saved);
      if (isDone || !isOpen) return over;
      callsMs = [0];
    }
    return { isDone: false, comeBackAtMs: this.turn.now };
  }

  private async pick(
    { kinds, from, to }: RunSelector,
    { after }: LaneProgress,
    size: number,
  ): Promise<PickedDelivery[]> {
    if (size <= 0) return [];
    const places = { ...after };
    for (;;) {
      const due = await pickDue(
        this.pool,
        { tenant: this.turn.tenant, system: this.turn.system },
        size,
        {
          kinds,
          after: places,
        },
      );
      const wanted = due.filter((delivery) => isWithin(delivery, from, to));
      if (wanted.length > 0 || due.length === 0) return sharedOf(wanted, size);
      for (const { kind, dueAt, id } of due) places[kind] = { dueAt, id };
    }
  }

  private async page(
    picked: readonly PickedDelivery[],
    former: LaneProgress,
    size: number,
  ): Promise<Page> {
    const { opened } = this.session;
    const startedMs = this.turn.now;
    const readsBefore = this.turn.reads;
    const { due, joining, stopped } = await sortSummedUp(this.pool, this.turn.tenant, picked);
    const batch = await this.session.called(() => composePicked(this.pool, opened, this.turn, due));
    for (const { delivery, composed } of stopped) place(batch, delivery, composed);
    for (const delivery of joining)
      place(batch, delivery, { type: 'skip', reason: inSummary.reason });
    const reads = this.turn.reads - readsBefore;
    const elapsedMs = this.turn.now - startedMs;
    const written = batch.writes.map(({ write }) => write);
    const postings = await this.session.called(() =>
      opened.connector.readPostings(written, this.turn),
    );
    const booked = new Map(
      batch.writes.map(({ delivery }, index) => [delivery.id, postings[index] ?? null]),
    );
    const system = this.turn.system;
    const sends: RunSend[] = [];
    const sendOf = new Map<string, number>();
    for (const writes of inSends(batch.writes, size)) {
      const no = former.sends + sends.length + 1;
      const { key, request } = frozenOf({ opened, workflowId: this.request.workflowId }, [
        ...writes.values(),
      ]);
      sends.push({ system, no, key, path: request.path, body: request.body, members: writes.size });
      for (const id of writes.keys()) sendOf.set(id, no);
    }
    const members = picked.map((delivery, index) =>
      memberOf(delivery, former.members + index + 1, batch, {
        system,
        sendNo: sendOf.get(delivery.id) ?? null,
        postings: booked.get(delivery.id) ?? null,
      }),
    );
    const progress: LaneProgress = {
      ...former,
      after: placesBehind(picked, former.after),
      members: former.members + members.length,
      sends: former.sends + sends.length,
      reads: former.reads + reads,
      elapsedMs: former.elapsedMs + elapsedMs,
      outcomes: members.reduce(
        (counts, { outcome }) => ({ ...counts, [outcome]: (counts[outcome] ?? 0) + 1 }),
        former.outcomes,
      ),
      accounts: added(former.accounts, members),
    };
    return { sends, members, progress };
  }

  private finished(progress: LaneProgress, isCut: boolean): LaneProgress {
    const quota = this.turn.settings.quota[this.turn.system];
    const { reads, sends: writes, elapsedMs } = progress;
    const limits = { read: limitsOf(quota, 'read'), write: limitsOf(quota, 'write') };
    const time = expectedMs({ reads, writes }, limits, reads === 0 ? 0 : elapsedMs / reads);
    return { ...progress, isCut, isDone: true, expectedMs: time };
  }
}

const over: DryRunResult = { isDone: true, comeBackAtMs: null };

interface Page {
  sends: RunSend[];
  members: RunMember[];
  progress: LaneProgress;
}
const emptyPage: Page = { sends: [], members: [], progress: newLaneProgress };

/** With days given, what has no day of its own is not among them. */
function isWithin({ record }: PickedDelivery, from: string | null, to: string | null): boolean {
  if (from === null && to === null) return true;
  const day = record === null ? undefined : dayOf(record);
  return day !== undefined && (from === null || day >= from) && (to === null || day <= to);
}

function dayOf({ kind, body }: RecordBody): string | undefined {
  if (kind === 'summary') return body.key.day;
  return 'businessDate' in body ? body.businessDate : undefined;
}

function memberOf(
  delivery: PickedDelivery,
  no: number,
  batch: ComposedBatch,
  found: { system: RunMember['system']; sendNo: number | null; postings: Posting[] | null },
): RunMember {
  const { id, kind, recordId, part, desiredRev: revision } = delivery;
  const of = { no, kind, recordId, part, revision, ...found };
  const ready = batch.writes.find((write) => write.delivery.id === id);
  if (ready !== undefined) {
    const { operation, entity, payload } = ready.write;
    return { ...of, outcome: 'write', operation, entity, payload, reason: null, detail: null };
  }
  const settlement = batch.settlements.find(({ deliveryId }) => deliveryId === id);
  const event = settlement?.event;
  const reason = event !== undefined && 'reason' in event ? event.reason : null;
  const outcome: MemberOutcome =
    event?.type === 'adopted'
      ? 'adopt'
      : event?.type === 'skip'
        ? 'skip'
        : settlement?.waitsFor === undefined
          ? 'hold'
          : 'wait';
  const detail = settlement?.detail ?? null;
  return { ...of, outcome, operation: null, entity: null, payload: null, reason, detail };
}

function added(
  former: LaneProgress['accounts'],
  members: readonly RunMember[],
): LaneProgress['accounts'] {
  const totals = { ...former };
  for (const posting of members.flatMap(({ postings }) => postings ?? [])) {
    const { accountId, account, currency, debitMinor, creditMinor } = posting;
    const key = `${currency} ${accountId ?? account}`;
    const total = totals[key] ?? { accountId, account, currency, debitMinor: 0, creditMinor: 0 };
    totals[key] = {
      ...total,
      debitMinor: total.debitMinor + debitMinor,
      creditMinor: total.creditMinor + creditMinor,
    };
  }
  return totals;
}
