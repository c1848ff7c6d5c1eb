import type { Connector, RecordReference, References } from '../../../connectors/contract';
import { wantedDeliveries } from '../../../domain/delivery/wanted-deliveries';
import { initialDirection } from '../../../domain/delivery/direction';
import type { RecordBody } from '../../../domain/bodies';
import { PostedPart, type Outcome } from './posted-part';

// All deliveries of one record as the lane drives them: each part anew until none waits for
// another.

export class WholeTicket {
  readonly parts = new Map<string, PostedPart>();
  private readonly connector: Connector;
  private readonly recordId: string;
  references: References;
  private rev = 0;

  private readonly salePart: string;
  private readonly refundPart: string;

  constructor(
    connector: Connector,
    references: References,
    recordId: string,
    salePart = 'sale',
    refundPart = 'refund',
  ) {
    this.salePart = salePart;
    this.refundPart = refundPart;
    this.connector = connector;
    this.recordId = recordId;
    this.references = references;
  }

  /** A newer revision; answers what became of each part. */
  async want(record: RecordBody): Promise<Record<string, Outcome>> {
    const wanted = wantedDeliveries(
      { kind: record.kind, op: 'present', content: record },
      initialDirection,
      {
        sale: this.salePart,
        refund: this.refundPart,
      },
    )
      .filter(({ system }) => system === 'qbo')
      .map(({ part }) => part);
    this.rev += 1;
    for (const part of wanted)
      if (!this.parts.has(part))
        this.parts.set(part, new PostedPart(this.connector, this.references, this.recordId, part));
    for (const part of this.parts.values()) part.item = { ...part.item, rev: this.rev - 1 };
    const outcomes: Record<string, Outcome> = {};
    const open = new Set(this.parts.keys());
    for (let round = 0; round < 6 && open.size > 0; round += 1)
      for (const [name, part] of [...this.parts].sort()) {
        if (!open.has(name)) continue;
        this.refer(part, open);
        const op = wanted.includes(name) ? 'present' : 'absent';
        const outcome = round === 0 ? await part.want(record, op) : await part.drive();
        outcomes[name] = outcome;
        if (outcome.type !== 'waits') open.delete(name);
      }
    return outcomes;
  }

  /** What the database knows of the ticket's own document. */
  private refer(part: PostedPart, open: ReadonlySet<string>): void {
    const main = this.parts.get(this.salePart) ?? this.parts.get(this.refundPart);
    const snapshot = main?.item.snapshot ?? null;
    const entity = snapshot?.['entity'];
    const own: RecordReference = {
      remoteId: main?.item.remoteId ?? null,
      isOpen: open.has(this.salePart) || open.has(this.refundPart),
      entity: typeof entity === 'string' ? entity : null,
    };
    part.references = {
      ...this.references,
      orders: new Map([...this.references.orders, [this.recordId, own]]),
      documents: new Map([...this.references.documents, [`refund/${this.recordId}`, own]]),
    };
  }
}
