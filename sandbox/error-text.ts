/** What an error says, for people. */
export function errorText(error: unknown): string {
  return textOf(error, 'message') ?? String(error);
}

/** The system's code of an error: `ENOENT`, `EADDRINUSE`. */
export function errorCode(error: unknown): string | undefined {
  return textOf(error, 'code');
}

function textOf(error: unknown, name: 'message' | 'code'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
