import { textToMinor } from '../../../domain/money';
import type { CallGate } from '../../contract';
import { inLists, quoted, type QboClient } from '../api/client';
import {
  documentEntities,
  documentSchema,
  type DocumentEntity,
  type QboDocument,
} from '../api/wire';

// Our own documents by their natural key: number and marker (accounting.md#numbers). The marker
// stands in the note, which is not filterable; the number is a label that others may use too.

export interface WantedDocument {
  key: string;
  entity: DocumentEntity;
  marker: string;
  /** Numbers it may have, the intended one first; none where the company numbers by itself. */
  numbers: readonly string[];
  totalMinor: number;
  currency: string;
  txnDate: string;
}

/** Whether a document that would be created is there already. */
export type DocumentFinding =
  | { found: 'absent' }
  /** Somebody else's document has our number. */
  | { found: 'foreign' }
  | { found: 'ours'; document: QboDocument }
  /** Our marker, but voided, changed or twice. */
  | { found: 'touched'; id: string };

/** One finding per wanted document, by its key. */
export async function findDocuments(
  client: QboClient,
  wanted: readonly WantedDocument[],
  gate: CallGate,
): Promise<Map<string, DocumentFinding>> {
  const findings = new Map<string, DocumentFinding>();
  for (const entity of documentEntities) {
    const ofEntity = wanted.filter((document) => document.entity === entity);
    const rows = await rowsFor(client, entity, ofEntity, gate);
    for (const document of ofEntity) findings.set(document.key, findingFor(document, rows));
  }
  return findings;
}

async function rowsFor(
  client: QboClient,
  entity: DocumentEntity,
  wanted: readonly WantedDocument[],
  gate: CallGate,
): Promise<QboDocument[]> {
  const numbers = wanted.flatMap((document) => document.numbers);
  const dates = wanted
    .filter((document) => document.numbers.length === 0)
    .map((document) => document.txnDate);
  const conditions = [
    ...inLists(numbers).map((list) => `DocNumber ${list}`),
    ...[...new Set(dates)].map((date) => `TxnDate = ${quoted(date)}`),
  ];
  const rows: QboDocument[] = [];
  for (const condition of conditions)
    rows.push(...(await client.query(entity, condition, documentSchema, gate)));
  return rows;
}

function findingFor(wanted: WantedDocument, rows: readonly QboDocument[]): DocumentFinding {
  const marked = rows.filter((row) => isMarked(row, wanted.marker));
  const [first, second] = marked;
  if (first) {
    const total = textToMinor(first.TotalAmt ?? first.Amount ?? 0, wanted.currency);
    const isWhole = hasUntouchedMarker(first, wanted.marker) && total === wanted.totalMinor;
    return isWhole && !second
      ? { found: 'ours', document: first }
      : { found: 'touched', id: first.Id };
  }
  const [number] = wanted.numbers;
  const isTaken = rows.some((row) => row.DocNumber !== undefined && row.DocNumber === number);
  return { found: isTaken ? 'foreign' : 'absent' };
}

/** A voided one has words before our marker, a person may have added some behind it. */
function isMarked(row: QboDocument, marker: string): boolean {
  return linesOfNote(row).some((line) => line.endsWith(marker) || line.includes(`${marker}; `));
}

function hasUntouchedMarker(row: QboDocument, marker: string): boolean {
  const [first = ''] = linesOfNote(row);
  return first === marker || first.startsWith(`${marker}; `);
}

function linesOfNote(row: QboDocument): string[] {
  return (row.PrivateNote ?? '').split(/\r?\n/).map((line) => line.trim());
}
