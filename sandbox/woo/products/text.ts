import { type Store } from '../store';

/**
 * What wc_format_decimal keeps of a price: `12,50` becomes `1250`, `abc` becomes ``
 * (woocommerce.md#products).
 */
export function normalPrice(text: string): string {
  const kept = text.replace(/[^0-9.-]/g, '');
  const lastPoint = kept.lastIndexOf('.');
  if (lastPoint < 0) return kept;
  return `${kept.slice(0, lastPoint).replaceAll('.', '')}${kept.slice(lastPoint)}`;
}

/**
 * `sanitize_text_field` of WordPress: tags, `%20` and the like go, blanks fall together
 * (woocommerce.md#texts).
 */
export function sanitizedText(text: string): string {
  const lessThan = text.includes('<') ? withoutTags(escapedLessThan(text)) : text;
  const line = trimmed(lessThan.replace(/[\r\n\t ]+/g, ' '));
  let plain = line;
  for (let octet = /%[a-f0-9]{2}/i.exec(plain); octet !== null; octet = /%[a-f0-9]{2}/i.exec(plain))
    plain = plain.replaceAll(octet[0], '');
  return plain === line ? line : trimmed(plain.replace(/ +/g, ' '));
}

/** A `<` that no `>` follows is no tag: it becomes an entity. */
function escapedLessThan(text: string): string {
  return text.replace(/<[^>]*?(?=<|>|$)>?/g, (part) =>
    part.includes('>') ? part : entities(part),
  );
}

function entities(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function withoutTags(text: string): string {
  return text.replace(/<(script|style)[^>]*?>.*?<\/\1>/gis, '').replace(/<[^>]*>/g, '');
}

/** What `trim` of PHP takes from both ends. */
const blanks = new Set([' ', '\t', '\n', '\r', '\0', '\v']);

function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && blanks.has(text.charAt(start))) start += 1;
  while (end > start && blanks.has(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/**
 * Names are filtered as texts of a post are, and stored with `&` as an entity
 * (woocommerce.md#texts).
 */
export function normalTitle(text: string): string {
  return filteredText(text).trim();
}

/**
 * `wp_filter_post_kses`: one layer of backslashes goes, then what looks like an element that is not
 * allowed, also `< 4 and 5 >`; what is left of `<`, `>` and `&` becomes entities
 * (woocommerce.md#texts).
 */
export function filteredText(text: string): string {
  const unslashed = text.replace(/\\([\s\S]?)/g, (_pair, next: string) =>
    next === '0' ? '\0' : next,
  );
  return escapedLessThan(unslashed)
    .replace(/&(?!(#\d+|#x[\da-f]+|\w+);)/gi, '&amp;')
    .replace(/<[^>]*(?:>|$)|>/g, (element) => keptElement(element));
}

const allowedElements = new Set(
  (
    'a abbr b blockquote br cite code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins li ' +
    'ol p pre q s small span strike strong sub sup table tbody td th thead tr u ul'
  ).split(' '),
);

function keptElement(element: string): string {
  if (element === '>') return '&gt;';
  const [, name] = /^<\s*\/?\s*([a-z0-9-]+)[^>]*>?$/i.exec(element) ?? [];
  if (name === undefined)
    return element.endsWith('>') && !element.startsWith('<!') ? '' : entities(element);
  return allowedElements.has(name.toLowerCase()) ? element : '';
}

/** How a reader without context=edit sees a long text: in paragraphs. */
export function paragraphs(text: string): string {
  if (text.trim() === '') return text;
  const blocks = text.trim().split(/\n{2,}/);
  return blocks
    .map((block) => (/^<(p|div|ul|ol|h\d)\b/i.test(block) ? block : `<p>${block}</p>`))
    .map((block) => `${block}\n`)
    .join('');
}

/** What WordPress makes of a name: `batch-m1`. */
export function generatedSlug(name: string): string {
  const plain = name.normalize('NFKD').replace(/[\u0300-\u036f]/g, '');
  const base = plain
    .toLowerCase()
    .replace(/&amp;/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return base === '' ? 'product' : base;
}

/** A slug of the name that no other product has: `batch-m1`, `product-2`. */
export function freeSlug(store: Store, name: string): string {
  const wanted = generatedSlug(name);
  if (!store.idBySlug.has(wanted)) return wanted;
  const slug = nextSlug(store, wanted);
  store.slugNumbers.set(wanted, Number(slug.slice(wanted.length + 1)));
  return slug;
}

/** The first free slug with a number behind; the search goes on where the last one ended. */
export function nextSlug(store: Store, base: string): string {
  let number = store.slugNumbers.get(base) ?? 1;
  do number += 1;
  while (store.idBySlug.has(`${base}-${number}`));
  return `${base}-${number}`;
}

const symbols: Record<string, string> = {
  EUR: '&euro;',
  GBP: '&pound;',
  USD: '&#36;',
  CAD: '&#36;',
};

/** The price as html, as the shop shows it (rec: product_create_full). */
export function priceHtml(currency: string, regular: string, sale: string): string {
  if (regular === '') return '';
  const shown = (price: string): string => `${symbols[currency] ?? currency}${shopPrice(price)}`;
  const amount = (price: string): string =>
    '<span class="woocommerce-Price-amount amount"><bdi><span ' +
    'class="woocommerce-Price-currencySymbol" ' +
    `translate="no">${symbols[currency] ?? currency}</span>${shopPrice(price)}</bdi></span>`;
  if (sale === '') return amount(regular);
  return (
    `<del aria-hidden="true">${amount(regular)}</del> <span ` +
    `class="screen-reader-text">Original price was: ${shown(regular)}.</span><ins ` +
    `aria-hidden="true">${amount(sale)}</ins><span class="screen-reader-text">Current price ` +
    `is: ${shown(sale)}.</span>`
  );
}

/** Kept: to make one takes longer than all the rest of a product's view. */
const shopFormat = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});

/** Two decimals, thousands parted, never below zero (rec: product_update_price_negative). */
function shopPrice(price: string): string {
  return shopFormat.format(Math.max(0, Number(price)));
}
