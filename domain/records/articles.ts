import type { ProductBody } from '../bodies';
import { canonicalJson } from '../canonical';
import { shortHash } from '../short-hash';

// What a SKU names. A SKU is a label that may change or go to another product; an article is the
// thing itself: a product, or one of its variants by its options.

export interface Article {
  /** Record id of the product. */
  recordId: string;
  /** Empty for the product itself; for a variant a short text that stands for its options. */
  slot: string;
}

/** The present SKU of an article, with the code by which case-blind systems know it. */
export interface SkuClaim extends Article {
  sku: string;
  code: string;
}

/** From when on a SKU named an article. It does so until another one takes the SKU. */
export interface SkuHolder extends Article {
  sku: string;
  /** RFC 3339, UTC. */
  fromAt: string;
  /** Position of the change that said so; decides between equal times. */
  pos: number;
}

/** The SKUs of a product by slot; a SKU that it uses twice counts once. */
export function articlesOf(product: ProductBody): Map<string, string> {
  const articles = new Map([['', product.sku]]);
  const variants = product.variants ?? [];
  const texts = variants.map(({ options }) => canonicalJson(options));
  const seen = new Set([product.sku]);
  for (const [index, { sku }] of variants.entries()) {
    if (seen.has(sku)) continue;
    seen.add(sku);
    const text = texts[index] ?? '';
    // Options that two variants share name neither of them: the SKU has to.
    const isNamed = texts.indexOf(text) === texts.lastIndexOf(text);
    articles.set(isNamed ? shortHash(text) : `=${sku}`, sku);
  }
  return articles;
}

/** SKUs of a product and its variants, each once. */
export function skusOf(product: ProductBody): string[] {
  return [...articlesOf(product).values()];
}

/** One text for an article, as a key of maps. */
export function articleKey({ recordId, slot }: Article): string {
  return JSON.stringify([recordId, slot]);
}

const parkedPrefix = ' of:';
const skuMax = 100;

/**
 * What stands for the SKU of an article that gave its own up and has no other: stock and deliveries
 * go on under it. It begins with a blank, which no sender's SKU may.
 */
export function parkedSku({ recordId, slot }: Article): string {
  const text = parkedPrefix + recordId + (slot === '' ? '' : ` ${slot}`);
  return text.length <= skuMax ? text : parkedPrefix + shortHash(text);
}

export function isParkedSku(sku: string): boolean {
  return sku.startsWith(parkedPrefix);
}

/**
 * The article that a SKU named at that time: the one that took it last before, else the first that
 * ever had it (what was sold before we heard of a product is that product's). `holders`: all that
 * ever had this SKU.
 */
export function holderAt(holders: readonly SkuHolder[], at: string): SkuHolder | null {
  let best: SkuHolder | null = null;
  let first: SkuHolder | null = null;
  for (const holder of holders) {
    if (first === null || isBefore(holder, first)) first = holder;
    if (holder.fromAt <= at && (best === null || isBefore(best, holder))) best = holder;
  }
  return best ?? first;
}

function isBefore(a: SkuHolder, b: SkuHolder): boolean {
  return a.fromAt < b.fromAt || (a.fromAt === b.fromAt && a.pos < b.pos);
}
