import { type IncomingHttpHeaders } from 'node:http';

import { type Random } from '../random';
import { type Clock } from './clock';
import { type SettingsStore } from './settings';

/** One request as a vendor sees it. */
export interface VendorRequest {
  method: string;
  path: string;
  /** The query as sent, without the question mark. */
  rawQuery: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  isTls: boolean;
}

/** What the journal and the fault plan need to know of a request before it is served. */
export interface RequestFacts {
  /** The store or the company; null when the request names none. */
  tenant: string | null;
  entities: string[];
  operations: number;
  isWrite: boolean;
}

/** What a vendor answers. `committed`: null for reads, else whether anything was written. */
export interface VendorAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  committed: boolean | null;
  /** The answer comes from the memory of an idempotency key, nothing was executed. */
  isReplay?: boolean;
}

/** A planned fault of one operation inside a batch. */
interface ItemFault {
  code: number;
  /** Zero-based positions of the operations that fail. */
  positions: ReadonlySet<number>;
}

/** How a request is to be carried out when a fault bends it. */
export interface Execution {
  /** The call was already running when a repeat came: the idempotency memory is not asked. */
  isLate?: boolean;
  itemFault?: ItemFault;
  /** Execute this many operations of a batch and then stop without an answer. */
  cutAfter?: number;
}

/** A control call of one vendor only (`ledger`, `stock`, `quota`). */
export interface ControlCall {
  method: 'GET' | 'POST';
  run(body: unknown, query: URLSearchParams): unknown;
}

/** What the common server hands to a vendor. */
export interface VendorTools {
  clock: Clock;
  random: Random;
  url(): string;
}

/** A vendor's state machine. Everything is synchronous: what has begun is done before the next. */
export interface Vendor {
  name: 'woo' | 'qbo';
  describe(request: VendorRequest): RequestFacts;
  /** Credentials and quota: the answer that refuses the request, or null. */
  admit(request: VendorRequest): VendorAnswer | null;
  perform(request: VendorRequest, execution: Execution): VendorAnswer;
  /** The idempotency key of the request is known already: it would be answered from memory. */
  isRemembered(request: VendorRequest): boolean;
  /** The answer of an injected status code in this vendor's own form. */
  statusAnswer(status: number, retryAfter: string | undefined): VendorAnswer;
  /** Answers of the faults that only this vendor knows; null when it does not know the name. */
  namedAnswer(fault: string): VendorAnswer | null;
  /** Faults of the common list that make no sense for this vendor. */
  unknownFaults: readonly string[];
  expireToken(request: VendorRequest): void;
  reset(body: unknown): unknown;
  act(body: unknown): unknown;
  /**
   * How long the vendor took for such a request when it was measured; `beside`: calls in flight.
   */
  latencyMs(request: VendorRequest, facts: RequestFacts, beside: number): number;
  calls: Record<string, ControlCall>;
  settings: SettingsStore;
  /**
   * Everything that a snapshot keeps: plain data, Maps and Sets. What is frozen or marked (`frozen`
   * and `shared` in state-copy.ts) is shared with the snapshot, everything else is copied.
   */
  exportState(): unknown;
  importState(state: unknown): void;
  /** Stops what the vendor does on its own, such as deliveries. */
  close?(): void;
}
