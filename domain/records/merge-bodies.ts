import type { ChangeBody, MoneyChange, RecordBody } from '../bodies';

// What a change says, laid over what was known.

type RecordChange = Exclude<ChangeBody, { kind: 'inventory' }>;

/**
 * Kinds whose fields are facts of their own: what a change leaves out or leaves empty says nothing
 * (architecture.md#i7).
 */
export function merge(
  before: RecordBody | MoneyChange | null,
  change: RecordChange,
): RecordBody | MoneyChange {
  const given = said(change);
  if (given.kind === 'customer' && before?.kind === 'customer')
    return { kind: 'customer', body: { ...before.body, ...given.body } };
  if (given.kind === 'product' && before?.kind === 'product')
    return { kind: 'product', body: { ...before.body, ...given.body } };
  return given;
}

/**
 * The change without the fields that say nothing. A ticket, payment or payout is one fact and taken
 * whole.
 */
export function said(change: RecordChange): RecordChange {
  if (change.kind === 'customer') return { kind: 'customer', body: withoutEmpty(change.body) };
  if (change.kind === 'product') return { kind: 'product', body: withoutEmpty(change.body) };
  return change;
}

function withoutEmpty<T extends object>(body: T): T {
  const copy = { ...body };
  for (const [field, value] of Object.entries(body)) {
    if (isEmpty(value)) Reflect.deleteProperty(copy, field);
  }
  return copy;
}

/**
 * No value, or one made of nothing else: an address is one value, and empty where all its lines
 * are.
 */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === '') return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every(isEmpty);
}
