import { correctionDateOf } from '../../../domain/posting/decide/date';
import { markerNamed, moneyMarker } from '../../../domain/posting/marker';
import { documentOfEntry } from '../../../domain/posting/plan/money-entry';
import { beforeStartHold } from '../../../domain/posting/plan/plan';
import { planEntry, type EntryStep } from '../../../domain/posting/plan/plan-money';
import { moneyOfPayload, type BooksMoney } from '../books/books-money';
import { booksStateOf, documentsNow, postedAnew, readOf } from '../books/books-state';
import { countOf, hasDifferences, mainOf, standing, type WrittenDocument } from '../books/posted';
import { underCare } from '../company/context';
import { heldBy, skip } from '../company/hold';
import { amountOf } from '../shape/mapping';
import { shapeMoney, type ShapedMoney } from '../shape/money';
import { inUseHold } from './in-use';
import { newMoney } from './new-document';
import { isLinkLocked, unlinked } from './paid-documents';
import { planOnePayment } from './payment';
import { kept, updateWrite, type Planned, type PlanRequest } from './planned';
import { entryShape, isPayment } from './wanted-money';
import { wantedPayment } from './wanted-payment';

// What a document of money alone needs next, from what is posted and what the books hold (ADR
// 0009). Pure.

export function planMoney(asked: PlanRequest): Planned {
  const { item, company } = asked;
  const { posted } = item;
  const settings = { ...company.settings, ...underCare };
  const careful = mainOf(posted) === null ? company : { ...company, settings };
  const inUse = inUseHold(item, company);
  if (inUse !== null) return heldBy(inUse);
  const reason = unwanted(asked);
  if (isPayment(item)) {
    const none = { type: 'none', reason: reason ?? '' } as const;
    const wanted = reason === null ? wantedPayment({ ...asked, company: careful }) : none;
    return wanted.type === 'stop' ? wanted : planOnePayment(asked, wanted);
  }
  const shape = reason === null ? entryShape(item, careful) : skip(reason);
  if (shape.type === 'shaped') return planBetween(asked, shape);
  const isNothing = shape.composed.type === 'skip' && posted.documents.length > 0;
  return isNothing ? planBetween(asked, null) : shape;
}

/** Why the POS no longer has it; null where it does. */
function unwanted({ item: { op, record } }: PlanRequest): string | null {
  if ('voided' in record.body && record.body.voided === true) return 'voided';
  return op === 'absent' ? 'nothing_to_void' : null;
}

function planBetween(asked: PlanRequest, shaped: ShapedMoney | null): Planned {
  const { item, company, rows } = asked;
  const { posted } = item;
  const anew = shaped === null ? null : postedAnew(item, rows);
  if (anew !== null) return planBetween({ ...asked, item: { ...item, posted: anew } }, shaped);
  const main = mainOf(posted);
  const wanted = shaped?.entry ?? null;
  const { entry: net = null } = posted;
  if (main !== null && posted.entry === undefined)
    throw new Error('Bug: money stands, and nobody kept what it comes to');
  const early =
    main === null || net === null ? null : beforeStartHold(net, wanted, company.settings.startDate);
  if (early !== null) return heldBy(early);
  const linked = standing(posted).filter(({ entity }) => entity === 'JournalEntry');
  const isLinkedForGood = linked.some((one) => isLinkLocked(asked, one));
  const found = booksStateOf(asked, shaped === null ? null : moneyIn(shaped));
  const books = isLinkedForGood ? { ...found, isDeposited: true } : found;
  const step = planEntry(
    wanted,
    { isStanding: main !== null, net, hasDifferences: hasDifferences(posted) },
    books,
    company.settings,
  );
  if ((step.type === 'update' || step.type === 'difference') && !isLinkedForGood) {
    const [freed] = linked.flatMap((one) => unlinked(asked, one) ?? []);
    if (freed !== undefined) return freed;
  }
  switch (step.type) {
    case 'hold':
      return heldBy(step);
    case 'same': {
      const isAway = wanted === null && (books.isGone || books.isVoided);
      return kept(item, { ...posted, documents: documentsNow(asked, isAway), entry: wanted });
    }
    case 'create': {
      if (shaped === null) throw new Error('Bug: nothing is created');
      const named = namedFor(shaped, countOf(posted, 'main') + 1);
      return newMoney(named, item, { ...posted, entry: wanted }, { role: 'main', isLast: true });
    }
    case 'update':
      if (shaped === null || main === null) throw new Error('Bug: an update of nothing');
      return updated(asked, shaped, main);
    case 'difference':
      return difference(asked, step);
  }
}

/** The nth document of a record: from the second on its marker says so. */
function namedFor(shaped: ShapedMoney, nth: number): ShapedMoney {
  if (nth === 1) return shaped;
  const { PrivateNote: said } = shaped.payload;
  const marker = markerNamed(shaped.marker, `posting ${nth}`);
  const note = typeof said === 'string' ? said.replace(shaped.marker, () => marker) : marker;
  return { ...shaped, marker, payload: { ...shaped.payload, PrivateNote: note } };
}

/** As the books would hold it. */
function moneyIn({ payload, totalMinor, currency }: ShapedMoney): BooksMoney {
  return moneyOfPayload({ ...payload, TotalAmt: amountOf(totalMinor, currency) });
}

/** Written anew in place; what people set on it is kept. */
function updated(asked: PlanRequest, shaped: ShapedMoney, main: WrittenDocument): Planned {
  const { item, rows } = asked;
  const { payload, marker, totalMinor, currency, txnDate, entry = null } = shaped;
  return updateWrite(
    main.entity,
    readOf(rows, main),
    { payload, marker },
    {
      posted: { ...item.posted, documents: documentsNow(asked, false), entry },
      labels: { totalMinor },
      natural: { kind: 'document', docNumber: null, marker, totalMinor, currency, txnDate },
      then: 'whole',
    },
  );
}

/** A document of its own, on the day of what it corrects or the first open one. */
function difference(
  { item, company }: PlanRequest,
  { entry, net, isLast }: Extract<EntryStep, { type: 'difference' }>,
): Planned {
  const { changedOn, record, posted, recordId, part, rev } = item;
  const dated = correctionDateOf(
    { ownDate: entry.date, changedOn, what: record.kind },
    company.settings,
    company.facts,
  );
  if (dated.type === 'hold') return heldBy(dated);
  const nth = countOf(posted, 'difference') + 1;
  const name = `difference ${nth} of rev ${rev}`;
  const document = documentOfEntry(entry, {
    marker: markerNamed(moneyMarker(record.kind, recordId, part), name),
    notes: dated.notes,
    date: dated.date,
    description: `difference ${nth}`,
  });
  const shaped = shapeMoney(document, company, {
    ownDate: entry.date,
    accounts: new Map(entry.legs.map(({ account, id }) => [account, id])),
    customerId: entry.owedBy?.id ?? null,
  });
  return newMoney(shaped, item, { ...posted, entry: net }, { role: 'difference', isLast });
}
