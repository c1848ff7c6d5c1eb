import { ApplicationFailure } from '@temporalio/activity';

import { isDatabaseAway } from '../database/pool';

// The words in which an activity fails. Types stand in histories for ever
// (temporal.md#failure-types): the workflow decides by them. Messages name no secret and no
// personal data.

/** The vendor failed in every call of this attempt: counts for the breaker. */
export class Upstream extends Error {
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.name = 'Upstream';
    this.retryAfterMs = retryAfterMs;
  }
}

/** The vendor refuses the credentials: a person has to connect again. */
export class AuthExpired extends Error {
  override name = 'AuthExpired';
}

/** There are no credentials: nothing is tried before there are. */
export class NotConnected extends AuthExpired {
  override name = 'NotConnected';
}

/** Another attempt still holds the lane. */
export class LaneBusy extends Error {
  override name = 'LaneBusy';
}

/** The lane has not settled a redriven delivery yet. */
export class NotYet extends Error {
  override name = 'NotYet';
}

/** Longest text of a trouble that is kept. */
const troubleMax = 500;

/**
 * Why work failed through a fault of our own, for operators; null where the vendor or the
 * credentials failed.
 */
export function troubleOf(error: unknown): string | null {
  if (error instanceof Upstream || error instanceof AuthExpired || error instanceof LaneBusy)
    return null;
  return (error instanceof Error ? error.message : String(error)).slice(0, troubleMax);
}

/** The one place where an error of ours becomes an ApplicationFailure. */
export function asFailure(error: unknown): unknown {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof Upstream) {
    return ApplicationFailure.create({
      type: 'Upstream',
      message: error.message,
      nextRetryDelay: error.retryAfterMs,
      cause: error,
    });
  }
  if (error instanceof NotYet) {
    return ApplicationFailure.create({ type: 'NotYet', message: error.message });
  }
  if (error instanceof AuthExpired || error instanceof LaneBusy) {
    return ApplicationFailure.create({
      type: error.name,
      message: error.message,
      nonRetryable: true,
    });
  }
  if (isDatabaseAway(error)) {
    const message = `Postgres is away: ${error instanceof Error ? error.message : String(error)}`;
    return ApplicationFailure.create({ type: 'DatabaseAway', message, nonRetryable: true });
  }
  return error;
}
