import { writeRecords, type AbsorbTransaction } from '../../database/absorb-store';
import { mappedSkus, skusOfUnknown } from '../../database/own-records';
import { readSkus, readTakenCodes, writeSkus } from '../../database/skus';
import type { RecordRow } from '../../domain/records/absorb';
import { allowsPush, type DirectionPolicy } from '../../domain/delivery/direction';
import { articlesOf, ownProducts } from '../../domain/records/unmapped-items';
import type { SummaryTickets } from './join-summaries';

// Products of our own for articles that nobody described (`item.unmapped = create`).

/**
 * Those that these tickets need, written down with their SKUs; none where the setting is another.
 */
export async function itemsForTickets(
  tx: AbsorbTransaction,
  tenant: number,
  records: readonly RecordRow[],
  { posting, wantedOf, direction }: SummaryTickets & { direction: DirectionPolicy },
): Promise<RecordRow[]> {
  if (posting.item.unmapped !== 'create') return [];
  const isByArticle = (record: RecordRow): boolean =>
    allowsPush(direction, 'qbo', record.kind) &&
    (posting.summary.lines === 'item' || wantedOf(record) === null);
  return makeItems(tx, tenant, articlesOf(records, posting, isByArticle));
}

/** `articles`: names by SKU. What has a product record or is mapped by hand gets none. */
export async function makeItems(
  tx: AbsorbTransaction,
  tenant: number,
  articles: ReadonlyMap<string, string>,
): Promise<RecordRow[]> {
  const skus = [...articles.keys()];
  if (skus.length === 0) return [];
  const given = (await readSkus(tx, tenant, skus, [])).map(({ sku }) => sku);
  const unknown = await skusOfUnknown(tx, tenant, given);
  const known = new Set(given.filter((sku) => !unknown.includes(sku)));
  const unclaimed = skus.filter((sku) => !known.has(sku));
  if (unclaimed.length === 0) return [];
  const mapped = await mappedSkus(tx, tenant, unclaimed);
  const unmapped = new Map([...articles].filter(([sku]) => !known.has(sku) && !mapped.has(sku)));
  if (unmapped.size === 0) return [];
  const taken = await readTakenCodes(tx, tenant, [...unmapped.keys()]);
  const { records, claims } = ownProducts(unmapped, (folded) => taken.has(folded));
  await writeSkus(
    tx,
    tenant,
    claims,
    unknown.filter((sku) => unmapped.has(sku)),
  );
  await writeRecords(tx, tenant, records);
  return records;
}
