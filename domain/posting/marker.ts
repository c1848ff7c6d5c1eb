import { homeOf } from '../records/record-home';
import type { Kind } from '../words';

// Markers: by them we know what is ours in the books. One is the first thing in the note of what we
// post, and no two records have the same.

/**
 * An id within a marker, so that no two records have one marker (accounting.md#numbers): a
 * semicolon ends a marker, blanks are made one in a note, and some words stand behind or before an
 * id there.
 */
export function markerId(id: string): string {
  return id.replace(/[%;]|[^\S ]| (?= |of |for |part )|(?<=^fees) /g, encodeURIComponent);
}

/** Of the document of a record itself: `truth-sync pos order 1001`. */
export function recordMarker(kind: Kind | 'deposit', recordId: string): string {
  return `truth-sync ${homeOf(recordId)} ${kind} ${markerId(recordId)}`;
}

/** Of a payment that pays an invoice. */
export function paymentMarker(recordId: string, invoiceId: string): string {
  return `${recordMarker('payment', recordId)} of invoice ${markerId(invoiceId)}`;
}

/** By it we know money of a record that stands beside its sale; `part` as in its delivery. */
export function moneyMarker(kind: Kind, recordId: string, part: string): string {
  if (kind === 'payout')
    return `truth-sync payout ${part === 'fees' ? 'fees ' : ''}${markerId(recordId)}`;
  const marker = recordMarker(kind, recordId);
  return /-\d+$/.test(part) ? markerNamed(marker, part.replace('-', ' ')) : marker;
}

/** The marker of another document of the same record: no other record can have it. */
export function markerNamed(marker: string, name: string): string {
  return marker.replace(/^(truth-sync \w+) /, `$1 ${name} of `);
}

/** The marker in the note of a document, without the number of its posting; null where none. */
export function markerIn(note: string): string | null {
  const marker = note.split(/[;\n]/).find((text) => /^truth-sync (pos|woo|qbo) /.test(text));
  return marker?.trim().replace(/^(truth-sync \w+ )posting \d+ of /, '$1') ?? null;
}
