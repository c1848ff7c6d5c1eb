import { ConnectorError, type Connector } from '../../connectors/connector';
import type { LaneTurn } from './turn';

/** The credentials of one turn: renewed once at most, whatever calls they were refused to. */
export class TurnCredentials {
  private readonly turn: LaneTurn;
  private renewing: Promise<void> | null = null;
  private count = 0;

  constructor(turn: LaneTurn) {
    this.turn = turn;
  }

  /** How often they were renewed: an answer says nothing of credentials newer than its call. */
  get renewals(): number {
    return this.count;
  }

  /** Makes sure that they do not expire under the calls that follow. */
  async keepFresh(connector: Connector): Promise<void> {
    if (!(await connector.renewCredentials('expiring', this.turn)))
      throw new ConnectorError('auth', `${this.turn.system} refuses the credentials`);
  }

  /** After a 401 to a call that left when they had been renewed `before` times. */
  async refused(connector: Connector, before: number, detail: string): Promise<void> {
    if (this.count > before) return;
    this.renewing ??= this.renew(connector, detail).finally(() => {
      this.renewing = null;
    });
    await this.renewing;
  }

  /** Runs reads; that they came back is an answer of the vendor, unless none was needed. */
  async called<T>(connector: Connector, work: () => Promise<T>): Promise<T> {
    const readsBefore = this.turn.reads;
    const before = this.count;
    const result = await work().catch(async (error: unknown) => {
      if (!(error instanceof ConnectorError) || error.kind !== 'auth') throw error;
      // A token may die before its time: renewed once, then the same is asked again.
      await this.refused(connector, before, error.message);
      return work();
    });
    if (this.turn.reads > readsBefore) this.turn.answeredCalls += 1;
    return result;
  }

  private async renew(connector: Connector, detail: string): Promise<void> {
    if (this.count > 0) throw new ConnectorError('auth', `Refused again after renewal. ${detail}`);
    const isGood = await connector.renewCredentials('refused', this.turn);
    // What the vendor said tells what to check.
    if (!isGood) throw new ConnectorError('auth', detail);
    this.count += 1;
  }
}
