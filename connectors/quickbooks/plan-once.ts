import type { MappingKind, Outgoing } from '../connector';
import type { ReadRows } from './books-state';
import { planPart } from './document';
import type { Place } from './place';
import type { Planned } from './plan-document';
import type { PlannedMoney } from './new-money';
import type { DocumentSource } from './sale-of';

interface KeptPlan {
  planned: Planned | PlannedMoney;
  /** The mappings that planning asked for. */
  asked: readonly (readonly [MappingKind, string])[];
}

/**
 * Plans of parts of which nothing is read from the books: made to know what to look for, taken again to compose.
 * Planning is half of the work on a new document.
 */
export class Plans {
  private readonly kept = new WeakMap<Outgoing, KeptPlan>();

  /** Plans a part; `take` answers the same plan for this very item. */
  make(
    item: Outgoing,
    ticket: DocumentSource,
    place: Place,
    rows: ReadRows,
  ): Planned | PlannedMoney {
    if (rows.size > 0) return planPart(item, ticket, place, rows);
    const asked: [MappingKind, string][] = [];
    const mapping: Place['references']['mapping'] = (kind, key) => {
      asked.push([kind, key]);
      return place.references.mapping(kind, key);
    };
    const references = { ...place.references, mapping };
    const planned = planPart(item, ticket, { ...place, references }, rows);
    this.kept.set(item, { planned, asked });
    return planned;
  }

  /** The plan that was made for the look-up, else one made now. */
  take(
    item: Outgoing,
    ticket: DocumentSource,
    place: Place,
    rows: ReadRows,
  ): Planned | PlannedMoney {
    const kept = rows.size > 0 ? undefined : this.kept.get(item);
    if (kept === undefined) return planPart(item, ticket, place, rows);
    // Whoever notes which mappings a document rests on sees all that were asked for.
    for (const [kind, key] of kept.asked) place.references.mapping(kind, key);
    return kept.planned;
  }
}
