import { addDecimals } from '../../../domain/money';

// What a store makes of texts (woocommerce.md#texts): what must be sent so that a text is kept, and
// what a text that was sent reads like afterwards. Pure.

/**
 * A plain text as the store must be sent it: filters of posts take one layer of backslashes and
 * everything that looks like an element (`3 < 4 and 5 > 2`), entities are kept.
 */
export function plainForStore(text: string): string {
  return slashed(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** A description, which may be html: then its elements are the store's business. */
export function htmlForStore(text: string): string {
  const isHtml = /<\/[a-z][^>]*>|<(br|hr|img)\b[^>]*>/i.test(text);
  return isHtml ? slashed(text) : plainForStore(text);
}

function slashed(text: string): string {
  return text.replace(/\\/g, '\\\\');
}

/**
 * Whether the store shows a text as it was sent: blanks, paragraphs and the spelling of entities
 * are no difference.
 */
export function isSameText(sent: string, shown: string): boolean {
  return plainText(sent.replace(/\\\\/g, '\\')) === plainText(shown);
}

/** Whether two prices are the same amount: zeros at the end are no difference. */
export function isSamePrice(sent: string, shown: string): boolean {
  return priceText(sent) === priceText(shown);
}

function priceText(price: string): string {
  return /^-?\d+(\.\d+)?$/.test(price) ? addDecimals(price, '0') : price;
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/**
 * Text without tags and entities, blanks collapsed: `<p>A &amp; B</p>\n` and `A & B` are the same.
 */
export function plainText(text: string): string {
  return text
    .replace(/<[/!]?[a-z][^>]*>/gi, ' ')
    .replace(/&(#\d+|#x[0-9a-f]+|[a-z]+);/gi, (whole, name: string) => decoded(whole, name))
    .replace(/[\s\u00a0]+/g, ' ')
    .trim();
}

function decoded(whole: string, name: string): string {
  if (!name.startsWith('#')) return entities[name.toLowerCase()] ?? whole;
  const isHex = name[1]?.toLowerCase() === 'x';
  const code = Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

/**
 * SKUs as the store compares them, as far as we know its collation: what it finds itself counts for
 * more.
 */
export function foldedSku(sku: string): string {
  return sku.trim().toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '');
}

/**
 * A SKU as the store keeps it (`sanitize_text_field` of WordPress): elements, line ends, double
 * blanks and octets such as `%20` go, a `<` that begins no element becomes an entity.
 */
export function keptSku(sku: string): string {
  const withoutTags = sku.includes('<')
    ? sku
        .replace(/<[^>]*?(?=<|$)/g, (part) => part.replace('<', '&lt;'))
        .replace(/<(script|style)[^>]*>.*?<\/\1>/gis, '')
        .replace(/<[^>]*>/g, '')
    : sku;
  const line = withoutTags.replace(/[\r\n\t ]+/g, ' ').trim();
  const octet = /%[a-f0-9]{2}/gi;
  let kept = line;
  while (kept.search(octet) >= 0) kept = kept.replace(octet, '');
  return kept === line ? line : kept.replace(/ +/g, ' ').trim();
}

/** Tax classes go by the slug of their name; the standard class has none. */
export function taxClassSlug(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return slug === 'standard' ? '' : slug;
}
