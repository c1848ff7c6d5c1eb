import type { RecordRow } from './absorb';
import type { SkuClaim } from './articles';
import { isTicket } from '../posting/guests';
import { ownItemId, ownRevision } from './own-records';
import type { PostingSettings } from '../posting/settings';
import { codeForSku, foldSku } from './sku-codes';

// Articles that are sold and that no product record has: with `item.unmapped = create` each gets an
// item of its own (accounting.md#items, ADR 0011).

/**
 * The articles of these tickets that the books may need, with the name on the first line of each.
 * `isByArticle`: not of those that are summed up by tax alone.
 */
export function articlesOf(
  records: readonly RecordRow[],
  settings: Pick<PostingSettings, 'startDate'>,
  isByArticle: (record: RecordRow) => boolean,
): Map<string, string> {
  const articles = new Map<string, string>();
  for (const record of records) {
    const { content, op } = record;
    if (op === 'absent' || !isTicket(content) || content.body.voided === true) continue;
    const { startDate } = settings;
    if (startDate !== null && content.body.businessDate < startDate) continue;
    if (!isByArticle(record)) continue;
    for (const { sku, name } of content.body.lines) if (!articles.has(sku)) articles.set(sku, name);
  }
  return articles;
}

/**
 * The product of our own for an article, and its claim to the SKU. It says no price and no cost:
 * what a ticket took is neither. Stock of it is counted as of any article that nobody described.
 */
function ownProduct(sku: string, name: string, code: string): [RecordRow, SkuClaim] {
  const recordId = ownItemId(sku);
  const body = {
    sku,
    name: name.trim() || sku,
    type: 'goods' as const,
    trackStock: true,
    status: 'active' as const,
  };
  return [
    {
      kind: 'product',
      recordId,
      rev: ownRevision,
      sourceRevs: {},
      op: 'present',
      content: { kind: 'product', body },
      origin: {},
    },
    { sku, recordId, slot: '', code },
  ];
}

/** Products of our own for these articles, each with a code that no other has. */
export function ownProducts(
  articles: ReadonlyMap<string, string>,
  isTaken: (folded: string) => boolean,
): { records: RecordRow[]; claims: SkuClaim[] } {
  const given = new Set<string>();
  const made = [...articles].map(([sku, name]) => {
    const code = codeForSku(sku, (folded) => given.has(folded) || isTaken(folded));
    given.add(foldSku(code));
    return ownProduct(sku, name, code);
  });
  return { records: made.map(([record]) => record), claims: made.map(([, claim]) => claim) };
}
