/** Documents that we write to a company. */
export const documentEntities = [
  'SalesReceipt',
  'RefundReceipt',
  'Invoice',
  'CreditMemo',
  'Payment',
  'Deposit',
  'Purchase',
  'Transfer',
  'JournalEntry',
] as const;
export type DocumentEntity = (typeof documentEntities)[number];
