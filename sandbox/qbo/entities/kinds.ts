import { type EntityKind } from '../kind';
import { type EntityName } from '../realm';
import { salesForm } from '../sales/form';
import { item } from './item';
import { account, classKind, department, paymentMethod, taxCode, taxRate } from './lists';
import { customer, employee, vendor } from './person';

/** Everything the sandbox has, by name. Another type is one file and one line here. */
const kinds: Record<EntityName, EntityKind> = {
  Customer: customer,
  Vendor: vendor,
  Employee: employee,
  Item: item,
  Account: account,
  PaymentMethod: paymentMethod,
  Department: department,
  Class: classKind,
  TaxCode: taxCode,
  TaxRate: taxRate,
  SalesReceipt: salesForm('SalesReceipt', 1n),
  RefundReceipt: salesForm('RefundReceipt', -1n),
};

const byPath = new Map(Object.values(kinds).map((kind) => [kind.name.toLowerCase(), kind]));

/** The type a path segment names: `salesreceipt`. */
export function kindOfPath(segment: string): EntityKind | undefined {
  return byPath.get(segment.toLowerCase());
}

/** The type of this exact name: names in queries and batches are case sensitive. */
export function kindOfName(name: string): EntityKind | undefined {
  const kind = byPath.get(name.toLowerCase());
  return kind?.name === name ? kind : undefined;
}
