/** An id within a marker: a semicolon ends that, so an id may not hold one. */
export function markerId(id: string): string {
  return id.replaceAll('%', '%25').replaceAll(';', '%3B');
}
