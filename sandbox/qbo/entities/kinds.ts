import { deposit } from '../documents/deposit';
import { bill, purchase } from '../documents/expense';
import { inventoryAdjustment } from '../documents/inventory-adjustment';
import { journalEntry } from '../documents/journal-entry';
import { payment } from '../documents/payment';
import { transfer } from '../documents/transfer';
import { type EntityKind } from '../kind';
import { type EntityName } from '../realm';
import { salesForm } from '../sales/form';
import { exchangeRate } from './exchange-rate';
import { item } from './item';
import {
  account,
  classKind,
  department,
  paymentMethod,
  taxAgency,
  taxCode,
  taxRate,
  term,
} from './lists';
import { customer, employee, vendor } from './person';

/** Everything the sandbox has, by name. Another type is one file and one line here. */
export const kinds: Record<EntityName, EntityKind> = {
  Customer: customer,
  Vendor: vendor,
  Employee: employee,
  Item: item,
  Account: account,
  PaymentMethod: paymentMethod,
  Department: department,
  Class: classKind,
  Term: term,
  TaxAgency: taxAgency,
  TaxCode: taxCode,
  TaxRate: taxRate,
  SalesReceipt: salesForm('SalesReceipt'),
  RefundReceipt: salesForm('RefundReceipt'),
  Invoice: salesForm('Invoice'),
  CreditMemo: salesForm('CreditMemo'),
  Payment: payment,
  Deposit: deposit,
  Transfer: transfer,
  JournalEntry: journalEntry,
  Purchase: purchase,
  Bill: bill,
  InventoryAdjustment: inventoryAdjustment,
  ExchangeRate: exchangeRate,
};

const byPath = new Map(Object.values(kinds).map((kind) => [kind.name.toLowerCase(), kind]));

/** The type a path segment names: `salesreceipt`. */
export function kindOfPath(segment: string): EntityKind | undefined {
  return byPath.get(segment.toLowerCase());
}

/** The type of this exact name, as in batches; in queries by the setting `qbo.queryNames`. */
export function kindOfName(name: string): EntityKind | undefined {
  const kind = byPath.get(name.toLowerCase());
  return kind?.name === name ? kind : undefined;
}
