import type { Json } from './words';

/**
 * JSON text with the keys of each object in order of their code units and undefined left out: equal
 * values have equal texts whatever order they arrived in. Hashes and keys are made from it.
 */
export function canonicalJson(value: Json | undefined | object): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  // Without a prototype a key named __proto__ stays a plain key.
  const copy: Record<string, unknown> = { __proto__: null };
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  for (const [key, entry] of entries) if (entry !== undefined) copy[key] = sorted(entry);
  return copy;
}
