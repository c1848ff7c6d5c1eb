import { givesInBooks, nearestPriceFor, unitPriceFor } from '../../../domain/money';
import type { PostingDocument, PostingLine } from '../../../domain/posting/document';
import type { PostingSettings } from '../../../domain/posting/settings';
import type { JsonObject } from '../../../domain/words';
import type { MissingReference, References } from '../../contract';
import { mappedAccount, missingMapping, type Stop } from '../company/hold';
import { amountOf, cleanText, exactNumberOrNull } from './mapping';
import { taxCodeOf } from '../company/facts';
import type { Company } from '../company/context';

// The lines of a sales form (accounting.md#lines, quickbooks.md#amounts, #sales-tax). Pure.

/** What keeps a document from being composed. */
export interface LineProblems {
  /** Mappings that nobody made or that point at nothing usable. */
  stops: Stop[];
  /** Things not written yet. */
  missing: MissingReference[];
  /** A form has one field for shipping: a second line of it needs an item of its own. */
  hasOneShipping: boolean;
  unmapped: PostingSettings['item']['unmapped'];
  /** Said on each line of an item; null: on none. */
  classId: string | null;
}

/**
 * Fixed keys of item mappings for what has no SKU. The `@` cannot begin a confusion: they are
 * documented.
 */
const itemKeys = {
  tip: '@tip',
  shipping: '@shipping',
  giftCard: '@giftCard',
  deposit: '@deposit',
  unallocated: '@unallocated',
  tax: '@tax',
  rounding: '@rounding',
  dailySales: '@daily-sales',
} as const;

/** The item of articles that have none, by `item.unmapped = genericItem`. */
const genericKey = '@generic';

export function linesOf(
  document: PostingDocument,
  company: Company,
  { unmapped, classId }: Pick<LineProblems, 'unmapped' | 'classId'>,
): { lines: JsonObject[] } & LineProblems {
  const problems: LineProblems = {
    unmapped,
    classId,
    stops: [],
    missing: [],
    hasOneShipping: document.lines.filter(({ kind }) => kind === 'shipping').length === 1,
  };
  const held = document.lines.flatMap((line) => splitLine(line, document.currency));
  const lines = held.map((line) =>
    line.kind === 'discount'
      ? discountBody(line, document.currency, company, problems)
      : lineBody(line, document.currency, company, problems),
  );
  return { lines, ...problems };
}

/**
 * A quantity whose amount no unit price of 7 decimals gives back (6070): at the nearest price, with
 * the rest of some cents as a line of the same item. What the books cannot hold as a number is said
 * in the description.
 */
function splitLine(line: PostingLine, currency: string): PostingLine[] {
  const { quantity, amountMinor, grossMinor } = line;
  if (quantity === null || priceFor(amountMinor, quantity, currency) !== null)
    return [saidQuantity(line)];
  const nearest = nearestPriceFor(amountMinor, quantity, currency);
  if (nearest === null || exactNumberOrNull(quantity) === null)
    return [saidQuantity({ ...line, quantity: null }, quantity)];
  const restMinor = amountMinor - nearest.amountMinor;
  return [
    {
      ...line,
      amountMinor: nearest.amountMinor,
      grossMinor: grossMinor === null ? null : grossMinor - restMinor,
    },
    {
      ...line,
      quantity: null,
      amountMinor: restMinor,
      grossMinor: grossMinor === null ? null : restMinor,
      description: `${line.description}: rest of ${quantity} x ${nearest.price}`,
    },
  ];
}

/** A unit price with which the books take the line. */
function priceFor(amountMinor: number, quantity: string, currency: string): string | null {
  const price = unitPriceFor(amountMinor, quantity, currency);
  return price !== null && givesInBooks(price, quantity, amountMinor, currency) ? price : null;
}

/** A quantity that is no number of the books stands in the words of the line. */
function saidQuantity(line: PostingLine, quantity = line.quantity): PostingLine {
  if (quantity === null || (line.quantity !== null && exactNumberOrNull(quantity) !== null))
    return line;
  return { ...line, quantity: null, description: `${line.description} (quantity ${quantity})` };
}

function lineBody(
  line: PostingLine,
  currency: string,
  company: Company,
  problems: LineProblems,
): JsonObject {
  const { references } = company;
  const item = itemOf(line, company, problems);
  const taxCode = taxCodeOfLine(line, company);
  const isGeneric = line.kind === 'item' && item === references.mapping('item', genericKey);
  // The item no longer says which article it was.
  const said = isGeneric ? `${line.sku ?? ''}: ${line.description}` : line.description;
  const description = cleanText(said, 4000);
  return {
    DetailType: 'SalesItemLineDetail',
    Amount: amountOf(line.amountMinor, currency),
    ...(description === '' ? {} : { Description: description }),
    SalesItemLineDetail: {
      ItemRef: { value: item ?? '' },
      ...piecesOf(line, currency),
      ...(taxCode === null ? {} : { TaxCodeRef: { value: taxCode } }),
      ...(problems.classId === null ? {} : { ClassRef: { value: problems.classId } }),
      ...(line.grossMinor === null ? {} : { TaxInclusiveAmt: amountOf(line.grossMinor, currency) }),
    },
  };
}

/** An amount of money, not a percentage: the source knows what it took off. */
function discountBody(
  line: PostingLine,
  currency: string,
  company: Company,
  problems: LineProblems,
): JsonObject {
  const account = mappedAccount(company, 'discounts');
  if (account.type === 'stop') problems.stops.push(account);
  const id = account.type === 'stop' ? '' : account.id;
  return {
    DetailType: 'DiscountLineDetail',
    Amount: amountOf(line.amountMinor, currency),
    DiscountLineDetail: { PercentBased: false, DiscountAccountRef: { value: id } },
  };
}

/**
 * Quantity and unit price go together and must give the amount (6070); where none does, the amount
 * stands alone.
 */
function piecesOf(line: PostingLine, currency: string): JsonObject {
  if (line.quantity === null) return {};
  const price = priceFor(line.amountMinor, line.quantity, currency);
  const quantity = exactNumberOrNull(line.quantity);
  const unitPrice = price === null ? null : exactNumberOrNull(price);
  return quantity === null || unitPrice === null ? {} : { Qty: quantity, UnitPrice: unitPrice };
}

function itemOf(line: PostingLine, company: Company, problems: LineProblems): string | null {
  const { references, facts } = company;
  if (line.kind === 'item' && line.sku !== null && !movesStockWrongly(line.sku, line, references))
    return itemOfSku(line.sku, references, problems);
  const key = keyOf(line);
  const mapped = references.mapping('item', key);
  if (mapped !== null) return mapped;
  if (line.kind === 'shipping' && facts.allowShipping && problems.hasOneShipping)
    return 'SHIPPING_ITEM_ID';
  if (line.kind === 'tip' && facts.allowGratuity) return 'GRATUITY_ITEM_ID';
  problems.stops.push(missingMapping(`item:${key}`));
  return null;
}

/**
 * Goods that the customer keeps must not come back into stock; an item we made ourselves has none
 * (accounting.md#refunds).
 */
function movesStockWrongly(sku: string, line: PostingLine, references: References): boolean {
  if (!line.isKept) return false;
  return (
    references.mapping('item', sku) !== null || (references.products.get(sku)?.isLinked ?? false)
  );
}

function itemOfSku(sku: string, references: References, problems: LineProblems): string | null {
  const product = references.products.get(sku);
  const id = references.mapping('item', sku) ?? product?.remoteId ?? null;
  if (id === null && problems.unmapped === 'genericItem' && product?.isOpen !== true) {
    const generic = references.mapping('item', genericKey);
    if (generic === null) problems.stops.push(missingMapping(`item:${genericKey}`));
    return generic;
  }
  if (id === null && !problems.missing.some((missing) => missing.ref === sku))
    problems.missing.push({ kind: 'sku', ref: sku });
  return id;
}

function keyOf(line: PostingLine): string {
  switch (line.kind) {
    case 'fee':
      return line.amountMinor < 0 || line.isReduction ? '@discount' : '@fee';
    // Goods that were kept, and what has no line, are the same to the books: money without a
    // return.
    case 'item':
      return itemKeys.unallocated;
    case 'discount':
      throw new Error('Bug: a discount line has an account and no item');
    case 'tip':
    case 'shipping':
    case 'giftCard':
    case 'deposit':
    case 'unallocated':
    case 'tax':
    case 'rounding':
    case 'dailySales':
      return itemKeys[line.kind];
  }
}

/** TAX or NON in the US, the mapped code elsewhere, none where no tax is used. */
function taxCodeOfLine(line: PostingLine, company: Company): string | null {
  const { references, facts } = company;
  if (facts.country === 'US') {
    if (!facts.usingSalesTax) return null;
    return line.isTaxed ? 'TAX' : 'NON';
  }
  return taxCodeOf(line.taxKey, references, facts)?.id ?? null;
}
