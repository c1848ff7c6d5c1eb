import type { PostingSettings } from '../domain/posting/settings';
import type { SyncSettings } from '../domain/lane/sync-settings';
import type { JsonObject } from '../domain/words';
import type { CallTimeouts, Connector, Reach } from './contract';

// What each system brings: how it is opened with what is stored of a connection.

/** What opening a system may need; each takes what it knows. */
export interface OpenOptions {
  /** Where it is called. */
  address: string;
  /** Store address or realm. */
  account: string;
  /** As `secret` of the connection was stored, opened and not checked yet. */
  secret: unknown;
  /** Stores a new secret durably: resolves before it is used for the first time. */
  saveSecret: (secret: JsonObject) => Promise<void>;
  /** As `readFacts` gave them; null before the first time. */
  facts: JsonObject | null;
  /** This application, as the vendor of the books knows it. */
  app: { oauthUrl: string; clientId: string; clientSecret: string };
  posting: PostingSettings;
  zeroPrice: SyncSettings['zeroPrice'];
  timeouts: CallTimeouts;
  reach: Reach;
  now: () => number;
  nonce: () => string;
}

export interface ConnectorModule {
  open: (options: OpenOptions) => Connector;
  /** Whether stored facts hold all that this version needs; others are read again. */
  knowsFacts: (facts: JsonObject | null) => boolean;
  /** Whether it composes by the settings part `posting`. */
  isByPosting: boolean;
}
