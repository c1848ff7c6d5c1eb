import { type JsonObject, objectIn } from '../../json';
import { faults } from '../fault';
import { type EntityKind, type MovementDraft, type WriteContext } from '../kind';
import { referenced, referenceTo } from '../reference';
import { quantityOf } from '../stock';
import {
  documentLengths,
  documentNumber,
  documentQueryable,
  numbered,
  wantedLines,
} from './common';
import { openDate } from './dates';

/** A counted difference of goods; quantity only (quickbooks.md#adjustments). */
export const inventoryAdjustment: EntityKind = {
  name: 'InventoryAdjustment',
  isNameList: false,
  writable: ['TxnDate', 'DocNumber', 'PrivateNote', 'AdjustAccountRef', 'Line'],
  lengths: documentLengths,
  queryable: documentQueryable,
  build: (context) => {
    const { wanted, realm, existing } = context;
    if (realm.plan === 'Essentials') throw faults.notInPlan('Inventory');
    if (wanted['AdjustAccountRef'] === undefined) throw faults.missing('AdjustAccountRef');
    const account = referenced(context, wanted['AdjustAccountRef'], 'Account');
    const date = openDate(context);
    if (existing !== undefined && existing['TxnDate'] !== date) {
      throw faults.business('The date of an inventory adjustment cannot be changed');
    }
    const lines = wantedLines(wanted).map((line) => adjustmentLine(context, line, account.Id));
    if (lines.length === 0) throw faults.missing('Line');
    return {
      date,
      postings: [], // the cost is posted with the goods
      movements: lines.map(({ goods }) => goods),
      fields: {
        ...wanted,
        DocNumber: documentNumber(context),
        TxnDate: date,
        AdjustAccountRef: referenceTo(realm, 'Account', account.Id),
        Line: numbered(
          lines.map(({ wire }) => wire),
          existing,
        ),
      },
    };
  },
};

function adjustmentLine(
  context: WriteContext,
  line: JsonObject,
  contraAccountId: string,
): { goods: MovementDraft; wire: JsonObject } {
  const detail = objectIn(line, 'ItemAdjustmentLineDetail');
  if (detail === undefined) throw faults.missing('Line.ItemAdjustmentLineDetail');
  const item = referenced(context, detail['ItemRef'], 'Item');
  if (item['Type'] !== 'Inventory') throw faults.business('Only inventory items can be adjusted');
  const quantity = quantityOf(detail['QtyDiff']);
  if (quantity === undefined) throw faults.invalidNumber('QtyDiff');
  return {
    goods: { itemId: item.Id, quantity, costMinor: null, contraAccountId },
    wire: {
      ...line,
      DetailType: 'ItemAdjustmentLineDetail',
      ItemAdjustmentLineDetail: {
        ...detail,
        ItemRef: referenceTo(context.realm, 'Item', item.Id),
      },
    },
  };
}
