const secretWords =
  'authorization|password|passwd|secret|token|api-?_?key|consumer-?_?key|root-?_?key|' +
  'cookie|verifier|e-?mail';
const secretName = new RegExp(secretWords, 'i');
const quotedName = `[^"\\\\]*(?:${secretWords})[^"\\\\]*`;

const secretTexts: readonly [RegExp, string][] = [
  // Fields of JSON, and of JSON inside a text of JSON.
  [new RegExp(`("${quotedName}":\\s*)"(?:[^"\\\\]|\\\\.)*"`, 'gi'), '$1"[redacted]"'],
  [
    new RegExp(`(\\\\"${quotedName}\\\\":\\s*)\\\\"(?:(?!\\\\").)*\\\\"`, 'gi'),
    '$1\\"[redacted]\\"',
  ],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, '$1 [redacted]'],
  [/\b(ts|ck|cs|root)_[\w-]{16,}/g, '$1_[redacted]'],
  [/(\/\/[^\s:/@"]+:)[^\s@/"]+@/g, '$1[redacted]@'],
  [
    /([?&](?:consumer_secret|consumer_key|access_token|refresh_token|code|oauth_\w+)=)[^&\s"]+/gi,
    '$1[redacted]',
  ],
  [/[\w.%+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}/g, '[e-mail]'],
];

/** Deeper than any record we log; a cycle ends here too. */
const depthMax = 8;

/** A copy of a value to log, without the fields that are named like a secret. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error || value instanceof Date) return value;
  if (depth >= depthMax) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      secretName.test(name) && field !== null && field !== undefined
        ? '[redacted]'
        : redact(field, depth + 1),
    ]),
  );
}

/** A text without keys, tokens, passwords in URLs and e-mail addresses. */
export function redactText(text: string): string {
  return secretTexts.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text);
}
