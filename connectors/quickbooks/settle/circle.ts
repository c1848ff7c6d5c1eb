import { circleOf, isApart } from '../../../domain/posting/plan/circle';
import type { Outgoing } from '../../contract';
import type { CompanyContext } from '../company/context';
import { keyOf, postedIn, standing, type BooksKey } from '../books/posted';

// The documents on account that belong together with those of a delivery (ADR 0018). Pure.

/** A document of a circle. */
export interface CircleDocument extends BooksKey {
  /** The record that it is of: what one record put there and took away meets first. */
  of: string;
  /** That record meets only itself for now. */
  isApart: boolean;
  /** Its delivery is about to write it anew. */
  isChanging: boolean;
}

export interface CircleDocuments {
  /** Those that stand and may be on account: charges, credits and payments. */
  standing: CircleDocument[];
  /** Payments of 0.00 by which we applied some to each other. */
  settlements: BooksKey[];
}

/** What is known of the circle of a delivery; null where it has none. */
export function circleDocuments(
  item: Outgoing,
  { references }: CompanyContext,
): CircleDocuments | null {
  const circle = circleOf(item, item.snapshot !== null);
  if (circle === null) return null;
  const found = new Map<string, CircleDocument>();
  const settlements = new Map<string, BooksKey>();
  const { record, recordId: ownId, snapshot: own } = item;
  const others = references.circles.get(circle) ?? [];
  const same = others.filter((one) => one.kind === record.kind && one.recordId === ownId);
  const isAlone = same.length === 0 ? isApart(record) : same.some((one) => one.isApart);
  for (const part of [
    ...others,
    { kind: record.kind, recordId: ownId, snapshot: own, isApart: isAlone, isChanging: false },
  ]) {
    const { kind, recordId, snapshot, isApart, isChanging } = part;
    const posted = snapshot === null ? null : postedIn(snapshot);
    if (posted === null) continue;
    const of = `${kind}/${recordId}`;
    for (const { entity, id } of standing(posted))
      if (isOnAccount(entity) && id !== '')
        found.set(keyOf({ entity, id }), { entity, id, of, isApart, isChanging });
    for (const { entity, id, role, isVoided } of posted.documents)
      if (role === 'applied' && !isVoided && id !== '')
        settlements.set(keyOf({ entity, id }), { entity, id });
  }
  return { standing: [...found.values()], settlements: [...settlements.values()] };
}

/** Whether a document of this kind may be on a customer's account; of an entry its lines say so. */
export function isOnAccount(entity: string): boolean {
  return ['Invoice', 'CreditMemo', 'JournalEntry', 'Payment'].includes(entity);
}
