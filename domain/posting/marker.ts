/**
 * An id within a marker, so that no two records have one marker (accounting.md#numbers): a
 * semicolon ends a marker, blanks are made one in a note, and some words stand behind or before an
 * id there.
 */
export function markerId(id: string): string {
  return id.replace(/[%;]|[^\S ]| (?= |of |for |part )|(?<=^fees) /g, encodeURIComponent);
}

/** By it we know money of a record that stands beside its sale; `part` as in its delivery. */
export function moneyMarker(kind: string, recordId: string, part: string): string {
  const id = markerId(recordId);
  if (kind === 'payout') return `truth-sync payout ${part === 'fees' ? 'fees ' : ''}${id}`;
  const isNumbered = /-\d+$/.test(part);
  return `truth-sync pos ${isNumbered ? `${part.replace('-', ' ')} of ` : ''}${kind} ${id}`;
}

/** The marker of another document of the same record: no other record can have it. */
export function markerNamed(marker: string, name: string): string {
  return marker.replace(/^(truth-sync \w+) /, `$1 ${name} of `);
}
