import { ConnectorError } from '../../connectors/contract';
import { saveFacts } from '../../database/connections';
import { markNeedsAuth } from '../../database/lane-reasons';
import { backoffMs } from '../../domain/delivery/backoff';
import { AuthExpired, Upstream } from '../failures';
import type { OpenedConnection } from './open-connection';
import { TurnOver, waitInTurnMaxMs, type LaneTurn } from './turn';

// What every turn of a lane does around its work, whether it sends or only reads: opens the
// connection, keeps its credentials and facts fresh, and says what the error means that ended it.

/** Opens the connection of the turn's system, with stored facts or those that were just read. */
export type Open = (facts: 'fresh' | 'stored') => Promise<OpenedConnection>;

export interface Attempt {
  /** 1 for the first attempt of the activity. */
  attempt: number;
  random: () => number;
}

export class LaneSession {
  private readonly turn: LaneTurn;
  private readonly open: Open;
  private connection: OpenedConnection | null = null;
  private renewing: Promise<void> | null = null;
  private renewed = 0;

  constructor(turn: LaneTurn, open: Open) {
    this.turn = turn;
    this.open = open;
  }

  /** The connection, once `begin` has opened it. */
  get opened(): OpenedConnection {
    if (this.connection === null) throw new Error('Bug: the session has not begun');
    return this.connection;
  }

  /**
   * How often credentials were renewed: an answer says nothing of credentials newer than its call.
   */
  get renewals(): number {
    return this.renewed;
  }

  /**
   * Opens the connection, with credentials that do not expire under the calls that follow, and
   * facts that are not too old. Credentials that were refused before are tried by reading the
   * facts, whatever is due.
   */
  async begin(): Promise<OpenedConnection> {
    const stored = (this.connection = await this.open('stored'));
    if (!(await stored.connector.renewCredentials('expiring', this.turn)))
      throw new ConnectorError('auth', `${this.turn.system} refuses the credentials`);
    if (stored.hasFreshFacts && !this.turn.asksForAuth) return stored;
    const facts = await this.called(() => stored.connector.readFacts(this.turn));
    await saveFacts(this.turn.pool, this.turn.tenant, this.turn.system, facts);
    this.connection = await this.open('fresh');
    if (this.turn.asksForAuth) await this.turn.noteAuth();
    return this.connection;
  }

  /** Runs reads; that they came back is an answer of the vendor, unless none was needed. */
  async called<T>(work: () => Promise<T>): Promise<T> {
    const readsBefore = this.turn.reads;
    const before = this.renewed;
    const result = await work().catch(async (error: unknown) => {
      if (!(error instanceof ConnectorError) || error.kind !== 'auth') throw error;
      // A token may die before its time: renewed once, then the same is asked again.
      await this.refused(before, error.message);
      return work();
    });
    if (this.turn.reads > readsBefore) this.turn.answeredCalls += 1;
    return result;
  }

  /**
   * After a 401 to a call that left when credentials had been renewed `before` times: renews them,
   * once a turn.
   */
  async refused(before: number, detail: string): Promise<void> {
    if (this.renewed > before) return;
    this.renewing ??= this.renew(detail).finally(() => {
      this.renewing = null;
    });
    await this.renewing;
  }

  /**
   * What the error means that ended the turn. Answers when to come back, null where that is when
   * something is due; throws what counts as a failure of this attempt.
   */
  async endedBy(error: unknown, attempt: Attempt): Promise<number | null> {
    if (error instanceof TurnOver) return error.comeBackAtMs;
    if (!(error instanceof ConnectorError)) throw error;
    const { turn } = this;
    switch (error.kind) {
      case 'auth':
      case 'config':
        if (this.connection !== null)
          await markNeedsAuth(turn.pool, turn, this.connection.revision, error.message);
        throw new AuthExpired(error.message);
      case 'throttled':
        return this.postponed(error);
      case 'upstream':
      case 'refused':
        return this.failed(error, attempt);
    }
  }

  private async failed(error: ConnectorError, { attempt, random }: Attempt): Promise<number> {
    const { turn } = this;
    if (error.retryAfterMs !== null) {
      const comeBackAtMs = await this.postponed(error);
      // Longer waits are the workflow's, so that an operator may lift them.
      if (comeBackAtMs - turn.now > waitInTurnMaxMs || turn.answeredCalls > 0) return comeBackAtMs;
      throw new Upstream(error.message, Math.max(1, comeBackAtMs - turn.now));
    }
    const waitMs = backoffMs(turn.settings.backoff, attempt, random());
    // An attempt in which any call succeeded is no failure in a row.
    if (turn.answeredCalls > 0) return turn.now + waitMs;
    throw new Upstream(error.message, waitMs);
  }

  /**
   * The vendor is not called before the wait is over, which is bounded by the settings; answers its
   * end.
   */
  private async postponed(error: ConnectorError): Promise<number> {
    const askedMs = error.retryAfterMs ?? throttledMs;
    const waitMs = Math.min(askedMs, this.turn.settings.retryAfterMaxMs);
    await this.turn.postpone(waitMs, error.message);
    return this.turn.now + waitMs;
  }

  private async renew(detail: string): Promise<void> {
    if (this.renewed > 0)
      throw new ConnectorError('auth', `Refused again after renewal. ${detail}`);
    const isGood = await this.opened.connector.renewCredentials('refused', this.turn);
    // What the vendor said tells what to check.
    if (!isGood) throw new ConnectorError('auth', detail);
    this.renewed += 1;
  }
}

/** Where a vendor that throttles does not say for how long. */
const throttledMs = 60_000;
