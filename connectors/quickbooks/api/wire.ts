import { z } from 'zod';
import type { JsonObject } from '../../../domain/words';
import { jsonObject } from '../../stored-write';

// The vendor's JSON as far as we read it (quickbooks.md#envelopes, #faults).

const referenceSchema = z.object({ value: z.string() });

export const customerSchema = z.object({
  Id: z.string().min(1),
  SyncToken: z.string().default('0'),
  DisplayName: z.string().default(''),
  Active: z.boolean().default(true),
  GivenName: z.string().default(''),
  FamilyName: z.string().default(''),
  CompanyName: z.string().default(''),
  PrimaryEmailAddr: z
    .object({ Address: z.string().default('') })
    .nullable()
    .default(null),
  PrimaryPhone: z
    .object({ FreeFormNumber: z.string().default('') })
    .nullable()
    .default(null),
  // Only whether there is one: lines come back rearranged (quickbooks.md#customers).
  BillAddr: z.object({}).nullable().default(null),
  ShipAddr: z.object({}).nullable().default(null),
  Notes: z.string().default(''),
});
export type QboCustomer = z.infer<typeof customerSchema>;

export const itemSchema = z.object({
  Id: z.string().min(1),
  SyncToken: z.string().default('0'),
  Name: z.string().default(''),
  Sku: z.string().default(''),
  Active: z.boolean().default(true),
  Type: z.string().default(''),
  Description: z.string().default(''),
  UnitPrice: z.number().nullable().default(null),
});
export type QboItem = z.infer<typeof itemSchema>;

/** What of an item says where its sales are booked. */
export const incomeSchema = z.object({
  Id: z.string().min(1),
  IncomeAccountRef: z.object({ value: z.string() }).optional(),
});

const linksSchema = z.array(
  z.object({ TxnId: z.string().default(''), TxnType: z.string().default('') }),
);
const accountDetail = z.object({ AccountRef: referenceSchema.optional() }).optional();

/** The money of a document and what it is linked to. */
export const documentContentSchema = z.object({
  Id: z.string().optional(),
  SyncToken: z.string().default('0'),
  DocNumber: z.string().optional(),
  PrivateNote: z.string().optional(),
  TxnDate: z.string().optional(),
  TotalAmt: z.number().optional(),
  /** Of a transfer. */
  Amount: z.number().optional(),
  Balance: z.number().optional(),
  /** Of a payment. */
  UnappliedAmt: z.number().optional(),
  CustomerRef: referenceSchema.optional(),
  CurrencyRef: referenceSchema.optional(),
  DepositToAccountRef: referenceSchema.optional(),
  /** Of a purchase. */
  AccountRef: referenceSchema.optional(),
  FromAccountRef: referenceSchema.optional(),
  ToAccountRef: referenceSchema.optional(),
  TxnTaxDetail: z.object({ TotalTax: z.number().optional() }).optional(),
  LinkedTxn: linksSchema.default([]),
  Line: z
    .array(
      z.object({
        Amount: z.number().optional(),
        /** Of a payment: what it is applied to. */
        LinkedTxn: linksSchema.default([]),
        SalesItemLineDetail: z
          .object({
            ItemRef: referenceSchema.optional(),
            Qty: z.number().optional(),
            TaxCodeRef: referenceSchema.optional(),
          })
          .optional(),
        DiscountLineDetail: z.object({ DiscountAccountRef: referenceSchema.optional() }).optional(),
        DepositLineDetail: accountDetail,
        AccountBasedExpenseLineDetail: accountDetail,
        JournalEntryLineDetail: z
          .object({
            PostingType: z.string().optional(),
            AccountRef: referenceSchema.optional(),
            Entity: z.object({ EntityRef: referenceSchema.optional() }).optional(),
          })
          .optional(),
      }),
    )
    .default([]),
});
export type QboDocumentContent = z.infer<typeof documentContentSchema>;

/** A document as the books hold it: what we read of it, and the whole row. */
export const documentSchema = jsonObject
  .transform((row) => ({ ...row, row }))
  .pipe(documentContentSchema.extend({ Id: z.string().min(1), row: z.custom<JsonObject>() }));
export type QboDocument = z.infer<typeof documentSchema>;

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

export const accountSchema = z.object({
  Id: z.string().min(1),
  Name: z.string().default(''),
  AccountType: z.string().default(''),
  CurrencyRef: referenceSchema.nullish(),
  Active: z.boolean().default(true),
});

export const listedRowSchema = z.object({
  Id: z.string().min(1),
  Name: z.string().default(''),
  Active: z.boolean().default(true),
});

/** A tax code bundles the rates of its list; those for purchases are another list. */
export const taxCodeSchema = z.object({
  Id: z.string().min(1),
  Name: z.string().default(''),
  Active: z.boolean().default(true),
  SalesTaxRateList: z
    .object({ TaxRateDetail: z.array(z.object({ TaxRateRef: referenceSchema })).default([]) })
    .default({ TaxRateDetail: [] }),
});

export const taxRateSchema = z.object({
  Id: z.string().min(1),
  RateValue: z.union([z.number(), z.string()]).default(0),
});

/** Only properties with values are returned, an empty result is `{}`: everything is optional. */
export const preferencesSchema = z.object({
  Preferences: z.object({
    AccountingInfoPrefs: z
      .object({
        BookCloseDate: z.string().optional(),
        TrackDepartments: z.boolean().optional(),
        ClassTrackingPerTxn: z.boolean().optional(),
        ClassTrackingPerTxnLine: z.boolean().optional(),
      })
      .optional(),
    SalesFormsPrefs: z
      .object({
        CustomTxnNumbers: z.boolean().optional(),
        AllowShipping: z.boolean().optional(),
        AllowDiscount: z.boolean().optional(),
      })
      .optional(),
    TaxPrefs: z
      .object({ UsingSalesTax: z.boolean().optional(), PartnerTaxEnabled: z.boolean().optional() })
      .optional(),
    CurrencyPrefs: z
      .object({
        MultiCurrencyEnabled: z.boolean().optional(),
        HomeCurrency: referenceSchema.optional(),
      })
      .optional(),
    OtherPrefs: z
      .object({
        NameValue: z
          .array(z.object({ Name: z.string().default(''), Value: z.string().default('') }))
          .default([]),
      })
      .optional(),
  }),
});

export const companySchema = z.object({
  CompanyInfo: z.object({ Country: z.string().min(1) }),
});

/** `{"QueryResponse":{"Item":[…]}}`; without the entity there is none. */
export const queryAnswerSchema = z.object({
  QueryResponse: z.record(z.string(), z.unknown()),
});

export const batchAnswerSchema = z.object({
  BatchItemResponse: z.array(z.looseObject({ bId: z.string() })),
});

/** A batch as we froze it. */
export const frozenBatchSchema = z.object({ BatchItemRequest: z.array(jsonObject) });

/** What a written entity must show: an answer without Id is no success (quickbooks.md#calls). */
export const writtenSchema = z.object({
  Id: z.string().min(1),
  SyncToken: z.string().default('0'),
});

/** Shapes 1 and 2 of a fault: upper case from the service, lower case from the gateway. */
const code = z.union([z.string(), z.number()]).nullish();
const upperError = z.object({
  code,
  Message: z.string().nullish(),
  Detail: z.string().nullish(),
});
const lowerError = z
  .object({ code, message: z.string().nullish(), detail: z.string().nullish() })
  .transform((error) => ({ code: error.code, Message: error.message, Detail: error.detail }));

export const faultSchema = z.union([
  z
    .object({ Fault: z.object({ Error: z.array(upperError).default([]) }) })
    .transform((answer) => answer.Fault.Error),
  z
    .object({ fault: z.object({ error: z.array(lowerError).default([]) }) })
    .transform((answer) => answer.fault.error),
]);

/** Shape 3, XML, after parsing: one error or a list, with or without the envelope. */
const xmlError = z.object({
  code,
  Message: z.union([z.string(), z.number()]).transform(String).nullish(),
  Detail: z.union([z.string(), z.number()]).transform(String).nullish(),
});
const xmlFault = z.object({
  Error: z.union([z.array(xmlError), xmlError.transform((error) => [error])]).default([]),
});
export const xmlFaultSchema = z.union([
  z
    .object({ IntuitResponse: z.object({ Fault: xmlFault }) })
    .transform((answer) => answer.IntuitResponse.Fault.Error),
  z.object({ Fault: xmlFault }).transform((answer) => answer.Fault.Error),
]);

/**
 * Answer of the token endpoint; `x_refresh_token_expires_in` is not needed before it is refused.
 */
export const tokenSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.number().positive(),
});
export const tokenErrorSchema = z.object({ error: z.string() });
