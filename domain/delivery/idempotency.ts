import { canonicalJson, type CanonicalText } from '../canonical';
import type { Target } from '../words';

/** Everything that makes one write a write of its own (architecture.md#keys-and-sends). */
export interface WriteIdentity {
  workflowId: string;
  system: Target;
  /** Store address or realm. */
  account: string;
  kind: string;
  recordId: string;
  part: string;
  operation: string;
  revision: number;
  generation: number;
  payload: CanonicalText;
}

/**
 * The text whose SHA-256 is the key of a write. Canonical, so the same write has the same key for
 * ever.
 */
export function writeKeyText(identity: WriteIdentity): string {
  return canonicalJson({ version: 1, ...identity });
}

/** The text whose SHA-256 is the key of a send of several members: their keys, in order. */
export function sendKeyText(memberKeys: readonly string[]): string {
  return memberKeys.join('\n');
}

/**
 * The form in which a vendor gets a send's key: 36 characters, the limit in a batch
 * (quickbooks.md#request-ids).
 */
export function requestIdOf(keyHex: string): string {
  return `ts1-${keyHex.slice(0, 32)}`;
}
