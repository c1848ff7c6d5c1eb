import { z } from 'zod';

import { type JsonObject } from '../json';
import { intuitTime } from './answer';
import {
  accountingCompany,
  type CompanySeed,
  plainCompany,
  type TaxCodeSeed,
  terms,
} from './chart';
import { currencyName } from './currencies';
import { kinds } from './entities/kinds';
import { classificationOf } from './entities/lists';
import { type EntityName, type Realm, type Row } from './realm';
import { stored } from './rows';
import { emptyTable, putRow } from './tables';

const preferences = z.strictObject({
  bookCloseDate: z.iso.date().nullable().default(null),
  customTxnNumbers: z.boolean().default(true),
  allowShipping: z.boolean().default(true),
  allowDiscount: z.boolean().default(true),
  allowGratuity: z.boolean().default(true),
  usingSalesTax: z.boolean().optional(),
  /** US only: automated sales tax. */
  partnerTaxEnabled: z.boolean().optional(),
  multiCurrency: z.boolean().default(false),
  trackDepartments: z.boolean().default(false),
  trackClasses: z.boolean().default(false),
  /** With `trackClasses`: a class for each line instead of one for the whole document. */
  trackClassesPerLine: z.boolean().default(false),
  saysHomeCurrency: z.boolean().default(true),
});

/** Five kinds of companies, by the way they are taxed (quickbooks.md#sales-tax). */
const companyKinds = {
  usAutomated: { country: 'US', usingSalesTax: true, partnerTaxEnabled: true },
  usManual: { country: 'US', usingSalesTax: true, partnerTaxEnabled: false },
  usNoTax: { country: 'US', usingSalesTax: false, partnerTaxEnabled: false },
  gb: { country: 'GB', usingSalesTax: true, partnerTaxEnabled: false },
  ca: { country: 'CA', usingSalesTax: true, partnerTaxEnabled: false },
};

const realmSpec = z.strictObject({
  realmId: z.string().regex(/^\d+$/, 'digits only'),
  /** Short for country and tax preferences; what is given beside it wins. */
  kind: z.enum(['usAutomated', 'usManual', 'usNoTax', 'gb', 'ca']).optional(),
  country: z.string().length(2).optional(),
  /** Inventory needs Plus or Advanced. */
  plan: z.enum(['Essentials', 'Plus', 'Advanced']).default('Essentials'),
  currency: z.string().length(3).optional(),
  zone: z.string().optional(),
  companyName: z.string().optional(),
  /** Percent that the tax engine of a US company finds. */
  automatedRate: z.string().default('8.875'),
  fixture: z.literal('accounting').optional(),
  preferences: preferences.prefault({}),
});

type RealmSpec = z.output<typeof realmSpec>;

/** Body of `POST /_sandbox/reset` of the QuickBooks sandbox. */
export const resetBody = z.strictObject({
  realms: z.array(realmSpec).default([]),
  keep: z.boolean().default(false),
});

/** Changes an accountant may make to a company's preferences. */
export const preferencesChange = z.strictObject(
  Object.fromEntries(
    Object.entries(preferences.shape).map(([name, schema]) => [name, schema.optional()]),
  ),
);

const byCountry: Partial<Record<string, { currency: string; zone: string }>> = {
  US: { currency: 'USD', zone: 'America/New_York' },
  GB: { currency: 'GBP', zone: 'Europe/London' },
  CA: { currency: 'CAD', zone: 'America/Toronto' },
};

/** The ids a client would otherwise have to query for. */
export interface SeededIds {
  accounts: Record<string, string>;
  paymentMethods: Record<string, string>;
  taxCodes: Record<string, string>;
  items: Record<string, string>;
  customers: Record<string, string>;
}

/** A company with its chart of accounts, and with the ids of what is in it. */
export function seededRealm(spec: RealmSpec, nowMs: number): { realm: Realm; ids: SeededIds } {
  const country = countryOf(spec);
  const isFixture = spec.fixture === 'accounting';
  const seed = isFixture ? accountingCompany(country) : plainCompany(country);
  const ids: SeededIds = {
    accounts: idsByName(seed.accounts),
    paymentMethods: idsByName(seed.paymentMethods),
    taxCodes: idsByName(seed.taxCodes),
    items: idsByName(seed.items),
    customers: idsByName(seed.customers),
  };
  const realm: Realm = {
    ...identity(spec, country),
    singletons: new Map(),
    tables: emptyTables(),
    names: new Map(),
    systemAccounts: systemAccounts(ids.accounts),
    rateAccounts: new Map(),
    balances: new Map(),
    partyBalances: new Map(),
    entries: new Map(),
    links: { from: new Map(), to: new Map() },
    movements: new Map(),
    movementsOf: new Map(),
    stocks: new Map(),
    replies: new Map(),
    nextDocNumber: 1000,
    nextSequence: 1,
    nextAddressId: 1,
    nextSharedId: 1,
  };
  fill(realm, seed, ids, nowMs);
  return { realm, ids };
}

function countryOf(spec: RealmSpec): string {
  return spec.country ?? (spec.kind === undefined ? 'US' : companyKinds[spec.kind].country);
}

type Identity = Pick<
  Realm,
  | 'realmId'
  | 'companyName'
  | 'country'
  | 'currency'
  | 'zone'
  | 'plan'
  | 'automatedRate'
  | 'preferences'
>;

function identity(spec: RealmSpec, country: string): Identity {
  const usual = byCountry[country] ?? { currency: 'EUR', zone: 'UTC' };
  const kind = spec.kind === undefined ? undefined : companyKinds[spec.kind];
  const { usingSalesTax, partnerTaxEnabled, ...preferencesGiven } = spec.preferences;
  return {
    realmId: spec.realmId,
    companyName: spec.companyName ?? `Sandbox company ${spec.realmId}`,
    country,
    currency: spec.currency ?? usual.currency,
    zone: spec.zone ?? usual.zone,
    plan: spec.plan,
    automatedRate: spec.automatedRate,
    preferences: {
      ...preferencesGiven,
      usingSalesTax: usingSalesTax ?? kind?.usingSalesTax ?? true,
      partnerTaxEnabled: partnerTaxEnabled ?? kind?.partnerTaxEnabled ?? country === 'US',
    },
  };
}

function systemAccounts(ids: Record<string, string>): Realm['systemAccounts'] {
  const id = (name: string): string => ids[name] ?? '';
  return {
    undeposited: id('Undeposited Funds'),
    shippingIncome: id('Shipping income'),
    gratuity: id('Tips payable'),
    discounts: id('Discounts given'),
    taxPayable: id('Sales tax payable'),
    receivable: id('Accounts Receivable (A/R)'),
    payable: id('Accounts Payable (A/P)'),
    openingBalance: id('Opening Balance Equity'),
    shrinkage: id('Inventory Shrinkage'),
    retainedEarnings: id('Retained Earnings'),
    exchangeGain: id('Exchange Gain or Loss'),
  };
}

function emptyTables(): Realm['tables'] {
  const names = Object.keys(kinds) as EntityName[]; // a record of exactly these names
  const tables = names.map((name) => [name, emptyTable(name)] as const);
  return Object.fromEntries(tables) as Realm['tables'];
}

function idsByName(
  seeds: readonly { id: number | string; name: string }[],
): Record<string, string> {
  return Object.fromEntries(seeds.map(({ id, name }) => [name, String(id)]));
}

const agencies: Partial<Record<string, string>> = {
  US: 'New York Department of Taxation and Finance',
  GB: 'HM Revenue & Customs',
  CA: 'Canada Revenue Agency',
};

function fill(realm: Realm, seed: CompanySeed, ids: SeededIds, nowMs: number): void {
  const currency = { value: realm.currency, name: currencyName(realm.currency) };
  const put = (type: EntityName, id: number | string, fields: JsonObject): void => {
    putRow(realm, type, seededRow(String(id), fields, nowMs));
  };
  for (const { id, name, type, subType } of seed.accounts) {
    put('Account', id, {
      Name: name,
      FullyQualifiedName: name,
      SubAccount: false,
      Classification: classificationOf(type) ?? '',
      AccountType: type,
      AccountSubType: subType,
      CurrencyRef: currency,
    });
  }
  for (const { id, name, dueDays } of terms) {
    put('Term', id, { Name: name, Type: 'STANDARD', DueDays: dueDays, DiscountDays: 0 });
  }
  put('TaxAgency', '1', {
    Active: undefined,
    DisplayName: agencies[realm.country] ?? 'Tax office',
    TaxTrackedOnPurchases: realm.country !== 'US',
    TaxTrackedOnSales: true,
  });
  for (const { id, name, type } of seed.paymentMethods) {
    put('PaymentMethod', id, { Name: name, Type: type });
  }
  for (const { id, name } of seed.customers) {
    put('Customer', id, {
      DisplayName: name,
      FullyQualifiedName: name,
      PrintOnCheckName: name,
      Taxable: true,
      Job: false,
      BillWithParent: false,
      PreferredDeliveryMethod: 'None',
      CurrencyRef: currency,
    });
  }
  for (const { id, name, type, account } of seed.items) {
    put('Item', id, {
      Name: name,
      FullyQualifiedName: name,
      Sku: name,
      Type: type,
      Taxable: true,
      UnitPrice: 0,
      PurchaseCost: 0,
      TrackQtyOnHand: false,
      IncomeAccountRef: { value: ids.accounts[account] ?? '', name: account },
    });
  }
  for (const code of seed.taxCodes) addTaxCode(realm, code, ids.accounts, nowMs);
}

/** A code with its rates; each rate has the account it is owed on. */
export function addTaxCode(
  realm: Realm,
  code: TaxCodeSeed,
  accountIds: Record<string, string>,
  nowMs: number,
): void {
  for (const { id, name, percent, account } of code.rates) {
    const fields = {
      Name: name,
      Description: name,
      RateValue: percent,
      AgencyRef: { value: '1' },
      SpecialTaxType: 'NONE',
      DisplayType: 'ReadOnly',
    };
    putRow(realm, 'TaxRate', seededRow(id, fields, nowMs));
    realm.rateAccounts.set(id, accountIds[account] ?? realm.systemAccounts.taxPayable);
  }
  const row = seededRow(
    code.id,
    {
      Name: code.name,
      Description: code.name,
      Taxable: code.id !== 'NON',
      TaxGroup: code.rates.length > 0,
      ...(code.rates.length === 0
        ? {}
        : {
            SalesTaxRateList: {
              TaxRateDetail: code.rates.map(({ id, name }, index) => ({
                TaxRateRef: { value: id, name },
                TaxTypeApplicable: 'TaxOnAmount',
                TaxOrder: index,
              })),
            },
          }),
    },
    nowMs,
  );
  putRow(realm, 'TaxCode', row);
}

function seededRow(id: string, fields: JsonObject, nowMs: number): Row {
  const time = intuitTime(nowMs);
  const metaData = { CreateTime: time, LastUpdatedTime: time };
  return stored({ Active: true, ...fields }, id, '0', metaData);
}
