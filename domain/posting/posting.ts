/** What one account gets of a document, or of several. */
export interface Posting {
  /** Null where the vendor itself chooses the account, e.g. that of a tax. */
  accountId: string | null;
  account: string;
  currency: string;
  debitMinor: number;
  creditMinor: number;
}
