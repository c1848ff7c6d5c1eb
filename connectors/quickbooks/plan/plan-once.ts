import type { Outgoing } from '../../contract';
import type { ReadRows } from '../books/books-state';
import { planPart } from './document';
import type { CompanyContext } from '../company/context';
import type { Planned } from './sales-form';
import type { PlannedMoney } from './new-money';
import type { DocumentSource } from './sale-of';

/**
 * Plans of parts of which nothing is read from the books: made to know what to look for, taken
 * again to compose. Planning is half of the work on a new document; what its lines are mapped to is
 * asked again when it is shaped.
 */
export class Plans {
  private readonly kept = new WeakMap<Outgoing, Planned | PlannedMoney>();

  /** Plans a part; `take` answers the same plan for this very item. */
  make(
    item: Outgoing,
    ticket: DocumentSource,
    company: CompanyContext,
    rows: ReadRows,
  ): Planned | PlannedMoney {
    const planned = planPart(item, ticket, company, rows);
    if (rows.size === 0) this.kept.set(item, planned);
    return planned;
  }

  /** The plan that was made for the look-up, else one made now. */
  take(
    item: Outgoing,
    ticket: DocumentSource,
    company: CompanyContext,
    rows: ReadRows,
  ): Planned | PlannedMoney {
    const kept = rows.size === 0 ? this.kept.get(item) : undefined;
    return kept ?? planPart(item, ticket, company, rows);
  }
}
