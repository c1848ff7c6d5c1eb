import type { Connector } from '../../connectors/connector';

/** A system of a tenant, opened with its credentials for the length of a turn. */
export interface OpenedConnection {
  connector: Connector;
  /** Store address or realm: part of every key. */
  account: string;
  /** Of the credentials with which it was opened. */
  revision: number;
  /** Of the posting settings that it composes with, 0 for the start values; null where none matter. */
  postingRev: number | null;
  hasFreshFacts: boolean;
  /** The business day of an instant where the tenant is. */
  dayOf: (instant: string) => string;
}
