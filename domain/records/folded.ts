import type { RecordBody } from '../bodies';
import type { GuestRules } from '../posting/guests';
import type { ChangeRow, RecordRow } from '../rows';
import type { StockSource } from '../stock/stock';
import type { Kind, Target } from '../words';
import type { Outcome } from './fold-outcomes';
import type { MovedStock } from './fold-stock';
import type { Waiting } from './product-waits';
import type { KnownSkus, SkuChanges } from './sku-book';

// What the fold of changes is given and what it answers.

/** What the fold has to know besides the changes. */
export interface Known extends KnownSkus {
  records: ReadonlyMap<string, RecordRow>;
  /** Changes of products that wait for a SKU, in order of their positions. */
  waiting: readonly ChangeRow[];
  /** False only for products known to have no stock. */
  isStockTracked: (productId: string) => boolean;
  /** The day of an instant where the tenant is. */
  dayOf: (instant: string) => string;
  guests: GuestRules;
  /**
   * When a ticket of this key first occurred, by all revisions of it that are known, ISO 8601; null
   * where only changes of this fold are known.
   */
  firstAt: (key: string) => string | null;
  /**
   * What stands elsewhere as the document of a record, for a person (`QuickBooks as T-1`); null
   * where nothing does.
   */
  postedAs: (kind: Kind, recordId: string) => string | null;
}

/** A thing that a system showed us, by its id there. */
export interface Shown {
  system: Target;
  remoteId: string;
}

/** A record that changed; `wasKnown` tells an update from a first sight, `before` what stood. */
export interface FoldedRecord extends RecordRow {
  wasKnown: boolean;
  before: RecordBody | null;
  /** A change of it was applied; else what came of another record, or late, moved it. */
  isSent: boolean;
  /** What showed it, where nothing else changed it: that system has it like this. */
  shown: Shown | null;
}

export interface Folded {
  records: FoldedRecord[];
  /** Records whose sender's revision moved although nothing in them did. */
  touched: RecordRow[];
  outcomes: Outcome[];
  skus: SkuChanges;
  /** Positions of changes that wait for a SKU from now on, and of those that did so far. */
  waits: { begun: Waiting[]; ended: number[] };
  /** Invoices that became another customer's, by record id: their payments are of that one too. */
  otherPayers: string[];
  /**
   * Records of our own whose SKU a product of the till has now: what the books have of them is its
   * own.
   */
  takenOver: { from: string; to: string }[];
  /** SKUs of products whose stock the POS counts from now on, or no longer. */
  trackingChanged: string[];
  /** What tickets and inventory changes move now, all of it. */
  movedStock: MovedStock[];
  /**
   * Tickets of which an older revision came late, by their keys, with when they first occurred:
   * what they moved, they moved then.
   */
  lateTickets: ReadonlyMap<string, StockSource & { occurredAt: string }>;
}
