// The words of this product, once, as types. docs/glossary.md explains them to people.

/** The systems that truth-sync calls: each tenant has one lane for each. */
export const targets = ['woo', 'qbo'] as const;
export type Target = (typeof targets)[number];

/**
 * Every system that can hold a record. `pos` takes its changes itself (feed); the others have a
 * lane.
 */
export const systems = ['pos', ...targets] as const;
export type System = (typeof systems)[number];

/**
 * Kinds of records that changes are about, in the order of dependency: a later one may refer to an
 * earlier one.
 */
export const changeKinds = [
  'customer',
  'product',
  'inventory',
  'order',
  'refund',
  'invoice',
  'payment',
  'payout',
  'cash',
] as const;
/** A daily summary is made by us from the tickets of a day; nobody sends one. */
export const kinds = [...changeKinds, 'summary'] as const;
export type Kind = (typeof kinds)[number];
export type ChangeKind = (typeof changeKinds)[number];

/**
 * Kinds that are posted once into books; what was kept back needs a decision before it is sent
 * late.
 */
export const documentKinds = [
  'order',
  'refund',
  'invoice',
  'payment',
  'payout',
  'cash',
  'summary',
] as const;

/** Kinds of records that a payout may include. */
export const paidOutKinds = ['order', 'refund', 'invoice', 'payment'] as const;
export type PaidOutKind = (typeof paidOutKinds)[number];

export function isDocumentKind(kind: Kind): boolean {
  return (documentKinds as readonly Kind[]).includes(kind);
}

export function isTarget(text: unknown): text is Target {
  return (targets as readonly unknown[]).includes(text);
}

/** What a change says about its record. */
export type ChangeOp = 'upsert' | 'delete';
/** What a system should have of a record. */
export type DesiredOp = 'present' | 'absent';

/** Any JSON value: what a table or a vendor holds before it was checked. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;
