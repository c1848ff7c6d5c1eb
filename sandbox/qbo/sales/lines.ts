import {
  divideRounded,
  minorToNumber,
  multiply,
  parseDecimal,
  percentOf,
  sum,
  toMinor,
} from '../../decimal';
import { type Json, type JsonObject, objectIn, plainText, textIn } from '../../json';
import { stepOf } from '../currencies';
import { wantedLines } from '../documents/common';
import { faults } from '../fault';
import { type WriteContext } from '../kind';
import { referenced, referenceId, referenceTo } from '../reference';
import { quantityOf } from '../stock';
import { nameField } from '../tables';
import { keptClass } from './classes';

/** A line that counts: what it is worth and which account it moves. */
export interface SalesLine {
  kind: 'item' | 'shipping' | 'discount';
  /** Net; a discount is positive here and taken off. */
  minor: bigint;
  /** With tax, where the request gives it (TaxInclusive). */
  grossMinor: bigint | null;
  accountId: string;
  taxCode: string | undefined;
  /** The inventory item that is sold, and how much of it. */
  goods: { itemId: string; quantity: bigint } | null;
  wire: JsonObject;
}

/** The request's lines, checked; SubTotal lines are made by the vendor and ignored when sent. */
export function salesLines(context: WriteContext, currency: string): SalesLine[] {
  const step = stepOf(currency, context.settings['qbo.currencyDecimals'] === 'natural');
  const sent = wantedLines(context.wanted);
  const lines: SalesLine[] = [];
  for (const line of sent) {
    const type = textIn(line, 'DetailType');
    if (type === 'SubTotalLineDetail') continue;
    if (type === 'SalesItemLineDetail') lines.push(itemLine(context, line, step));
    else if (type === 'DiscountLineDetail') lines.push(discountLine(context, line, lines));
    else if (type === undefined) throw faults.missing('Line.DetailType');
    else if (type !== 'DescriptionOnly') throw faults.invalidEnum(type, 'Line.DetailType');
  }
  if (lines.length === 0) throw faults.missing('Line');
  return lines;
}

/** Net lines less discounts. */
export function subtotal(lines: readonly SalesLine[]): bigint {
  return sum(lines.map((line) => (line.kind === 'discount' ? -line.minor : line.minor)));
}

function itemLine(context: WriteContext, line: JsonObject, step: bigint): SalesLine {
  const detail = objectIn(line, 'SalesItemLineDetail') ?? {};
  const description = textIn(line, 'Description');
  const target = lineTarget(context, detail);
  // A line without an item: its amount is ignored (quickbooks.md#amounts).
  const exact = target === null ? 0n : lineAmount(context, line, detail, target.unitPrice);
  const minor = divideRounded(exact, step) * step;
  if (minor < 0n && !context.settings['qbo.negativeLines']) {
    throw faults.business('Amounts of lines cannot be negative');
  }
  const gross = detail['TaxInclusiveAmt'];
  const grossDecimal = gross === undefined ? undefined : parseDecimal(gross);
  const { ClassRef: sentClass, ...labels } = detail;
  const ClassRef = keptClass(context, sentClass, 'line');
  return {
    kind: target?.kind ?? 'item',
    minor,
    grossMinor: grossDecimal === undefined ? null : toMinor(grossDecimal),
    accountId: target?.accountId ?? context.realm.systemAccounts.undeposited,
    taxCode: referenceId(detail['TaxCodeRef']),
    goods:
      target?.isInventory === true
        ? { itemId: target.id, quantity: quantityOf(detail['Qty'] ?? 1) ?? 0n }
        : null,
    wire: {
      ...(line['Id'] === undefined ? {} : { Id: line['Id'] }),
      ...(description === undefined ? {} : { Description: description }),
      Amount: minorToNumber(minor),
      DetailType: 'SalesItemLineDetail',
      SalesItemLineDetail: {
        ...labels,
        ...(ClassRef === undefined ? {} : { ClassRef }),
        ...(target === null ? {} : { ItemRef: { value: target.id, name: target.name } }),
      },
    },
  };
}

interface LineTarget {
  kind: 'item' | 'shipping';
  id: string;
  name: string;
  accountId: string;
  unitPrice: Json | undefined;
  isInventory: boolean;
}

function lineTarget(context: WriteContext, detail: JsonObject): LineTarget | null {
  const { realm } = context;
  const ref = detail['ItemRef'];
  const id = referenceId(ref);
  if (ref === undefined || ref === null || id === undefined) return null;
  const { shippingIncome, gratuity } = realm.systemAccounts;
  if (id === 'SHIPPING_ITEM_ID') {
    if (!realm.preferences.allowShipping) throw faults.notInPlan('Shipping');
    return {
      kind: 'shipping',
      id,
      name: 'Shipping',
      accountId: shippingIncome,
      unitPrice: undefined,
      isInventory: false,
    };
  }
  if (id === 'GRATUITY_ITEM_ID') {
    if (!realm.preferences.allowGratuity) throw faults.notInPlan('Gratuity');
    return {
      kind: 'item',
      id,
      name: 'Gratuity',
      accountId: gratuity,
      unitPrice: undefined,
      isInventory: false,
    };
  }
  const item = referenced(context, ref, 'Item');
  const accountId = referenceId(item['IncomeAccountRef']);
  if (accountId === undefined) throw faults.business('The item has no income account');
  const name = textIn(item, nameField('Item')) ?? '';
  const isInventory = item['Type'] === 'Inventory';
  return { kind: 'item', id, name, accountId, unitPrice: item['UnitPrice'], isInventory };
}

/** `Amount` must equal `Qty` times `UnitPrice` to the cent, unless a setting is wider (6070). */
function lineAmount(
  context: WriteContext,
  line: JsonObject,
  detail: JsonObject,
  itemPrice: Json | undefined,
): bigint {
  const { settings } = context;
  const amount = optionalDecimal(line['Amount'], 'Line.Amount');
  const quantity = optionalDecimal(detail['Qty'], 'Line.Qty');
  const price = detail['UnitPrice'] ?? (settings['qbo.unitPriceDefault'] ? itemPrice : undefined);
  const unitPrice = optionalDecimal(price, 'Line.UnitPrice');
  const isPriced = quantity !== undefined && unitPrice !== undefined;
  const product = isPriced ? toMinor(multiply(quantity, unitPrice)) : undefined;
  if (amount === undefined) {
    if (product === undefined) throw faults.missing('Line.Amount');
    return product;
  }
  const minor = toMinor(amount);
  if (product !== undefined) {
    const difference = minor > product ? minor - product : product - minor;
    const tolerance = toMinor(parseDecimal(settings['qbo.amountTolerance']) ?? zero);
    if (difference > tolerance) throw faults.amount(plainText(line['Amount']));
  }
  return minor;
}

const zero = { units: 0n, scale: 0 };

function optionalDecimal(value: Json | undefined, field: string): ReturnType<typeof parseDecimal> {
  if (value === undefined || value === null) return undefined;
  const decimal = parseDecimal(value);
  if (decimal === undefined) throw faults.invalidNumber(field);
  return decimal;
}

function discountLine(
  context: WriteContext,
  line: JsonObject,
  before: readonly SalesLine[],
): SalesLine {
  const { realm } = context;
  if (!realm.preferences.allowDiscount) throw faults.notInPlan('Discount');
  const detail = objectIn(line, 'DiscountLineDetail') ?? {};
  const account = detail['DiscountAccountRef'];
  const accountId =
    account === undefined
      ? realm.systemAccounts.discounts
      : referenced(context, account, 'Account').Id;
  const minor = discountAmount(line, detail, subtotal(before));
  return {
    kind: 'discount',
    minor,
    grossMinor: null,
    accountId,
    taxCode: undefined,
    goods: null,
    wire: {
      Amount: minorToNumber(minor),
      DetailType: 'DiscountLineDetail',
      DiscountLineDetail: {
        PercentBased: false,
        ...detail,
        DiscountAccountRef: referenceTo(realm, 'Account', accountId),
      },
    },
  };
}

function discountAmount(line: JsonObject, detail: JsonObject, base: bigint): bigint {
  if (detail['PercentBased'] === true) {
    const percent = optionalDecimal(detail['DiscountPercent'], 'Line.DiscountPercent');
    if (percent === undefined) throw faults.discount();
    return percentOf(base, percent);
  }
  const amount = optionalDecimal(line['Amount'], 'Line.Amount');
  if (amount === undefined) throw faults.discount();
  return toMinor(amount);
}
