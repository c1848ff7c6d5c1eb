/** Parameters that hold credentials: the journal shows that they were there, not what they were. */
const secretNames = new Set([
  'oauth_signature',
  'oauth_consumer_key',
  'oauth_nonce',
  'consumer_key',
  'consumer_secret',
  'code',
  'client_secret',
]);

/** The query as the journal shows it. */
export function visibleQuery(query: URLSearchParams): Record<string, string> {
  const visible: Record<string, string> = {};
  for (const [name, value] of query) {
    visible[name] = secretNames.has(name) ? '(redacted)' : value;
  }
  return visible;
}
