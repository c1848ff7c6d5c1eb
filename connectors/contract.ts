import type { CanonicalText } from '../domain/canonical';
import type { RecordBody } from '../domain/bodies';
import type { SummarySale } from '../domain/posting/summary/summary';
import type { FailureClass } from '../domain/delivery/failure';
import type { CirclePart } from '../domain/posting/plan/circle';
import type { LayAway } from '../domain/posting/source/deposit';
import type { KnownSale } from '../domain/posting/source/known-sale';
import type { ListedThing } from '../domain/posting/source/paid-out';
import type { Posting } from '../domain/posting/posting';
import type { DesiredOp, JsonObject, Target } from '../domain/words';
import type { HoldCode } from '../domain/hold-reasons';

// What the push asks of a connector. All knowledge of a vendor stays behind these types: the
// activity knows deliveries, sends and time; a connector knows addresses, fields and answers.

/** One delivery that is ready to be composed, with the record as it is now. */
export interface Outgoing {
  deliveryId: string;
  recordId: string;
  part: string;
  /** The revision that is composed. */
  rev: number;
  op: DesiredOp;
  /** Absent as a part alone: its record stands, in other parts. */
  isPartGone?: boolean;
  record: RecordBody;
  /**
   * Business day on which its newest revision came, `YYYY-MM-DD`; none where nobody corrects
   * anything.
   */
  changedOn?: string;
  /** Of a daily summary: its members as one sale. */
  combined?: SummarySale;
  attempts: number;
  /** An operator wants what was deleted or voided there made again, as a new thing. */
  isPostedAnew?: boolean;
  /** Nothing is written: what it comes to is asked for, not the write that makes way for it. */
  isTrial?: boolean;
  /**
   * Class of the last refusal of this delivery, null where none: DUPLICATE asks for a look-up
   * first.
   */
  lastClass: FailureClass | null;
  remoteId: string | null;
  remoteVersion: string | null;
  /** What the system was last known to hold, as this connector wrote it; null before the first. */
  snapshot: JsonObject | null;
  /**
   * Remote ids that other records of ours have: whatever a look-up finds, none of these is this
   * record's.
   */
  others?: ReadonlySet<string>;
}

/** What our own database knows about the things a record refers to. */
export interface References {
  /**
   * SKU → the product that the composed record means by it, as the target knows it. A SKU without
   * entry is unknown to us.
   */
  products: ReadonlyMap<string, ProductReference>;
  /** Products that are composed themselves, by record id: two may say one SKU. */
  ownProducts: ReadonlyMap<string, ProductReference>;
  /** SKU of a stock record → the product that has it now. */
  stocked: ReadonlyMap<string, ProductReference>;
  /** E-mails, in lower case, that several customers of ours have: they name nobody. */
  sharedEmails: ReadonlySet<string>;
  /** Customer record id → delivery to this target. */
  customers: ReadonlyMap<string, RecordReference>;
  /** Order record id → delivery of its sale to this target. */
  orders: ReadonlyMap<string, RecordReference>;
  /** Other documents, by `kind/recordId` → delivery to this target. */
  documents: ReadonlyMap<string, RecordReference>;
  /**
   * Orders and invoices that a refund or payment names, by `kind/recordId`, with what came of them
   * so far.
   */
  sales: ReadonlyMap<string, KnownSale>;
  /**
   * Lay-away money of the orders that use it or whose it is given back of, by record id of the
   * order.
   */
  layAways: ReadonlyMap<string, LayAway>;
  /** What stands of a sale on its customer's account, by record id of the sale. */
  circles: ReadonlyMap<string, readonly CirclePart[]>;
  /** What payouts list, by `kind/recordId`: what was brought of it, and which payouts list it. */
  listed: ReadonlyMap<string, ListedThing>;
  /** Mapped target id, or null where nobody mapped it. */
  mapping(kind: MappingKind, key: string): string | null;
}

export type MappingKind = 'account' | 'tender' | 'item' | 'taxCode' | 'location' | 'class';

export interface RecordReference {
  remoteId: string | null;
  /** What it is there, where that may differ: a sale is a receipt or an invoice. */
  entity?: string | null;
  /**
   * Whether it may still get a remote id by itself, or is to change in the system.
   */
  isOpen: boolean;
  /** An operator gave it up: it does not come by itself. */
  isGivenUp?: boolean;
}

export interface ProductReference extends RecordReference {
  /**
   * The code by which the target knows this SKU: the SKU itself, or with a marked suffix where the
   * target does not tell case apart (`85123a~2`).
   */
  code: string;
  isStockTracked: boolean;
  /** Found there and adopted (true), or created by us (false). */
  isLinked: boolean;
  /** Another product of ours has its SKU now: the code is all that it is called by. */
  isParked?: boolean;
  /** Another product of ours whose thing there has the name that this one is to have. */
  blocker?: { recordId: string; isOpen: boolean } | null;
  /** Whether another product of ours is to have the name that this one has there. */
  isNameWanted?: boolean;
}

/** Pure: what to do for a delivery that was looked up, by what was found for it. */
export type Compose = (item: Outgoing, references: References) => Composed;

/** What is known of a thing in the system. */
export interface Remembered {
  remoteId: string;
  remoteVersion: string | null;
  snapshot: JsonObject;
  isLinked: boolean;
}

/** A person has to look. */
export interface Held {
  type: 'hold';
  reason: HoldCode;
  /** Groups equal ones for the operator, e.g. `mapping_missing:tender:card`. */
  cause: string;
  /** Says what to do. */
  detail: string;
}

/** Held; `what` groups it with others of the reason. */
export function hold(reason: HoldCode, what: string, detail: string): Held {
  return { type: 'hold', reason, cause: `${reason}:${what}`, detail };
}

/** What composing decided for one delivery. */
export type Composed =
  | {
      type: 'write';
      write: Write;
      /** Remote id of what a look-up found and this takes for its own. */ adopts?: string;
    }
  /** The system has it already as desired: nothing is sent. */
  | {
      type: 'adopt';
      remoteId: string;
      remoteVersion: string | null;
      snapshot: JsonObject;
      isLinked: boolean;
      written?: WrittenThing;
      /** More is to be done for this delivery: it is composed again at once. */
      isStep?: boolean;
    }
  | (Held & {
      /**
       * Remote ids among which it cannot tell its own: what other records of ours have is none of
       * them.
       */
      among?: readonly string[];
      /** Of `mapping_missing`: every mapping that is known to be missing, as `kind:key`. */
      lacks?: readonly string[];
      /** What is remembered of the thing meanwhile. */
      remote?: Remembered;
    })
  | {
      type: 'skip';
      reason: string;
      /** What is remembered of the thing meanwhile. */
      remote?: Remembered;
    }
  /** Something else of ours goes first and is on its way: it is looked at again soon. */
  | { type: 'later'; detail: string }
  /** It refers to things without remote id: it is held(dependency) until they have one. */
  | { type: 'notReady'; missing: MissingReference[] };

export interface MissingReference {
  kind: 'sku' | 'customer' | 'product' | 'order' | 'refund' | 'invoice' | 'payment';
  ref: string;
  /** An operator gave it up: it does not come by itself. */
  isGivenUp?: boolean | undefined;
}

/** One write of one delivery. Its payload is canonical: it is hashed into the key. */
export interface Write {
  operation: 'create' | 'update' | 'void';
  /**
   * The vendor's entity or resource, e.g. `SalesReceipt`, `products`. Writes of one send may differ
   * in it only where `group` is equal.
   */
  entity: string;
  /** Only writes of one group can travel in one request. */
  group: string;
  payload: JsonObject;
  /**
   * Whether it adopts something found there rather than creating it: remembered with the delivery.
   */
  isLinked: boolean;
  /** What to keep as snapshot when it is accepted; the connector completes it from the answer. */
  snapshot: JsonObject;
  /**
   * What is needed to look for it after a lost answer: SKU, document number, marker, remote id,
   * figures.
   */
  natural: JsonObject;
}

/** What of a write leaves, with its payload as the text that is hashed into its key. */
export interface WriteText extends Pick<Write, 'operation' | 'entity'> {
  payload: CanonicalText;
}

/** A write as it is kept with its send: its payload stands in the request. */
export type KeptWrite = Omit<Write, 'payload'>;

/** One request, frozen: these bytes leave and no others. */
export interface FrozenRequest {
  method: 'POST';
  /** Path and query below the base address, without secrets and without request id. */
  path: string;
  body: string;
}

/** A frozen request with the writes in it, in the order of the members, as it was stored. */
export interface StoredSend {
  request: FrozenRequest;
  /** Idempotency id for the vendor (`ts1-` + 32 hex), the same on every repeat. */
  requestId: string;
  members: readonly Write[];
}

/** What became of one member of a send. */
export type MemberResult =
  | {
      type: 'accepted';
      remoteId: string;
      remoteVersion: string | null;
      snapshot: JsonObject;
      written?: WrittenThing;
      /** Where the delivery is not at its end by it. */
      then?: AfterAccepted;
      /** What the journal says of it, where it is not quite what was wanted. */
      note?: string;
    }
  | { type: 'refused'; failureClass: FailureClass; code: string; message: string }
  /** Certainly not there: the same send may be opened again. Only from `verify`. */
  | { type: 'absent' }
  /** Several or inexact hits, or a figure that is neither ours nor the former one. */
  | { type: 'ambiguous'; reason: HoldCode; detail: string };

/**
 * What follows an accepted write: another one, composed anew from the snapshot, or a person has to
 * look.
 */
export type AfterAccepted = { type: 'step' } | Held;

/** What a write made or changed, where that is another thing than the one that others refer to. */
export interface WrittenThing {
  id: string;
  version: string | null;
}

/** What became of a send as a whole. */
export type SendAnswer =
  /** One result per member, in order. */
  | { type: 'answered'; results: MemberResult[] }
  /**
   * Certainly not executed. From `verify`: the question was not executed, the send itself stays
   * unknown.
   */
  | {
      type: 'notExecuted';
      why: 'throttled' | 'unreachable' | 'unauthorized' | 'unavailable';
      retryAfterMs: number | null;
      detail: string;
    }
  /**
   * Certainly not executed and refused as a whole, although the vendor takes others: for what a
   * member holds, or for the size of all. Only for sends of several members; smaller ones are
   * tried.
   */
  | { type: 'rejected'; why: 'content' | 'size'; detail: string }
  /**
   * The vendor may have executed it, now or some seconds later. `isOfMembers`: it fails on one of
   * these, others pass.
   */
  | { type: 'lost'; detail: string; retryAfterMs?: number | null; isOfMembers?: boolean };

/** Each member of a send is refused for the same reason. */
export function allRefused(
  members: number,
  why: Omit<Extract<MemberResult, { type: 'refused' }>, 'type'>,
): SendAnswer {
  const refused = { type: 'refused', ...why } as const;
  return { type: 'answered', results: Array.from({ length: members }, () => refused) };
}

/**
 * Every call to a vendor goes through it: one is under way at a time. Both throw `TurnOver` of the
 * caller's making where none may leave.
 */
export interface CallGate {
  /** Waits for the budget first. */
  read<T>(call: () => Promise<T>): Promise<T>;
  /** A write, whose budget the caller has charged. */
  write<T>(call: () => Promise<T>): Promise<T>;
  /** Aborted when the lane is lost or the turn is cancelled. */
  readonly signal: AbortSignal;
}

/**
 * A vendor call that failed outside of a send: look-ups, facts, token refresh. Never carries a
 * secret or personal data.
 */
export class ConnectorError extends Error {
  readonly kind: ConnectorErrorKind;
  readonly retryAfterMs: number | null;

  constructor(
    kind: ConnectorErrorKind,
    message: string,
    retryAfterMs: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ConnectorError';
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The answer of a `verify` whose look-up failed: nothing is known about the send. */
export function unanswered(error: ConnectorError): SendAnswer {
  const { kind, message: detail, retryAfterMs } = error;
  if (kind === 'throttled') return { type: 'notExecuted', why: 'throttled', retryAfterMs, detail };
  if (kind === 'auth') return { type: 'notExecuted', why: 'unauthorized', retryAfterMs, detail };
  return { type: 'lost', detail };
}

/**
 * upstream: network, time-out, 5xx, unreadable answer · throttled: 429 · auth: credentials refused
 * · config: wrong settings of the tenant · refused: a 4xx that is our fault.
 */
export type ConnectorErrorKind = 'upstream' | 'throttled' | 'auth' | 'config' | 'refused';

/**
 * One tenant's account at one vendor, for the length of a turn. Every method that calls takes the
 * gate.
 */
export interface Connector {
  readonly system: Target;
  /**
   * Makes sure that the next calls carry good credentials: `expiring` renews those about to expire,
   * `refused` renews after a 401. New ones are stored before they are used. False: nothing to renew
   * with, a person has to connect again.
   */
  renewCredentials(why: 'expiring' | 'refused', gate: CallGate): Promise<boolean>;
  /**
   * Facts of the account (preferences, accounts), read from the vendor; the caller stores them and
   * passes them on next time.
   */
  readFacts(gate: CallGate): Promise<JsonObject>;
  /**
   * Asks the vendor what composing needs: matches before a first create, versions, present stock.
   * Set-wise, few calls. What was found stays with the function that composes by it.
   */
  lookUp(items: readonly Outgoing[], references: References, gate: CallGate): Promise<Compose>;
  /**
   * What each write books, debits and credits equal; null for what books nothing. Set-wise, few
   * calls.
   */
  readPostings(writes: readonly Write[], gate: CallGate): Promise<(Posting[] | null)[]>;
  /**
   * Pure: the request that carries these writes (all of one group). The order of the writes is the
   * order of the members.
   */
  freeze(writes: readonly WriteText[]): FrozenRequest;
  /** Pure: the payloads in such a request, one for each of its writes, in their order. */
  payloadsIn(request: FrozenRequest, writes: readonly KeptWrite[]): JsonObject[];
  /**
   * Sends the stored bytes. Never throws for what a vendor or network can do; budget is charged by
   * the caller.
   */
  send(stored: StoredSend, gate: CallGate): Promise<SendAnswer>;
  /**
   * Asks what became of a send whose answer was lost. QuickBooks repeats it as it is, Woo looks.
   */
  verify(stored: StoredSend, ageMs: number, gate: CallGate): Promise<SendAnswer>;
  /** Whether `verify` is a repeat of the write (charged as one) rather than reads. */
  readonly verifiesByRepeat: boolean;
}

/**
 * Which addresses are called: all of them, or those of the internet only, as production asks for.
 */
export type Reach = 'any' | 'public';

/** Time-outs of calls in milliseconds (settings part `sync`). */
export interface CallTimeouts {
  connectMs: number;
  firstByteMs: number;
  totalMs: number;
}
