import { Client, Connection } from '@temporalio/client';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { searchAttributes } from '../protocol/search-attributes';
import type { TemporalSettings } from './env';

/** A client that connects at its first call, so that the API can start while Temporal is away. */
export function connectTemporal(env: { temporal: TemporalSettings }): Client {
  return new Client({
    connection: openTemporalConnection(env),
    namespace: env.temporal.namespace,
  });
}

/** The bare connection, which also connects at its first call. */
export function openTemporalConnection(env: { temporal: TemporalSettings }): Connection {
  const { connectionOptions } = temporalConnectConfig(env.temporal);
  return Connection.lazy({ ...connectionOptions, tls: connectionOptions.tls ?? false });
}

/**
 * Address, TLS and API key as the SDK's envconfig reads them; a worker's native connection takes
 * the same.
 */
export function temporalConnectConfig(temporal: TemporalSettings): ClientConnectConfig {
  const { address, namespace, settings } = temporal;
  return loadClientConnectConfig({
    // A configuration file in somebody's home folder must not send this program to another server.
    disableFile: settings['TEMPORAL_CONFIG_FILE'] === undefined,
    overrideEnvVars: {
      ...settings,
      ...(address === undefined ? {} : { TEMPORAL_ADDRESS: address }),
      TEMPORAL_NAMESPACE: namespace,
    },
  });
}

/** Registers the search attributes that the namespace does not know yet. */
export async function ensureSearchAttributes(
  connection: Connection,
  namespace: string,
): Promise<void> {
  const known = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes).filter(
    ({ name }) => known.customAttributes[name] === undefined,
  );
  if (missing.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(
      missing.flatMap(({ name, type }) => {
        const code = encodeSearchAttributeIndexedValueType(type);
        return code === undefined ? [] : [[name, code]];
      }),
    ),
  });
}
