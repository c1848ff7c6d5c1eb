import { dayReader } from '../../domain/business-day';
import type { Pool } from 'pg';

import type { Connector, Reach } from '../../connectors/contract';
import { connectors } from '../../connectors/registry';
import {
  findConnection,
  saveCredentials,
  secretPlace,
  type Connection,
} from '../../database/connections';
import { markNeedsAuth } from '../../database/lane-reasons';
import { jsonObject } from '../../database/outgoing';
import type { SecretBox } from '../../database/secret-box';
import { postingInForce } from '../../database/settings';
import type { Tenant } from '../../database/tenants';
import type { SyncSettings } from '../../domain/lane/sync-settings';
import { initialPostingSettings } from '../../domain/posting/settings';
import type { Target } from '../../domain/words';
import { AuthExpired, NotConnected } from '../failures';

/** A system of a tenant, opened with its credentials for the length of a turn. */
export interface OpenedConnection {
  connector: Connector;
  /** Store address or realm: part of every key. */
  account: string;
  /** Of the credentials with which it was opened. */
  revision: number;
  /**
   * Of the posting settings that it composes with, 0 for the start values; null where none matter.
   */
  postingRev: number | null;
  hasFreshFacts: boolean;
  /** The business day of an instant where the tenant is. */
  dayOf: (instant: string) => string;
}

/** What opening a connection needs from the process. */
export interface ConnectionDeps {
  pool: Pool;
  secrets: SecretBox;
  quickbooks: { oauthUrl: string; clientId: string; clientSecret: string };
  reach: Reach;
  now: () => number;
  nonce: () => string;
}

/** For systems that post nothing. */
const unposted = { rev: 0, value: initialPostingSettings };

/** Facts of a vendor account are read again after a day (quickbooks.md#preferences). */
const factsMaxAgeMs = 86_400_000;

/**
 * Without the key that sealed them nobody can use the credentials: that is said, and no vendor is
 * asked.
 */
async function openSecret(
  { pool, secrets }: ConnectionDeps,
  tenant: number,
  { system, sealed, revision }: Connection,
  place: string,
): Promise<unknown> {
  try {
    return JSON.parse(secrets.open(sealed, place));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const cannot = `The stored credentials cannot be opened: ${why}`;
    const reason = `${cannot}. Connect again, or restore the key`;
    await markNeedsAuth(pool, { tenant, system }, revision, reason);
    throw new AuthExpired(reason);
  }
}

/** Opens a system with its stored credentials; throws NotConnected where it is not. */
export async function openConnection(
  deps: ConnectionDeps,
  { tenant, system }: { tenant: Tenant; system: Target },
  settings: SyncSettings,
  facts: 'fresh' | 'stored',
): Promise<OpenedConnection> {
  const connection = await findConnection(deps.pool, tenant.id, system);
  if (connection === null) {
    const reason = `${system} is not connected`;
    await markNeedsAuth(deps.pool, { tenant: tenant.id, system }, null, reason);
    throw new NotConnected(reason);
  }
  const place = secretPlace(tenant.id, system);
  const secret = await openSecret(deps, tenant.id, connection, place);
  const { connect, firstByte, total } = settings.timeoutsMs[system];
  const timeouts = { connectMs: connect, firstByteMs: firstByte, totalMs: total };
  const isFresh =
    connection.factsAt !== null && deps.now() - Date.parse(connection.factsAt) < factsMaxAgeMs;
  const hasFreshFacts = facts === 'fresh' || isFresh;
  const stored = connection.facts === null ? null : jsonObject.parse(connection.facts);
  const { open, knowsFacts, isByPosting } = connectors[system];
  const posting = isByPosting ? await postingInForce(deps.pool, tenant.id) : unposted;
  const { account, revision } = connection;
  const connector = open({
    address: connection.address,
    account,
    secret,
    saveSecret: async (renewed) => {
      const sealed = deps.secrets.seal(JSON.stringify(renewed), place);
      if (!(await saveCredentials(deps.pool, { tenant: tenant.id, system }, revision, sealed)))
        throw new AuthExpired('the connection was renewed meanwhile');
    },
    facts: stored,
    app: deps.quickbooks,
    posting: posting.value,
    zeroPrice: settings.zeroPrice,
    timeouts,
    reach: deps.reach,
    now: deps.now,
    nonce: deps.nonce,
  });
  const { dayCutHour } = posting.value.date;
  return {
    connector,
    account,
    revision,
    postingRev: isByPosting ? posting.rev : null,
    hasFreshFacts: hasFreshFacts && knowsFacts(stored),
    dayOf: dayReader(tenant.timeZone, isByPosting ? dayCutHour : undefined),
  };
}
