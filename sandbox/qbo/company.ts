import { isObject, type JsonObject, plainText } from '../json';
import { intuitTime } from './answer';
import { faults } from './fault';
import { type Place } from './place';
import { type Realm } from './realm';
import { classLevel } from './sales/classes';

const epoch = '2026-01-01T00:00:00-08:00';
const frame = {
  domain: 'QBO',
  sparse: false,
  Id: '1',
  SyncToken: '0',
  MetaData: { CreateTime: epoch, LastUpdatedTime: epoch },
};

const offering = {
  Essentials: 'QuickBooks Online Essentials',
  Plus: 'QuickBooks Online Plus',
  Advanced: 'QuickBooks Online Advanced',
};

/** `GET /companyinfo/{realmId}` (company_info.xml). */
export function companyInfo(realm: Realm): JsonObject {
  const address = {
    Id: '1',
    Line1: '1 Main Street',
    City: 'New York',
    Country: realm.country === 'US' ? 'USA' : realm.country,
    PostalCode: '10001',
    Lat: 'INVALID',
    Long: 'INVALID',
  };
  return {
    ...frame,
    CompanyName: realm.companyName,
    LegalName: realm.companyName,
    CompanyAddr: address,
    CustomerCommunicationAddr: address,
    LegalAddr: address,
    PrimaryPhone: { FreeFormNumber: '2125550100' },
    CompanyStartDate: '2026-01-01',
    Country: realm.country,
    Email: { Address: 'books@example.test' },
    WebAddr: { URI: 'http://example.test' },
    FiscalYearStartMonth: 'January',
    SupportedLanguages: 'en',
    DefaultTimeZone: realm.zone,
    NameValue: [
      { Name: 'NeoEnabled', Value: 'true' },
      { Name: 'SubscriptionStatus', Value: 'PAID' },
      { Name: 'OfferingSku', Value: offering[realm.plan] },
    ],
    ...realm.singletons.get('CompanyInfo'),
  };
}

/** `GET /preferences` (preferences.xml; quickbooks.md#preferences). */
export function preferencesOf(realm: Realm): JsonObject {
  const { preferences, plan } = realm;
  return {
    ...frame,
    AccountingInfoPrefs: {
      ...(preferences.bookCloseDate === null ? {} : { BookCloseDate: preferences.bookCloseDate }),
      TrackDepartments: preferences.trackDepartments,
      ClassTrackingPerTxn: classLevel(realm) === 'document',
      ClassTrackingPerTxnLine: classLevel(realm) === 'line',
      UseAccountNumbers: false,
      FirstMonthOfFiscalYear: 'January',
      TaxYearMonth: 'January',
      TaxForm: '6',
      CustomerTerminology: 'Customers',
    },
    ProductAndServicesPrefs: {
      ForSales: true,
      ForPurchase: false,
      QuantityWithPriceAndRate: true,
      QuantityOnHand: plan !== 'Essentials',
    },
    SalesFormsPrefs: {
      CustomTxnNumbers: preferences.customTxnNumbers,
      EmailCopyToCompany: false,
      AllowDeposit: false,
      AllowDiscount: preferences.allowDiscount,
      AllowEstimates: true,
      AllowServiceDate: false,
      AllowShipping: preferences.allowShipping,
      AutoApplyCredit: false,
      AutoApplyPayments: false,
      IPNSupportEnabled: false,
      UsingPriceLevels: false,
    },
    VendorAndPurchasesPrefs: { TrackingByCustomer: false, BillableExpenseTracking: false },
    TaxPrefs: {
      UsingSalesTax: preferences.usingSalesTax,
      ...(realm.country === 'US' ? { PartnerTaxEnabled: preferences.partnerTaxEnabled } : {}),
    },
    CurrencyPrefs: {
      MultiCurrencyEnabled: preferences.multiCurrency,
      ...(preferences.saysHomeCurrency ? { HomeCurrency: { value: realm.currency } } : {}),
    },
    ReportPrefs: { ReportBasis: 'Accrual', CalcAgingReportFromTxnDate: false },
    OtherPrefs: {
      NameValue: [
        { Name: 'SalesFormsPrefs.AllowGratuity', Value: String(preferences.allowGratuity) },
      ],
    },
    ...realm.singletons.get('Preferences'),
  };
}

/** The objects a company has once. */
export const singletons: Partial<Record<string, (realm: Realm) => JsonObject>> = {
  CompanyInfo: companyInfo,
  Preferences: preferencesOf,
};

/** What a client may change of them; every other preference is the accountant's (`act`). */
const writable: Partial<Record<string, readonly string[]>> = {
  CompanyInfo: ['CompanyName', 'LegalName', 'PrimaryPhone', 'Email', 'WebAddr', 'CompanyAddr'],
  Preferences: ['ReportPrefs', 'VendorAndPurchasesPrefs'],
};

/** `POST /companyinfo` and `POST /preferences`, with the token of the present state. */
export function updateSingleton(place: Place, name: string, sent: JsonObject): JsonObject {
  const { realm, nowMs } = place;
  const read = singletons[name];
  if (read === undefined) throw faults.unsupported(name);
  const present = read(realm);
  if (plainText(sent['SyncToken']) !== present['SyncToken']) throw faults.stale();
  const changed: JsonObject = { ...realm.singletons.get(name) };
  for (const field of writable[name] ?? []) {
    if (sent[field] !== undefined) changed[field] = sent[field];
  }
  const meta = isObject(present['MetaData']) ? present['MetaData'] : {};
  changed['SyncToken'] = String(Number(present['SyncToken']) + 1);
  changed['MetaData'] = { ...meta, LastUpdatedTime: intuitTime(nowMs) };
  realm.singletons.set(name, changed);
  return read(realm);
}
