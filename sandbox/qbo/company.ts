import { type JsonObject } from '../json';
import { type Realm } from './realm';

const epoch = '2026-01-01T00:00:00-08:00';
const frame = {
  domain: 'QBO',
  sparse: false,
  Id: '1',
  SyncToken: '0',
  MetaData: { CreateTime: epoch, LastUpdatedTime: epoch },
};

/** `GET /companyinfo/{realmId}` (company_info.xml). */
export function companyInfo(realm: Realm): JsonObject {
  return {
    ...frame,
    CompanyName: realm.companyName,
    LegalName: realm.companyName,
    Country: realm.country,
    FiscalYearStartMonth: 'January',
    SupportedLanguages: 'en',
    DefaultTimeZone: realm.zone,
    NameValue: [
      { Name: 'SubscriptionStatus', Value: 'PAID' },
      { Name: 'OfferingSku', Value: 'QuickBooks Online Essentials' },
    ],
  };
}

/** `GET /preferences` (preferences.xml; section 16). */
export function preferencesOf(realm: Realm): JsonObject {
  const { preferences } = realm;
  return {
    ...frame,
    AccountingInfoPrefs: {
      ...(preferences.bookCloseDate === null ? {} : { BookCloseDate: preferences.bookCloseDate }),
      TrackDepartments: preferences.trackDepartments,
      ClassTrackingPerTxn: preferences.trackClasses,
      ClassTrackingPerTxnLine: false,
      UseAccountNumbers: false,
      FirstMonthOfFiscalYear: 'January',
    },
    ProductAndServicesPrefs: {
      ForSales: true,
      ForPurchase: false,
      QuantityWithPriceAndRate: true,
      QuantityOnHand: false,
    },
    SalesFormsPrefs: {
      CustomTxnNumbers: preferences.customTxnNumbers,
      AllowShipping: preferences.allowShipping,
      AllowDiscount: preferences.allowDiscount,
      AllowDeposit: false,
      AutoApplyCredit: false,
    },
    TaxPrefs: {
      UsingSalesTax: preferences.usingSalesTax,
      ...(preferences.partnerTaxEnabled ? { PartnerTaxEnabled: true } : {}),
    },
    CurrencyPrefs: {
      MultiCurrencyEnabled: preferences.multiCurrency,
      HomeCurrency: { value: realm.currency },
    },
    OtherPrefs: {
      NameValue: [
        { Name: 'SalesFormsPrefs.AllowGratuity', Value: String(preferences.allowGratuity) },
      ],
    },
  };
}
