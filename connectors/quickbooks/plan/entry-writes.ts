import { minorToText } from '../../../domain/money';
import { correctionDateOf } from '../../../domain/posting/decide/date';
import { moneyMarker } from '../../../domain/posting/marker';
import { documentOfEntry } from '../../../domain/posting/plan/money-entry';
import { type EntryStep } from '../../../domain/posting/plan/plan-money';
import type { Outgoing } from '../../contract';
import { booksMoneyOf, type BooksMoney } from '../books/books-money';
import { type ReadRows } from '../books/books-state';
import { exactNumber } from '../shape/mapping';
import { mergedPayload } from '../shape/merge-document';

import { done, held, newMoney, type PlannedMoney } from './new-money';
import { markerNamed } from '../../../domain/posting/marker';
import type { CompanyContext } from '../company/context';

import { countOf, keyOf, snapshotOf, type Posted, type WrittenDocument } from '../books/posted';
import { shapeMoney, type ShapedMoney } from '../shape/money';
import { asFound } from './update-document';
import { documentContentSchema } from '../api/wire';

// The writes that a plan of money between accounts ends in: in place, or as a difference. Pure.

/** A record between accounts, what is posted of it, and the rows of that as just read. */
export interface PlanRequest {
  item: Outgoing;
  company: CompanyContext;
  rows: ReadRows;
  posted: Posted;
}

/** The same body under another marker, where one of its name was deleted by a person. */
export function markedAs(shaped: ShapedMoney, marker: string): ShapedMoney {
  const { PrivateNote: said } = shaped.payload;
  const note = typeof said === 'string' ? said.replace(shaped.marker, () => marker) : marker;
  return { ...shaped, marker, payload: { ...shaped.payload, PrivateNote: note } };
}

/** As the books would hold it. */
export function moneyOf({ payload, totalMinor, currency }: ShapedMoney): BooksMoney | null {
  return booksMoneyOf({ ...payload, TotalAmt: exactNumber(minorToText(totalMinor, currency)) });
}

/** Written anew in place; what people set on it is kept. */
export function updated(
  { rows, posted }: PlanRequest,
  shaped: ShapedMoney,
  main: WrittenDocument,
): PlannedMoney {
  const row = rows.get(keyOf(main)) ?? null;
  const read = documentContentSchema.safeParse(row);
  if (row === null || !read.success)
    throw new Error('Bug: a document is updated that was not read');
  const { payload, marker, totalMinor, currency, txnDate } = shaped;
  const documents = posted.documents.map((one) => asFound(one, rows));
  return done({
    type: 'write',
    write: {
      operation: 'update',
      entity: main.entity,
      group: 'batch',
      payload: mergedPayload(row, payload, marker, null),
      isLinked: false,
      snapshot: snapshotOf({ ...posted, documents, entry: shaped.entry ?? null }, { totalMinor }),
      natural: {
        ...{ kind: 'document', docNumber: null, marker, totalMinor, currency, txnDate },
        edits: { id: main.id, syncToken: read.data.SyncToken },
        then: 'whole',
      },
    },
  });
}

/** A document of its own, on the day of what it corrects or the first open one. */
export function difference(
  { item, company, posted }: PlanRequest,
  { entry, net, isLast }: Extract<EntryStep, { type: 'difference' }>,
): PlannedMoney {
  const { facts, settings } = company;
  const { changedOn, record } = item;
  const dated = correctionDateOf(
    { ownDate: entry.date, changedOn, what: record.kind },
    settings,
    facts,
  );
  if (dated.type === 'hold') return held(dated.reason, dated.what, dated.detail);
  const nth = countOf(posted, 'difference') + 1;
  const name = `difference ${nth} of rev ${item.rev}`;
  const document = documentOfEntry(entry, {
    marker: markerNamed(moneyMarker(item.record.kind, item.recordId, item.part), name),
    notes: dated.notes,
    date: dated.date,
    description: `difference ${nth}`,
  });
  const ids = new Map(entry.legs.map(({ account, id }) => [account, id]));
  const shaped = shapeMoney(document, company, {
    ownDate: entry.date,
    accounts: ids,
    customerId: entry.owedBy?.id ?? null,
  });
  if (shaped.type === 'stop') return done(shaped.composed);
  return newMoney(shaped, { ...posted, entry: net }, 'difference', isLast);
}
