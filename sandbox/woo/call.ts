import { type Json, type JsonObject } from '../json';
import { type Random } from '../random';
import { type VendorRequest } from '../server/vendor';
import { type WooSettings } from './settings';
import { type Arrival } from './races';
import { type Store } from './store';

/** A store at a moment: what every change needs to know. */
export interface Moment {
  store: Store;
  /** Sandbox time. */
  nowMs: number;
  random: Random;
  settings: WooSettings;
}

/** One REST call, after routing and authentication. */
export interface WooCall extends Moment {
  request: VendorRequest;
  /** Query and body together, as WordPress reads them. */
  input: JsonObject;
  rawQuery: string;
  /** The path below `/wp-json/wc/v3/`, for links. */
  path: string;
  /** What the store looked like when the call came. */
  arrival: Arrival;
  /** A fault stops a batch after so many operations. */
  cutAfter: number;
}

export interface Answered {
  status: number;
  body: Json;
  headers?: Record<string, string>;
  /** Whether a write has changed anything; absent for reads. */
  committed?: boolean;
}
