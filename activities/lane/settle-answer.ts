import type { AfterAccepted, MemberResult, SendAnswer } from '../../connectors/contract';
import { labelIn } from '../../connectors/product-names';
import type { SendMember, SendRow } from '../../database/sends';
import type { MemberSettlement, SendOutcome } from '../../database/settlements';
import { backoffMs } from '../../domain/delivery/backoff';
import { travelsAlone, verdictFor } from '../../domain/delivery/failure';
import type { SyncSettings } from '../../domain/lane/sync-settings';
import type { Target } from '../../domain/words';

// Turns what a vendor answered into what becomes of the send and of each member. Pure but for the
// random number that spreads retries.

export interface AnswerContext {
  system: Target;
  settings: SyncSettings;
  nowMs: number;
  random: () => number;
  /** Whether this was the question after a lost answer rather than the first call. */
  isAsked: boolean;
  /** Whether asking repeated the write, so that it may have left its mark late once more. */
  isRepeat: boolean;
  /** Earlier tries of a delivery. */
  attemptsOf: (deliveryId: string) => number;
}

export interface Settlement {
  members: MemberSettlement[];
  outcome: SendOutcome;
}

export function settlementOf(
  send: SendRow,
  answer: SendAnswer,
  context: AnswerContext,
): Settlement {
  switch (answer.type) {
    case 'answered':
      return answered(send, answer.results, context);
    case 'notExecuted':
      return notExecuted(send, `${answer.why}: ${answer.detail}`, context);
    case 'rejected':
      return inSmallerSends(notExecuted(send, `rejected: ${answer.detail}`, context));
    case 'lost':
      if (answer.isOfMembers !== true) return lost(send, answer.detail, context);
      return inSmallerSends(lost(send, `${crashed}${answer.detail}`, context));
  }
}

/** Half of the members of a send, rounded down; at least one. */
export function halfOf(members: readonly unknown[]): number {
  return Math.max(1, Math.floor(members.length / 2));
}

/**
 * The vendor refused the send for some of its members: each leaves with half as many until it is
 * taken.
 */
function inSmallerSends({ members, outcome }: Settlement): Settlement {
  const sendMax = halfOf(members);
  return { members: members.map((member) => ({ ...member, sendMax })), outcome };
}

/** Begins the outcome of a send on one of whose members the vendor broke off. */
const crashed = 'broke off: ';

/**
 * Of a send on which the vendor broke off, the first member that is not there is the one it broke
 * off on: members are carried out in their order, creates before updates.
 */
function withCulprit(send: SendRow, results: readonly MemberResult[]): readonly MemberResult[] {
  if (send.outcome?.startsWith(crashed) !== true) return results;
  const message = send.outcome.slice(crashed.length);
  const order = ['create', 'update'];
  const places = results.map((_result, index) => index);
  const rank = (index: number): number =>
    order.findIndex((operation) => operation === send.members[index]?.write['operation']);
  const culprit = places
    .sort((a, b) => rank(a) - rank(b) || a - b)
    .find((index) => results[index]?.type === 'absent');
  return results.map((result, index) =>
    index === culprit
      ? { type: 'refused', failureClass: 'CRASH', code: 'http_500', message }
      : result,
  );
}

function answered(
  send: SendRow,
  given: readonly MemberResult[],
  context: AnswerContext,
): Settlement {
  const results = context.isAsked ? withCulprit(send, given) : given;
  const members = send.members.map((member, index) => {
    const result = results[index];
    if (result === undefined)
      throw new Error(`Bug: the answer to send ${send.id} has no result ${index}`);
    return memberSettlement(member, result, context);
  });
  // Nothing of it is there for certain, or a person has to look: the same send may be opened again,
  // for its key does not change. Of other sends, what is absent is composed anew and has another
  // key.
  const mayReopen = results.every(({ type }) => type === 'absent' || type === 'ambiguous');
  const accepted = results.filter((result) => result.type === 'accepted').length;
  const outcome = `${accepted} of ${results.length} accepted`;
  return { members, outcome: { state: mayReopen ? 'not_executed' : 'settled', outcome } };
}

function memberSettlement(
  member: SendMember,
  result: MemberResult,
  context: AnswerContext,
): MemberSettlement {
  const { deliveryId } = member;
  const rest = { resting: 'waiting' as const, nowMs: context.nowMs };
  switch (result.type) {
    case 'accepted':
      return {
        deliveryId,
        ...(result.note === undefined ? {} : { detail: result.note }),
        ...acceptedAs(result.then, rest),
        remote: {
          id: result.remoteId,
          version: result.remoteVersion,
          snapshot: result.snapshot,
          isLinked: member.isLinked,
          label: labelIn(result.snapshot),
          written: result.written,
        },
      };
    case 'absent':
      return { deliveryId, event: { type: 'absent', ...rest } };
    case 'ambiguous':
      return {
        deliveryId,
        event: { type: 'ambiguous', reason: result.reason },
        cause: result.reason,
        detail: result.detail,
      };
    case 'refused':
      return refused(deliveryId, result, context);
  }
}

function acceptedAs(
  then: AfterAccepted | undefined,
  rest: { resting: 'waiting'; nowMs: number },
): Pick<MemberSettlement, 'event' | 'cause' | 'detail'> {
  if (then === undefined) return { event: { type: 'accepted', ...rest } };
  if (then.type === 'step') return { event: { type: 'stepped', ...rest } };
  const { reason, cause, detail } = then;
  return { event: { type: 'acceptedHeld', reason }, cause, detail };
}

function refused(
  deliveryId: string,
  result: Extract<MemberResult, { type: 'refused' }>,
  context: AnswerContext,
): MemberSettlement {
  const { backoff } = context.settings;
  const note = {
    deliveryId,
    cause: `${result.failureClass}:${result.code}`,
    detail: result.message,
    lastClass: result.failureClass,
    ...(travelsAlone(result.failureClass) ? { sendMax: 1 } : {}),
  };
  const verdict = verdictFor(result.failureClass);
  switch (verdict.kind) {
    case 'later': {
      const waitMs = backoffMs(backoff, context.attemptsOf(deliveryId) + 1, context.random());
      return {
        ...note,
        event: {
          type: 'refusedLater',
          resting: 'waiting',
          triesMax: Math.min(backoff.maxTries, verdict.then?.triesMax ?? backoff.maxTries),
          heldReason: verdict.then?.heldReason,
          retryAtMs: context.nowMs + waitMs,
          failureClass: result.failureClass,
        },
      };
    }
    case 'held':
      return { ...note, event: { type: 'refusedForGood', to: 'held', reason: verdict.reason } };
    case 'dead':
      return {
        ...note,
        event: { type: 'refusedForGood', to: 'dead', reason: result.failureClass },
      };
  }
}

function notExecuted(send: SendRow, outcome: string, context: AnswerContext): Settlement {
  if (context.isAsked) return askAgain(send, outcome, context.nowMs, context);
  const event = {
    type: 'notExecuted' as const,
    resting: 'waiting' as const,
    retryAtMs: context.nowMs,
  };
  return {
    members: send.members.map(({ deliveryId }) => ({ deliveryId, event })),
    outcome: { state: 'not_executed', outcome },
  };
}

function lost(send: SendRow, outcome: string, context: AnswerContext): Settlement {
  const settledAtMs = context.nowMs + context.settings.settleMs[context.system];
  if (context.isAsked) {
    const waitMs = backoffMs(context.settings.backoff, send.asks, context.random());
    return askAgain(
      send,
      outcome,
      (context.isRepeat ? settledAtMs : context.nowMs) + waitMs,
      context,
    );
  }
  const event = { type: 'answerLost' as const, askAtMs: settledAtMs };
  return {
    members: send.members.map(({ deliveryId }) => ({ deliveryId, event })),
    outcome: { state: 'verifying', outcome, askAtMs: settledAtMs },
  };
}

function askAgain(
  send: SendRow,
  outcome: string,
  askAtMs: number,
  context: AnswerContext,
): Settlement {
  const retryAtMs = Math.max(askAtMs, context.nowMs + 1);
  const event = { type: 'askFailed' as const, retryAtMs };
  return {
    members: send.members.map(({ deliveryId }) => ({ deliveryId, event })),
    outcome: { state: 'verifying', outcome, askAtMs: retryAtMs },
  };
}
