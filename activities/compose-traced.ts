import type { Composed, Findings, Outgoing, References } from '../connectors/connector';
import type { LoadedReferences } from '../database/outgoing';
import type { JsonObject } from '../domain/words';
import type { OpenedConnection } from './opened-connection';

/** What composing may ask, and which version of each mapping it has used so far. */
export interface TracedReferences {
  references: References;
  /** Versions by `kind/key`. */
  used: Map<string, number>;
}

export function referencesFrom({ mappings, ...maps }: LoadedReferences): TracedReferences {
  const used = new Map<string, number>();
  const mapping: References['mapping'] = (kind, key) => {
    const known = mappings.get(`${kind}/${key}`);
    if (known === undefined) return null;
    used.set(`${kind}/${key}`, known.version);
    return known.target;
  };
  return { references: { ...maps, mapping }, used };
}

/**
 * Composes one delivery and keeps with its snapshot by which rules: versions of the mappings that it used and the
 * revision of the posting settings. The payload, and so the key, is the same without.
 */
export function composeTraced(
  { connector, postingRev }: OpenedConnection,
  item: Outgoing,
  loaded: LoadedReferences,
  findings: Findings,
): Composed {
  const { references, used } = referencesFrom(loaded);
  const composed = connector.compose(item, references, findings);
  if (used.size === 0) return composed;
  const mappings = Object.fromEntries([...used].sort(([a], [b]) => (a < b ? -1 : 1)));
  const composedWith: JsonObject = { posting: postingRev, mappings };
  switch (composed.type) {
    case 'write': {
      const { write } = composed;
      return { ...composed, write: { ...write, snapshot: { ...write.snapshot, composedWith } } };
    }
    case 'adopt':
      // What stands there unchanged was composed with what it was composed with then.
      return item.remoteId === null
        ? { ...composed, snapshot: { ...composed.snapshot, composedWith } }
        : composed;
    case 'hold':
    case 'skip':
    case 'notReady':
      return composed;
  }
}
