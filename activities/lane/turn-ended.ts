import { ConnectorError } from '../../connectors/connector';
import { markNeedsAuth } from '../../database/lane-reasons';
import { backoffMs } from '../../domain/backoff';
import { AuthExpired, Upstream } from '../failures';
import { TurnOver, waitInTurnMaxMs, type LaneTurn } from './turn';

// What the error that ended a turn means: an answer for the workflow, or a failure of this attempt.

export interface EndedTurn {
  turn: LaneTurn;
  /** Of the credentials in use; null before the connection was opened. */
  revision: number | null;
  /** 1 for the first attempt of the activity. */
  attempt: number;
  random: () => number;
}

/** When to come back, null: when something is due; throws what counts as a failure of this attempt. */
export async function endedBy(error: unknown, ended: EndedTurn): Promise<number | null> {
  if (error instanceof TurnOver) return error.comeBackAtMs;
  if (!(error instanceof ConnectorError)) throw error;
  const { turn } = ended;
  switch (error.kind) {
    case 'auth':
    case 'config':
      if (ended.revision !== null)
        await markNeedsAuth(turn.pool, turn, ended.revision, error.message);
      throw new AuthExpired(error.message);
    case 'throttled':
      return postponed(turn, error);
    case 'upstream':
    case 'refused': {
      if (error.retryAfterMs !== null) {
        const comeBackAtMs = await postponed(turn, error);
        // Longer waits are the workflow's, so that an operator may lift them.
        if (comeBackAtMs - turn.now > waitInTurnMaxMs || turn.answeredCalls > 0)
          return comeBackAtMs;
        throw new Upstream(error.message, Math.max(1, comeBackAtMs - turn.now));
      }
      const { backoff } = turn.settings;
      const waitMs = backoffMs(backoff, ended.attempt, ended.random());
      // An attempt in which any call succeeded is no failure in a row.
      if (turn.answeredCalls > 0) return turn.now + waitMs;
      throw new Upstream(error.message, waitMs);
    }
  }
}

/** Where a vendor that throttles does not say for how long. */
const throttledMs = 60_000;

/** The vendor is not called before the wait is over, which it may not make as long as it likes; answers its end. */
export async function postponed(turn: LaneTurn, error: ConnectorError): Promise<number> {
  const askedMs = error.retryAfterMs ?? throttledMs;
  const waitMs = Math.min(askedMs, turn.settings.retryAfterMaxMs);
  await turn.postpone(waitMs, error.message);
  return turn.now + waitMs;
}
