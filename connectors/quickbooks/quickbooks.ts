import type { PostingSettings } from '../../domain/posting/settings';
import type { JsonObject } from '../../domain/words';
import {
  ConnectorError,
  type CallTimeouts,
  type Reach,
  type Connector,
  type SendAnswer,
  unanswered,
} from '../contract';
import { freeze, payloadsIn, settle } from './send/batch';
import { QboClient } from './api/client';
import { parseFacts, readFacts, type QboFacts } from './company/facts';
import { lookUp } from './compose';
import { readIncomeAccounts } from './lists/look-up';
import { itemsIn, postingsOf } from './books/postings';
import { refreshCredentials, type QboCredentials } from './api/oauth';
import { lookAtMembers, repeatableMs } from './send/verify';

export interface QuickBooksOptions {
  baseUrl: string;
  oauthUrl: string;
  clientId: string;
  clientSecret: string;
  realmId: string;
  credentials: QboCredentials;
  /** Stores new credentials durably: it resolves before they are used for the first time. */
  saveCredentials: (credentials: QboCredentials) => Promise<void>;
  /** As `readFacts` gave them; null before the first time. */
  facts: JsonObject | null;
  /** Settings part `posting`, as it is in force. */
  posting: PostingSettings;
  timeouts: CallTimeouts;
  reach: Reach;
  now: () => number;
}

/** Renewed this long before the end, so that no call of a turn meets it. */
const renewBeforeMs = 5 * 60_000;

/** One company as a connector: customers, items, and paid tickets as documents. */
export function createQuickBooks(options: QuickBooksOptions): Connector {
  let { credentials } = options;
  let facts = parseFacts(options.facts);
  const known = (): QboFacts => {
    if (facts === null) throw new Error('Bug: the facts of the company were not read');
    return facts;
  };
  const client = new QboClient({ ...options, accessToken: () => credentials.accessToken });

  const send: Connector['send'] = async (stored, gate) => {
    const { path, body } = stored.request;
    const result = await client.post(path, body, stored.requestId, gate);
    return settle(stored, result, options.now());
  };

  return {
    system: 'qbo',
    verifiesByRepeat: true,

    async renewCredentials(why, gate) {
      const { expiresAtMs, refreshToken } = credentials;
      const isExpiring = expiresAtMs !== null && expiresAtMs - options.now() < renewBeforeMs;
      if (why === 'expiring' && !isExpiring) return true;
      const renewed = await gate.read(() => refreshCredentials(options, refreshToken, gate.signal));
      if (renewed === null) return false;
      await options.saveCredentials(renewed);
      credentials = renewed;
      return true;
    },

    async readFacts(gate) {
      facts = await readFacts(client, options.realmId, gate);
      return facts;
    },

    async lookUp(items, references, gate) {
      // Refused as closed: the day up to which the books are closed has moved
      // (accounting.md#closed).
      if (items.some(({ lastClass, attempts }) => lastClass === 'CLOSED' && attempts < 2))
        facts = await readFacts(client, options.realmId, gate);
      const company = { facts: known(), settings: options.posting };
      return lookUp(client, { items, references }, company, gate);
    },

    async readPostings(writes, gate) {
      const incomeOf = await readIncomeAccounts(client, itemsIn(writes), gate);
      return writes.map((write) => postingsOf(write, incomeOf, known()));
    },

    freeze: (writes) => freeze(options.realmId, writes),
    payloadsIn: ({ body }, writes) => payloadsIn(body, writes),
    send,

    async verify(stored, ageMs, gate): Promise<SendAnswer> {
      if (ageMs < repeatableMs) return send(stored, gate);
      try {
        return { type: 'answered', results: await lookAtMembers(client, stored, gate) };
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        return unanswered(error);
      }
    },
  };
}
