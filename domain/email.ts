/**
 * One address as books take it (quickbooks.md#lengths), or null: what is no address is data for a
 * note.
 */
export function plainEmail(email: string | undefined): string | null {
  const text = email?.trim() ?? '';
  const isPlain = /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text);
  return isPlain && text.length <= 100 ? text : null;
}

/** Without regard to case; an empty one is no key and joins nobody (accounting.md#customers). */
export function emailKey(email: string | null | undefined): string | null {
  const key = email?.trim().toLowerCase() ?? '';
  return key === '' ? null : key;
}
