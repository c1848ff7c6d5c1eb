/**
 * An id within a marker, so that no two records have one marker (accounting.md 11): a semicolon ends a marker,
 * blanks are made one in a note, and some words stand behind or before an id there.
 */
export function markerId(id: string): string {
  return id.replace(/[%;]|[^\S ]| (?= |of |for |part )|(?<=^fees) /g, encodeURIComponent);
}
