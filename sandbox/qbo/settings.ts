import { z } from 'zod';

import { commonSettings, createSettings } from '../server/settings';

const hourMs = 3_600_000;

const shape = {
  ...commonSettings,
  'qbo.requestIdRetention': z
    .number()
    .min(0)
    .default(24 * hourMs),
  'qbo.replayErrors': z.boolean().default(true),
  'qbo.refreshRotation': z
    .number()
    .min(0)
    .default(24 * hourMs),
  'qbo.refreshGrace': z.number().min(0).default(hourMs),
  'qbo.accessTokenLife': z.number().min(0).default(hourMs),
  'qbo.amountTolerance': z.number().min(0).default(0),
  'qbo.unitPriceDefault': z.boolean().default(true),
  'qbo.astAllNon': z.enum(['drop', 'keep']).default('drop'),
  'qbo.astShippingFlag': z.boolean().default(true),
  'qbo.taxOverrideWidth': z.number().min(0).default(0.05),
  'qbo.closedSoft': z.boolean().default(false),
  'qbo.itemCase': z.enum(['ignore', 'exact']).default('ignore'),
  'qbo.cdcUnsupported': z
    .array(z.string())
    .default(['JournalCode', 'TaxAgency', 'TimeActivity', 'TaxCode', 'TaxRate']),
  'qbo.cdcMax': z.number().int().min(1).default(1000),
  'qbo.deleteLinked': z.enum(['unapply', 'refuse']).default('unapply'),
  'qbo.deletedSuffix': z.enum(['number', 'refuse']).default('number'),
  'qbo.multiAdmin': z.boolean().default(true),
  /** The documents say `exact`; node-quickbooks sends `customer` and works. */
  'qbo.queryNames': z.enum(['anyCase', 'exact']).default('anyCase'),
  'qbo.queryEscape': z.enum(['backslash', 'quote']).default('backslash'),
  'qbo.itemEvents': z.boolean().default(true),
  'qbo.idSpace': z.enum(['perType', 'shared']).default('perType'),
  'qbo.itemAccounts': z.boolean().default(false),
  'qbo.currencyDecimals': z.enum(['two', 'natural']).default('two'),
  'qbo.closedCode': z.union([z.literal(6210), z.literal(5010)]).default(6210),
  'qbo.dupDocNumber': z.boolean().default(true),
  'qbo.dupCode': z.union([z.literal(6140), z.literal(6210)]).default(6140),
  'qbo.inactiveCode': z.union([z.literal(610), z.literal(2500)]).default(610),
  'qbo.voidRefund': z.boolean().default(true),
  'qbo.voidKeeps': z.boolean().default(false),
  'qbo.displayNameMax': z.number().int().min(1).default(500),
  'qbo.pageDefault': z.number().int().min(1).max(1000).default(100),
  'qbo.batchMax': z.number().int().min(1).default(30),
  'qbo.batchCounts': z.boolean().default(false),
  'qbo.batchCut': z.enum(['resume', 'again']).default('resume'),
  'qbo.customerRequired': z.boolean().default(true),
  'qbo.negativeLines': z.boolean().default(true),
  'qbo.unknownFields': z.enum(['ignore', 'refuse']).default('ignore'),
};

/** Settings of the QuickBooks sandbox; times in milliseconds (quickbooks.md#not-confirmed). */
export function createQboSettings(): ReturnType<typeof createSettings<typeof shape>> {
  return createSettings(shape);
}

export type QboSettings = ReturnType<ReturnType<typeof createQboSettings>['current']>;
