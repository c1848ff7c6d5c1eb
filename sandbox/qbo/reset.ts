import { z } from 'zod';

import { type JsonObject } from '../json';
import { intuitTime } from './answer';
import { accountingCompany, type CompanySeed, plainCompany, type TaxCodeSeed } from './chart';
import { classificationOf } from './entities/lists';
import { emptyTable, type EntityName, putRow, type Realm, type Row } from './realm';

const preferences = z.strictObject({
  bookCloseDate: z.iso.date().nullable().default(null),
  customTxnNumbers: z.boolean().default(true),
  allowShipping: z.boolean().default(true),
  allowDiscount: z.boolean().default(true),
  allowGratuity: z.boolean().default(true),
  usingSalesTax: z.boolean().default(true),
  /** US only: automated sales tax. */
  partnerTaxEnabled: z.boolean().optional(),
  multiCurrency: z.boolean().default(false),
  trackDepartments: z.boolean().default(false),
  trackClasses: z.boolean().default(false),
});

const realmSpec = z.strictObject({
  realmId: z.string().regex(/^\d+$/, 'digits only'),
  country: z.string().length(2).default('US'),
  currency: z.string().length(3).optional(),
  zone: z.string().optional(),
  companyName: z.string().optional(),
  /** Percent that the tax engine of a US company finds. */
  automatedRate: z.string().default('8.875'),
  fixture: z.literal('accounting').optional(),
  preferences: preferences.prefault({}),
});

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
export function seededRealm(
  spec: z.output<typeof realmSpec>,
  nowMs: number,
): { realm: Realm; ids: SeededIds } {
  const usual = byCountry[spec.country] ?? { currency: 'EUR', zone: 'UTC' };
  const isFixture = spec.fixture === 'accounting';
  const seed = isFixture ? accountingCompany(spec.country) : plainCompany(spec.country);
  const ids: SeededIds = {
    accounts: idsByName(seed.accounts),
    paymentMethods: idsByName(seed.paymentMethods),
    taxCodes: idsByName(seed.taxCodes),
    items: idsByName(seed.items),
    customers: idsByName(seed.customers),
  };
  const id = (name: string): string => ids.accounts[name] ?? '';
  const realm: Realm = {
    realmId: spec.realmId,
    companyName: spec.companyName ?? `Sandbox company ${spec.realmId}`,
    country: spec.country,
    currency: spec.currency ?? usual.currency,
    zone: spec.zone ?? usual.zone,
    automatedRate: spec.automatedRate,
    preferences: {
      ...spec.preferences,
      partnerTaxEnabled: spec.preferences.partnerTaxEnabled ?? spec.country === 'US',
    },
    tables: emptyTables(),
    names: new Map(),
    systemAccounts: {
      undeposited: id('Undeposited Funds'),
      shippingIncome: id('Shipping income'),
      gratuity: id('Tips payable'),
      discounts: id('Discounts given'),
      taxPayable: id('Sales tax payable'),
    },
    rateAccounts: new Map(),
    balances: new Map(),
    postings: new Map(),
    replies: new Map(),
    nextDocNumber: 1000,
  };
  fill(realm, seed, ids, nowMs);
  return { realm, ids };
}

function emptyTables(): Realm['tables'] {
  return {
    Customer: emptyTable('Customer'),
    Vendor: emptyTable('Vendor'),
    Employee: emptyTable('Employee'),
    Item: emptyTable('Item'),
    Account: emptyTable('Account'),
    PaymentMethod: emptyTable('PaymentMethod'),
    Department: emptyTable('Department'),
    Class: emptyTable('Class'),
    TaxCode: emptyTable('TaxCode'),
    TaxRate: emptyTable('TaxRate'),
    SalesReceipt: emptyTable('SalesReceipt'),
    RefundReceipt: emptyTable('RefundReceipt'),
  };
}

function idsByName(
  seeds: readonly { id: number | string; name: string }[],
): Record<string, string> {
  return Object.fromEntries(seeds.map(({ id, name }) => [name, String(id)]));
}

function fill(realm: Realm, seed: CompanySeed, ids: SeededIds, nowMs: number): void {
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
      CurrencyRef: { value: realm.currency },
    });
  }
  for (const { id, name, type } of seed.paymentMethods) {
    put('PaymentMethod', id, { Name: name, Type: type });
  }
  for (const { id, name } of seed.customers) {
    put('Customer', id, {
      DisplayName: name,
      FullyQualifiedName: name,
      CurrencyRef: { value: realm.currency },
    });
  }
  for (const { id, name, type, account } of seed.items) {
    put('Item', id, {
      Name: name,
      Sku: name,
      Type: type,
      UnitPrice: 0,
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
    const fields = { Name: name, RateValue: percent, SpecialTaxType: 'NONE', DisplayType: 'ReadOnly' }; // prettier-ignore
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
  return {
    Active: true,
    ...fields,
    domain: 'QBO',
    sparse: false,
    Id: id,
    SyncToken: '0',
    MetaData: { CreateTime: time, LastUpdatedTime: time },
  };
}
