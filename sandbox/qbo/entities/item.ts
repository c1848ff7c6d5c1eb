import { parseDecimal } from '../../decimal';
import { textIn } from '../../json';
import { shownReference, simpleNameFields } from '../checks';
import { faults } from '../fault';
import { type EntityKind } from '../kind';

/** Products and services. Items with a quantity on hand need a plan this company does not have. */
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
    'SalesTaxCodeRef',
    'ParentRef',
    'SubItem',
  ],
  lengths: { Name: 100, Sku: 100, Description: 4000, PurchaseDesc: 1000 },
  queryable: {
    Name: 'name',
    Sku: 'text',
    Active: 'boolean',
    Type: 'text',
    UnitPrice: 'number',
    Description: 'text',
  },
  build: (context) => {
    const { wanted } = context;
    const type = textIn(wanted, 'Type');
    if (type === undefined) throw faults.missing('Type');
    if (!['Service', 'NonInventory', 'Inventory', 'Category', 'Group'].includes(type)) {
      throw faults.invalidEnum(type, 'Type');
    }
    if (type === 'Inventory') throw faults.notInPlan('Inventory (quantity on hand)');
    const needsAccount = type === 'Service' || type === 'NonInventory';
    if (needsAccount && wanted['IncomeAccountRef'] === undefined) {
      throw faults.missing('IncomeAccountRef');
    }
    for (const field of ['UnitPrice', 'PurchaseCost']) {
      const value = wanted[field];
      if (value !== undefined && value !== null && parseDecimal(value) === undefined) {
        throw faults.invalidNumber(field);
      }
    }
    return {
      fields: {
        ...simpleNameFields(context),
        UnitPrice: Number(wanted['UnitPrice'] ?? 0),
        PurchaseCost: Number(wanted['PurchaseCost'] ?? 0),
        Taxable: wanted['Taxable'] === true,
        TrackQtyOnHand: false,
        IncomeAccountRef: shownReference(context, 'IncomeAccountRef', 'Account'),
        ExpenseAccountRef: shownReference(context, 'ExpenseAccountRef', 'Account'),
      },
    };
  },
};
