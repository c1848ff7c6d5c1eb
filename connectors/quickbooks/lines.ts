import { minorToText, sumMinor, unitPriceFor } from '../../domain/money';
import type { PostingDocument, PostingLine } from '../../domain/posting/ticket';
import type { JsonObject } from '../../domain/words';
import type { MissingReference, References } from '../connector';
import type { QboFacts } from './facts';
import { cleanText, exactNumber, exactNumberOrNull } from './mapping';

// The lines of a sales form (accounting.md section 5, quickbooks.md sections 14 and 15). Pure.

/** What keeps a document from being composed: mappings that nobody made, or things not written yet. */
export interface LineProblems {
  /** `kind:key` of each. */
  missingMappings: string[];
  missing: MissingReference[];
}

/** Fixed keys of item mappings for what has no SKU. The `@` cannot begin a confusion: they are documented. */
const itemKeys = { shipping: '@shipping', unallocated: '@unallocated' } as const;
const feeKeys = { fee: '@fee', discount: '@discount' } as const;

export function linesOf(
  document: PostingDocument,
  references: References,
  facts: QboFacts,
): { lines: JsonObject[] } & LineProblems {
  const problems: LineProblems = { missingMappings: [], missing: [] };
  const lines = withOneShipping(document.lines).map((line) => {
    const item = itemOf(line, references, facts, problems);
    const taxCode = taxCodeOf(line, references, facts, problems);
    return lineBody(line, document.currency, item ?? '', taxCode);
  });
  return { lines, ...problems };
}

/** All shipping is one line, the sum of its amounts; none where that is 0. */
function withOneShipping(lines: readonly PostingLine[]): PostingLine[] {
  const shipping = lines.filter((line) => line.kind === 'shipping');
  const [first] = shipping;
  if (!first) return [...lines];
  const sum: PostingLine = {
    ...first,
    description: shipping.map((line) => line.description).join(', '),
    amountMinor: sumMinor(shipping.map((line) => line.amountMinor)),
    taxCodes: [...new Set(shipping.flatMap((line) => line.taxCodes))],
  };
  return lines.flatMap((line) => {
    if (line.kind !== 'shipping') return [line];
    return line === first && sum.amountMinor !== 0 ? [sum] : [];
  });
}

function lineBody(
  line: PostingLine,
  currency: string,
  item: string,
  taxCode: string | null,
): JsonObject {
  const description = cleanText(line.description, 4000);
  return {
    DetailType: 'SalesItemLineDetail',
    Amount: exactNumber(minorToText(line.amountMinor, currency)),
    ...(description === '' ? {} : { Description: description }),
    SalesItemLineDetail: {
      ItemRef: { value: item },
      ...piecesOf(line, currency),
      ...(taxCode === null ? {} : { TaxCodeRef: { value: taxCode } }),
    },
  };
}

/** Quantity and unit price go together and must give the amount (6070); where none does, the amount stands alone. */
function piecesOf(line: PostingLine, currency: string): JsonObject {
  if (line.quantity === null) return {};
  const price = unitPriceFor(line.amountMinor, line.quantity, currency);
  const quantity = exactNumberOrNull(line.quantity);
  const unitPrice = price === null ? null : exactNumberOrNull(price);
  return quantity === null || unitPrice === null ? {} : { Qty: quantity, UnitPrice: unitPrice };
}

function itemOf(
  line: PostingLine,
  references: References,
  facts: QboFacts,
  problems: LineProblems,
): string | null {
  if (line.kind === 'item' && line.sku !== null) return itemOfSku(line.sku, references, problems);
  const key = keyOf(line);
  const mapped = references.mapping('item', key);
  if (mapped !== null) return mapped;
  if (line.kind === 'shipping' && facts.allowShipping) return 'SHIPPING_ITEM_ID';
  problems.missingMappings.push(`item:${key}`);
  return null;
}

function itemOfSku(sku: string, references: References, problems: LineProblems): string | null {
  const product = references.products.get(sku);
  const id = references.mapping('item', sku) ?? product?.remoteId ?? null;
  if (id === null && !problems.missing.some((missing) => missing.ref === sku))
    problems.missing.push({ kind: 'sku', ref: sku, isOpen: product?.isOpen ?? false });
  return id;
}

function keyOf(line: PostingLine): string {
  if (line.kind === 'fee') return line.amountMinor < 0 ? feeKeys.discount : feeKeys.fee;
  return line.kind === 'shipping' ? itemKeys.shipping : itemKeys.unallocated;
}

/** The mark of a line without tax: NON in the US, the mapped code elsewhere, none where no tax is used. */
function taxCodeOf(
  line: PostingLine,
  references: References,
  facts: QboFacts,
  problems: LineProblems,
): string | null {
  if (facts.country === 'US') return facts.usingSalesTax ? 'NON' : null;
  // A vendor's code may bundle several rates: the set is mapped, not each (section 15).
  const key = [...new Set(line.taxCodes)].sort().join('+') || 'none';
  const mapped = references.mapping('taxCode', key);
  if (mapped === null) problems.missingMappings.push(`taxCode:${key}`);
  return mapped;
}
