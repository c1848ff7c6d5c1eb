import { DateTime } from 'luxon';

import { hold, type Hold, type PostingCompany, type Reason } from '../document';
import type { PostingSettings } from '../settings';

/** The day under which a document is posted, with what to say of it where that is not its own. */
export interface Dated {
  type: 'dated';
  date: string;
  notes: string[];
  reasons: Reason[];
}

/**
 * The source's own day; in a closed period held, or by setting the first open day, said in the note
 * (accounting.md#closed).
 */
export function dateOf(
  ownDate: string,
  what: string,
  settings: Pick<PostingSettings, 'closed'>,
  { bookCloseDate }: Pick<PostingCompany, 'bookCloseDate'>,
): Dated | Hold {
  const own: Dated = { type: 'dated', date: ownDate, notes: [], reasons: [] };
  if (bookCloseDate === null || ownDate > bookCloseDate) return own;
  const closed = (detail: string): Hold => hold('closed_period', bookCloseDate, detail);
  if (settings.closed.mode === 'park') return closed(`The books are closed up to ${bookCloseDate}`);
  const day = DateTime.fromISO(bookCloseDate, { zone: 'utc' }).plus({ days: 1 }).toISODate();
  if (day === null) return closed(`${bookCloseDate} is no date that can be read`);
  const notes = [`${what} of ${ownDate}`];
  return { type: 'dated', date: day, notes, reasons: [{ choice: 'first_open_day', day }] };
}

/**
 * A correction: what it corrects, the day on which it came, where that is known, and what is
 * corrected.
 */
export interface Correction {
  ownDate: string;
  changedOn: string | undefined;
  what: string;
}

/**
 * The day of a correction by the setting; where that is not the day of what it corrects, the note
 * says which that is.
 */
export function correctionDayOf(
  { ownDate, changedOn = ownDate, what }: Correction,
  { correction }: Pick<PostingSettings, 'correction'>,
): Pick<Dated, 'date' | 'notes'> {
  return correction.day === 'correctionDay' && changedOn > ownDate
    ? { date: changedOn, notes: [`${what} of ${ownDate}`] }
    : { date: ownDate, notes: [] };
}

/** The same, and of a closed period the first open day. */
export function correctionDateOf(
  correction: Correction,
  settings: Pick<PostingSettings, 'correction'>,
  company: Pick<PostingCompany, 'bookCloseDate'>,
): Dated | Hold {
  const { date, notes } = correctionDayOf(correction, settings);
  const dated = dateOf(date, correction.what, { closed: { mode: 'firstOpenDay' } }, company);
  return dated.type === 'hold' ? dated : { ...dated, notes: [...notes, ...dated.notes] };
}
