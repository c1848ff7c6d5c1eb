import type {
  AfterAccepted,
  Composed,
  Connector,
  Outgoing,
  References,
} from '../../../connectors/contract';
import { verdictFor } from '../../../domain/delivery/failure';
import type { RecordBody } from '../../../domain/bodies';
import { composed, openGate, outgoing, stored } from '../fixtures';

// One delivery of a part as the lane drives it, kept here instead of in the tables.

export type Outcome =
  | { type: 'delivered' }
  | { type: 'skipped'; reason: string }
  | { type: 'held'; cause: string; detail: string }
  | { type: 'waits'; composed: Composed };

export class PostedPart {
  readonly connector: Connector;
  references: References;
  item: Outgoing;
  writes: string[] = [];

  constructor(connector: Connector, references: References, recordId: string, part: string) {
    this.connector = connector;
    this.references = references;
    this.item = outgoing(
      { kind: 'customer', body: { name: '' } },
      { deliveryId: `${recordId} ${part}`, recordId, part, rev: 0 },
    );
  }

  /**
   * A newer revision, or the part taken away, brought to its end; `stepsMax` cuts it as a kill
   * would.
   */
  async want(
    record: RecordBody,
    op: Outgoing['op'] = 'present',
    { stepsMax = 12, isAsked = (): boolean => false } = {},
  ): Promise<Outcome> {
    this.item = { ...this.item, record, op, rev: this.item.rev + 1, attempts: 0, lastClass: null };
    return this.drive(stepsMax, isAsked);
  }

  async drive(stepsMax = 12, isAsked: () => boolean = () => false): Promise<Outcome> {
    for (let step = 0; step < stepsMax; step += 1) {
      const [next] = await composed(this.connector, [this.item], this.references);
      if (next === undefined) throw new Error('Nothing was composed');
      const outcome = next.type === 'write' ? await this.write(next, isAsked()) : this.settle(next);
      if (outcome !== null) return outcome;
    }
    return { type: 'held', cause: 'cut', detail: 'too many steps' };
  }

  private settle(next: Exclude<Composed, { type: 'write' }>): Outcome | null {
    switch (next.type) {
      case 'adopt': {
        const { remoteId, remoteVersion, snapshot } = next;
        this.item = { ...this.item, remoteId, remoteVersion, snapshot };
        return next.isStep === true ? null : { type: 'delivered' };
      }
      case 'hold':
        return { type: 'held', cause: next.cause, detail: next.detail };
      case 'skip':
        return { type: 'skipped', reason: next.reason };
      case 'later':
      case 'notReady':
        return { type: 'waits', composed: next };
    }
  }

  private async write(
    { write }: Extract<Composed, { type: 'write' }>,
    isAsked: boolean,
  ): Promise<Outcome | null> {
    const send = stored(this.connector, [write]);
    const first = await this.connector.send(send, openGate());
    const answer =
      first.type === 'lost' || isAsked
        ? await this.connector.verify(send, 1_000, openGate())
        : first;
    const [result] = answer.type === 'answered' ? answer.results : [];
    if (result === undefined) throw new Error(`Not answered: ${JSON.stringify(answer)}`);
    switch (result.type) {
      case 'accepted': {
        const { remoteId, remoteVersion, snapshot } = result;
        this.writes.push(`${write.operation} ${write.entity}`);
        this.item = {
          ...this.item,
          remoteId,
          remoteVersion,
          snapshot,
          attempts: 0,
          lastClass: null,
        };
        return outcomeOf(result.then);
      }
      case 'refused': {
        const { failureClass, code, message } = result;
        this.item = { ...this.item, attempts: this.item.attempts + 1, lastClass: failureClass };
        const isLater = verdictFor(failureClass).kind === 'later';
        return isLater ? null : { type: 'held', cause: `${failureClass}:${code}`, detail: message };
      }
      case 'absent':
        return null;
      case 'ambiguous':
        return { type: 'held', cause: result.reason, detail: result.detail };
    }
  }
}

function outcomeOf(then: AfterAccepted | undefined): Outcome | null {
  if (then === undefined) return { type: 'delivered' };
  return then.type === 'step' ? null : { type: 'held', cause: then.cause, detail: then.detail };
}
