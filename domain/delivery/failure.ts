import type { HoldCode } from '../hold-reasons';

// What a vendor's refusal means for one delivery. The connectors' `errors.ts` turn an answer into a
// class; this table turns the class into a verdict. Source: quickbooks.md#error-codes, #retries,
// woocommerce.md#errors.

/** Why a vendor refused one write. The same words for every vendor. */
export const failureClasses = [
  'STALE', // somebody changed it meanwhile: read again, compose again
  'DUPLICATE', // it exists already under this name or number: look it up before the next try
  'LOCKED', // deposited or otherwise locked by the books: composed again as a difference
  'CLOSED', // the period is closed: composed again with the facts read anew
  'REFERENCE', // something it refers to is gone or inactive there
  'GONE', // the thing itself was deleted there
  'CAPABILITY', // the company's plan lacks the feature
  'DATA', // a value the vendor does not accept
  'BUSINESS', // a rule of the vendor's business logic, its text is for a person
  'SERVER', // the vendor failed on this item although others pass
  'CRASH', // the vendor's program broke off on this item, alone in its request
  'BLOCKED', // something before the vendor does not let this item pass, alone in its request
  'BUG', // a request that we should never have built
] as const;
export type FailureClass = (typeof failureClasses)[number];

export type Verdict =
  /** Try again by the back-off; after the last try it is dead, or held after fewer of them. */
  | { kind: 'later'; then?: { triesMax: number; heldReason: HoldCode } }
  | { kind: 'held'; reason: HoldCode } // a person or a setting decides, then redrive
  | { kind: 'dead' }; // needs other data; redrive after the correction

const verdicts: Readonly<Record<FailureClass, Verdict>> = {
  STALE: { kind: 'later' },
  DUPLICATE: { kind: 'later' },
  LOCKED: { kind: 'later' },
  CLOSED: { kind: 'later' },
  REFERENCE: { kind: 'held', reason: 'reference_refused' },
  GONE: { kind: 'held', reason: 'gone_in_system' },
  CAPABILITY: { kind: 'held', reason: 'plan_lacks_feature' },
  DATA: { kind: 'dead' },
  BUSINESS: { kind: 'dead' },
  SERVER: { kind: 'later' },
  // It may have been the store's bad minute: twice more, then a person looks.
  CRASH: { kind: 'later', then: { triesMax: 3, heldReason: 'store_fails' } },
  BLOCKED: { kind: 'held', reason: 'refused_by_firewall' },
  BUG: { kind: 'dead' },
};

/** What follows for the delivery when its write was refused with this class. */
export function verdictFor(failureClass: FailureClass): Verdict {
  return verdicts[failureClass];
}

/** Whether whole sends were refused for such an item: it leaves alone until it is taken. */
export function travelsAlone(failureClass: FailureClass): boolean {
  return failureClass === 'CRASH' || failureClass === 'BLOCKED';
}

/** What a dead delivery of each class needs, for operators. */
export const deadReasons: Readonly<Record<FailureClass, { title: string; whatToDo: string }>> = {
  STALE: {
    title: 'Changed meanwhile, again and again',
    whatToDo: 'Redrive it when nobody edits it in the system.',
  },
  DUPLICATE: {
    title: 'Exists already',
    whatToDo: 'Rename the one in the system, or map it; then redrive.',
  },
  LOCKED: { title: 'Locked', whatToDo: 'Unlock it in the books, then redrive.' },
  CLOSED: { title: 'Closed period', whatToDo: 'Open the period, then redrive.' },
  REFERENCE: {
    title: 'Refers to something gone',
    whatToDo: 'Make it active there or map another, then redrive.',
  },
  GONE: { title: 'Deleted there', whatToDo: 'Redrive it to make it anew, or discard it.' },
  CAPABILITY: {
    title: 'Plan lacks the feature',
    whatToDo: 'Turn the feature on in QuickBooks, then redrive.',
  },
  DATA: {
    title: 'Value refused',
    whatToDo: 'Send a corrected revision; the detail says which value.',
  },
  BUSINESS: {
    title: 'Refused by a rule of the system',
    whatToDo: 'Do what the detail says in the system or at the POS, then redrive.',
  },
  SERVER: {
    title: 'The system failed on it',
    whatToDo: 'Redrive it; if it fails again, ask the support of the system.',
  },
  CRASH: {
    title: 'The store breaks off on it',
    whatToDo: 'Look into the log of the store, correct the product or the plug-in; then redrive.',
  },
  BLOCKED: {
    title: 'Stopped before the store',
    whatToDo: 'Change its text or allow it in the firewall; then redrive.',
  },
  BUG: {
    title: 'A request that the system does not understand',
    whatToDo: 'Report it to the makers of truth-sync with its cause; then redrive or discard it.',
  },
};

/**
 * Refusals that may come from preferences or accounts which changed since they were read
 * (quickbooks.md#preferences).
 */
export function mayRestOnOldFacts(failureClass: FailureClass): boolean {
  return ['CLOSED', 'CAPABILITY', 'BUSINESS', 'DUPLICATE', 'REFERENCE'].includes(failureClass);
}
