import { parseDecimal } from '../../decimal';
import { type Json, type JsonObject, textIn } from '../../json';
import { simpleNameFields } from '../checks';
import { checkedDate, today } from '../documents/dates';
import { faults } from '../fault';
import { type Built, type EntityKind, type WriteContext } from '../kind';
import { documentKey } from '../realm';
import { referenceId, shownReference } from '../reference';
import { costOf, moveStock, quantityOf, quantityOnHand, quantityToNumber } from '../stock';

/** Products and services. Goods with a quantity on hand need the plan Plus or Advanced. */
export const item: EntityKind = {
  name: 'Item',
  isNameList: true,
  writable: [
    'Name',
    'Sku',
    'Active',
    'Type',
    'Description',
    'PurchaseDesc',
    'UnitPrice',
    'PurchaseCost',
    'Taxable',
    'IncomeAccountRef',
    'ExpenseAccountRef',
    'AssetAccountRef',
    'TrackQtyOnHand',
    'QtyOnHand',
    'InvStartDate',
    'ReorderPoint',
    'SalesTaxCodeRef',
    'ParentRef',
    'SubItem',
  ],
  lengths: { Name: 100, Sku: 100, Description: 4000, PurchaseDesc: 1000 },
  queryable: {
    Name: 'name',
    FullyQualifiedName: 'name',
    Sku: 'text',
    Active: 'boolean',
    Type: 'text',
    UnitPrice: 'number',
    Description: 'text',
    QtyOnHand: 'number',
  },
  build: buildItem,
  computed: ['QtyOnHand'],
  present: (realm, row) =>
    row['Type'] === 'Inventory'
      ? { ...row, QtyOnHand: quantityToNumber(quantityOnHand(realm, row.Id)) }
      : row,
};

const types = ['Service', 'NonInventory', 'Inventory', 'Category', 'Group'];

function buildItem(context: WriteContext): Built {
  const { wanted, existing } = context;
  const type = textIn(wanted, 'Type') ?? textIn(existing ?? {}, 'Type');
  if (type === undefined) throw faults.missing('Type');
  if (!types.includes(type)) throw faults.invalidEnum(type, 'Type');
  if (existing?.['Type'] === 'Inventory' && type !== 'Inventory') {
    throw faults.business('TrackQtyOnHand cannot be turned off again');
  }
  checkAccounts(context, type);
  for (const field of ['UnitPrice', 'PurchaseCost']) {
    const value = wanted[field];
    if (value !== undefined && value !== null && parseDecimal(value) === undefined) {
      throw faults.invalidNumber(field);
    }
  }
  const { QtyOnHand: quantity, ...kept } = simpleNameFields(context);
  const fields: JsonObject = {
    ...kept,
    Type: type,
    UnitPrice: Number(wanted['UnitPrice'] ?? 0),
    PurchaseCost: Number(wanted['PurchaseCost'] ?? 0),
    Taxable: wanted['Taxable'] === true,
    TrackQtyOnHand: type === 'Inventory',
    IncomeAccountRef: shownReference(context, 'IncomeAccountRef', 'Account'),
    ExpenseAccountRef: shownReference(context, 'ExpenseAccountRef', 'Account'),
    AssetAccountRef: shownReference(context, 'AssetAccountRef', 'Account'),
  };
  return type === 'Inventory' ? withQuantity(context, fields, quantity) : { fields };
}

/**
 * Which accounts an item needs; for services the expense account is a setting
 * (quickbooks.md#not-confirmed).
 */
function checkAccounts({ wanted, settings, realm }: WriteContext, type: string): void {
  if (type === 'Category' || type === 'Group') return;
  const needed = ['IncomeAccountRef'];
  if (type === 'Inventory') needed.push('ExpenseAccountRef', 'AssetAccountRef');
  else if (settings['qbo.itemAccounts']) needed.push('ExpenseAccountRef');
  if (type === 'Inventory' && realm.plan === 'Essentials') {
    throw faults.notInPlan('Inventory (quantity on hand)');
  }
  for (const field of needed) if (wanted[field] === undefined) throw faults.missing(field);
}

/**
 * On creation the quantity comes in at the purchase cost; on an update it is an adjustment of the
 * difference, and InvStartDate is read as its date (quickbooks.md#items).
 */
function withQuantity(
  context: WriteContext,
  fields: JsonObject,
  quantity: Json | undefined,
): Built {
  const { realm, existing, wanted, nowMs } = context;
  const amount = quantity === undefined || quantity === null ? undefined : quantityOf(quantity);
  if (quantity !== undefined && quantity !== null && amount === undefined) {
    throw faults.invalidNumber('QtyOnHand');
  }
  const date = checkedDate(textIn(wanted, 'InvStartDate') ?? today(realm, nowMs), 'InvStartDate');
  const { openingBalance, shrinkage } = realm.systemAccounts;
  if (existing === undefined) {
    if (amount === undefined) throw faults.missing('QtyOnHand');
    if (textIn(wanted, 'InvStartDate') === undefined) throw faults.missing('InvStartDate');
    const itemId = String(realm.tables.Item.nextId);
    const costMinor = costOf(amount, wanted['PurchaseCost']);
    const assetId = referenceId(fields['AssetAccountRef']) ?? '';
    return {
      fields,
      date,
      postings: [
        { accountId: assetId, minor: costMinor },
        { accountId: openingBalance, minor: -costMinor },
      ],
      movements:
        amount === 0n
          ? []
          : [{ itemId, quantity: amount, costMinor, contraAccountId: openingBalance }],
    };
  }
  const sent = { ...fields, InvStartDate: existing['InvStartDate'] };
  const difference = amount === undefined ? 0n : amount - quantityOnHand(realm, existing.Id);
  const isKept =
    referenceId(existing['AssetAccountRef']) === referenceId(fields['AssetAccountRef']);
  if (!isKept) throw faults.business('The asset account of an inventory item cannot be changed');
  if (difference !== 0n) {
    const draft = {
      itemId: existing.Id,
      quantity: difference,
      costMinor: null,
      contraAccountId: shrinkage,
    };
    moveStock(realm, documentKey('Item', existing.Id), date, draft);
  }
  return { fields: sent };
}
