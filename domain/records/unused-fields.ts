import type { ChangeKind } from '../words';

// Fields of changes that are accepted, kept in the record, and read by nothing: whoever sends them
// is told. A test walks the schemas and finds fields that are neither read nor listed here.

export interface UnusedField {
  field: string;
  why: string;
}

export const unusedFields: Readonly<Record<ChangeKind, readonly UnusedField[]>> = {
  customer: [{ field: 'taxExempt', why: 'set it on the customer in QuickBooks' }],
  product: [
    { field: 'categories', why: 'no system gets them yet' },
    { field: 'costMinor', why: 'costs are kept in the books by purchases' },
  ],
  inventory: [],
  order: [],
  refund: [],
  invoice: [],
  payment: [],
  payout: [],
  cash: [],
};
