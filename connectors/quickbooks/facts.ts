import { z } from 'zod';
import type { JsonObject } from '../../domain/words';
import type { CallGate } from '../connector';
import type { QboClient } from './client';
import { accountSchema, companySchema, preferencesSchema } from './wire';

// Facts of a company that decide how documents must look (quickbooks.md 16). Stored by the caller.

const factsSchema = z.object({
  country: z.string(),
  /** Null where the company does not say: then no currency is known to be its own. */
  homeCurrency: z.string().nullable(),
  isMultiCurrency: z.boolean(),
  usingSalesTax: z.boolean(),
  isAutomatedTax: z.boolean(),
  customTxnNumbers: z.boolean(),
  allowShipping: z.boolean(),
  trackDepartments: z.boolean(),
  /** Documents dated up to this day are refused; null where no period is closed. */
  bookCloseDate: z.string().nullable(),
  accounts: z.array(
    z.object({ id: z.string(), name: z.string(), type: z.string(), isActive: z.boolean() }),
  ),
  readAtMs: z.number(),
});
export type QboFacts = z.infer<typeof factsSchema>;

/** Facts as stored; null where there are none or of an older shape: then they are read again. */
export function parseFacts(stored: JsonObject | null): QboFacts | null {
  const facts = factsSchema.safeParse(stored);
  return facts.success ? facts.data : null;
}

/** Three reads. */
export async function readFacts(
  client: QboClient,
  realmId: string,
  gate: CallGate,
): Promise<QboFacts> {
  const company = await client.read(`companyinfo/${realmId}`, {}, companySchema, gate);
  const { Preferences } = await client.read('preferences', {}, preferencesSchema, gate);
  const accounts = await client.query('Account', 'Active IN (true, false)', accountSchema, gate);
  const { AccountingInfoPrefs, SalesFormsPrefs, TaxPrefs, CurrencyPrefs } = Preferences;
  return {
    country: company.CompanyInfo.Country,
    homeCurrency: CurrencyPrefs?.HomeCurrency?.value ?? null,
    isMultiCurrency: CurrencyPrefs?.MultiCurrencyEnabled ?? false,
    usingSalesTax: TaxPrefs?.UsingSalesTax ?? false,
    isAutomatedTax: TaxPrefs?.PartnerTaxEnabled ?? false,
    customTxnNumbers: SalesFormsPrefs?.CustomTxnNumbers ?? false,
    allowShipping: SalesFormsPrefs?.AllowShipping ?? false,
    trackDepartments: AccountingInfoPrefs?.TrackDepartments ?? false,
    bookCloseDate: AccountingInfoPrefs?.BookCloseDate ?? null,
    accounts: accounts.map((account) => ({
      id: account.Id,
      name: account.Name,
      type: account.AccountType,
      isActive: account.Active,
    })),
    readAtMs: client.now(),
  };
}
