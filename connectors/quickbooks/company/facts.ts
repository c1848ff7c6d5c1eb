import { z } from 'zod';
import type { CompanyTaxCode } from '../../../domain/posting/document';
import type { CallGate, References } from '../../contract';
import type { QboClient } from '../api/client';
import {
  accountSchema,
  companySchema,
  listedRowSchema,
  preferencesSchema,
  taxCodeSchema,
  taxRateSchema,
} from '../api/wire';

// Facts of a company that decide how documents must look (quickbooks.md#preferences). Stored by the
// caller.

/** A row of one of the company's short lists. */
const listedSchema = z.object({ id: z.string(), name: z.string(), isActive: z.boolean() });
type Listed = z.infer<typeof listedSchema>;

const factsSchema = z.object({
  country: z.string(),
  /** Null where the company does not say: then no currency is known to be its own. */
  homeCurrency: z.string().nullable(),
  isMultiCurrency: z.boolean(),
  usingSalesTax: z.boolean(),
  isAutomatedTax: z.boolean(),
  customTxnNumbers: z.boolean(),
  allowShipping: z.boolean(),
  allowDiscount: z.boolean(),
  allowGratuity: z.boolean(),
  trackDepartments: z.boolean(),
  /**
   * Where documents say a class: once, or on each line; null where the company does not track
   * classes.
   */
  classLevel: z.enum(['document', 'line']).nullable(),
  classes: z.array(listedSchema),
  /** None are read where the company tracks no departments. */
  departments: z.array(listedSchema),
  paymentMethods: z.array(listedSchema),
  /** Documents dated up to this day are refused; null where no period is closed. */
  bookCloseDate: z.string().nullable(),
  accounts: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      type: z.string(),
      isActive: z.boolean(),
      /** Null where the company does not say: then it is its own. */
      currency: z.string().nullable(),
    }),
  ),
  taxCodes: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      isActive: z.boolean(),
      /** Percent as decimal text: a code may bundle several rates. */
      rates: z.array(z.object({ id: z.string(), percent: z.string() })),
    }),
  ),
  readAtMs: z.number(),
});
export type QboFacts = z.infer<typeof factsSchema>;

/** Facts as stored; null where there are none or not all: the caller reads them again then. */
export function parseFacts(stored: unknown): QboFacts | null {
  return factsSchema.safeParse(stored).data ?? null;
}

/** Six reads, and one each of classes and departments where the company tracks them. */
export async function readFacts(
  client: QboClient,
  realmId: string,
  gate: CallGate,
): Promise<QboFacts> {
  const company = await client.read(`companyinfo/${realmId}`, {}, companySchema, gate);
  const { Preferences } = await client.read('preferences', {}, preferencesSchema, gate);
  const accounts = await client.query('Account', 'Active IN (true, false)', accountSchema, gate);
  const codes = await client.query('TaxCode', 'Active IN (true, false)', taxCodeSchema, gate);
  const rates = await client.query('TaxRate', 'Active IN (true, false)', taxRateSchema, gate);
  const percentOf = new Map(rates.map((rate) => [rate.Id, String(rate.RateValue)]));
  const { AccountingInfoPrefs, SalesFormsPrefs, TaxPrefs, CurrencyPrefs } = Preferences;
  const classLevel = classLevelOf(AccountingInfoPrefs ?? {});
  const trackDepartments = AccountingInfoPrefs?.TrackDepartments ?? false;
  const list = async (entity: string): Promise<Listed[]> => {
    const rows = await client.query(entity, 'Active IN (true, false)', listedRowSchema, gate);
    return rows.map(({ Id: id, Name: name, Active: isActive }) => ({ id, name, isActive }));
  };
  const classes = classLevel === null ? [] : await list('Class');
  const departments = trackDepartments ? await list('Department') : [];
  const paymentMethods = await list('PaymentMethod');
  const others = Preferences.OtherPrefs?.NameValue ?? [];
  return {
    country: company.CompanyInfo.Country,
    homeCurrency: CurrencyPrefs?.HomeCurrency?.value ?? null,
    isMultiCurrency: CurrencyPrefs?.MultiCurrencyEnabled ?? false,
    usingSalesTax: TaxPrefs?.UsingSalesTax ?? false,
    isAutomatedTax: TaxPrefs?.PartnerTaxEnabled ?? false,
    customTxnNumbers: SalesFormsPrefs?.CustomTxnNumbers ?? false,
    allowShipping: SalesFormsPrefs?.AllowShipping ?? false,
    allowDiscount: SalesFormsPrefs?.AllowDiscount ?? false,
    allowGratuity: others.some(
      ({ Name, Value }) => Name === 'SalesFormsPrefs.AllowGratuity' && Value === 'true',
    ),
    trackDepartments,
    classLevel,
    classes,
    departments,
    paymentMethods,
    bookCloseDate: AccountingInfoPrefs?.BookCloseDate ?? null,
    accounts: accounts.map((account) => ({
      id: account.Id,
      name: account.Name,
      type: account.AccountType,
      isActive: account.Active,
      currency: account.CurrencyRef?.value ?? null,
    })),
    taxCodes: codes.map((code) => ({
      id: code.Id,
      name: code.Name,
      isActive: code.Active,
      rates: code.SalesTaxRateList.TaxRateDetail.map(({ TaxRateRef: { value: id } }) => ({
        id,
        percent: percentOf.get(id) ?? '0',
      })),
    })),
    readAtMs: client.now(),
  };
}

/** One class for a document, or one for each line: the company has one of the two. */
function classLevelOf(preferences: {
  ClassTrackingPerTxn?: boolean | undefined;
  ClassTrackingPerTxnLine?: boolean | undefined;
}): QboFacts['classLevel'] {
  if (preferences.ClassTrackingPerTxnLine === true) return 'line';
  return preferences.ClassTrackingPerTxn === true ? 'document' : null;
}

/**
 * The company's tax code that a set of source codes is mapped to; null where none is, or it is not
 * there any more.
 */
export function taxCodeOf(
  taxKey: string,
  references: Pick<References, 'mapping'>,
  facts: QboFacts,
): CompanyTaxCode | null {
  const id = references.mapping('taxCode', taxKey);
  if (id === null) return null;
  return facts.taxCodes.find((code) => code.id === id && code.isActive) ?? null;
}
