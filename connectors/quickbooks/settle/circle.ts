import { circleOf, isApart } from '../../../domain/posting/plan/circle';
import type { CompanyContext } from '../company/context';
import { keyOf, postedIn, type BooksKey, type PostedItem } from '../books/posted';

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
  item: PostedItem,
  { references }: CompanyContext,
): CircleDocuments | null {
  const circle = circleOf(item, item.snapshot !== null);
  if (circle === null) return null;
  const { record, recordId: ownId, posted: own } = item;
  const others = references.circles.get(circle) ?? [];
  const same = others.filter((one) => one.kind === record.kind && one.recordId === ownId);
  const isAlone = same.length === 0 ? isApart(record) : same.some((one) => one.isApart);
  const parts = [
    ...others.map((one) => ({ ...one, posted: postedIn(one.snapshot) })),
    { kind: record.kind, recordId: ownId, posted: own, isApart: isAlone, isChanging: false },
  ];
  const found = new Map<string, CircleDocument>();
  const settlements = new Map<string, BooksKey>();
  for (const { kind, recordId, posted, isApart, isChanging } of parts)
    for (const { entity, id, role, isVoided } of posted?.documents ?? []) {
      if (isVoided || id === '') continue;
      const key = keyOf({ entity, id });
      if (role === 'applied') settlements.set(key, { entity, id });
      else if (isOnAccount(entity))
        found.set(key, { entity, id, of: `${kind}/${recordId}`, isApart, isChanging });
    }
  return { standing: [...found.values()], settlements: [...settlements.values()] };
}

/** Whether a document of this kind may be on a customer's account; of an entry its lines say so. */
export function isOnAccount(entity: string): boolean {
  return ['Invoice', 'CreditMemo', 'JournalEntry', 'Payment'].includes(entity);
}
