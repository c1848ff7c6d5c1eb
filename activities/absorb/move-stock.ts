import {
  countKey,
  readRecords,
  readStockEntries,
  sumsAfterCounts,
  writeStockEntries,
  type AbsorbTransaction,
} from '../../database/absorb-store';
import { placesOf } from '../../database/article-moves';
import { groupBy } from '../../domain/group-by';
import type { RecordRow } from '../../domain/records/absorb';
import type { Folded } from '../../domain/records/folded';
import type { MovedStock } from '../../domain/records/fold-stock';
import { applyStock, type StockChange, type StockEntry } from '../../domain/stock/stock';
import type { System } from '../../domain/words';

// Writes what a fold moved into the stock ledger, and works out the records of stock that it moved.

/**
 * Writes the ledger and answers the records of stock that it moved, and of `others` those that
 * there are: they got another name, or are tracked otherwise than before.
 */
export async function moveStock(
  tx: AbsorbTransaction,
  tenant: number,
  folded: Folded,
  others: readonly string[],
): Promise<RecordRow[]> {
  const sources = [...folded.movedStock, ...(await movedEarlier(tx, tenant, folded))];
  const replaced = sources.filter(({ wasKnown }) => wasKnown);
  const before = await readStockEntries(tx, tenant, replaced);
  const after = sources.flatMap(({ entries }) => entries);
  const changes = stockChanges(before, after);
  if (changes.length === 0 && others.length === 0) return [];
  await writeStockEntries(tx, tenant, replaced, after);
  const bySku = groupBy(changes, (change) => (change.after ?? change.before)?.sku ?? '');
  for (const sku of others) if (!bySku.has(sku)) bySku.set(sku, []);
  const counts = after.filter((entry) => entry.reason === 'count');
  const sums = await sumsAfterCounts(
    tx,
    tenant,
    counts.map(({ sku, place, occurredAt }) => ({ sku, place, countedAt: occurredAt })),
  );
  const keys = [...bySku.keys()].map((sku) => ({ kind: 'inventory' as const, recordId: sku }));
  const records = new Map((await readRecords(tx, tenant, keys)).map((row) => [row.recordId, row]));
  const moved: RecordRow[] = [];
  for (const [sku, skuChanges] of bySku) {
    const current = records.get(sku);
    if (current === undefined && skuChanges.length === 0) continue;
    const body = current?.content?.kind === 'inventory' ? current.content.body : { places: {} };
    // A figure that cannot be read is worked out anew from the ledger, in which these changes stand
    // by now.
    const isUnreadable = current?.op === 'present' && current.content === null;
    const next = isUnreadable
      ? await placesOf(tx, tenant, sku)
      : applyStock(
          body,
          skuChanges,
          (place, countedAt) => sums.get(countKey({ sku, place, countedAt })) ?? '0',
        );
    const isSame = current !== undefined && JSON.stringify(next) === JSON.stringify(body);
    if (isSame && !isUnreadable && !others.includes(sku)) continue;
    moved.push({
      ...{ kind: 'inventory', recordId: sku, rev: (current?.rev ?? 0) + 1, sourceRevs: {} },
      ...{ op: 'present', content: { kind: 'inventory', body: next } },
      origin: { places: moverOf(skuChanges) ?? current?.origin['places'] ?? 'pos' },
    });
  }
  return moved;
}

/** What tickets moved of which an older revision came late, at the time that it says. */
async function movedEarlier(
  tx: AbsorbTransaction,
  tenant: number,
  { movedStock, lateTickets }: Pick<Folded, 'movedStock' | 'lateTickets'>,
): Promise<MovedStock[]> {
  const moving = new Set(movedStock.map(({ sourceId }) => sourceId));
  const late = [...lateTickets.values()].filter(({ sourceId }) => !moving.has(sourceId));
  const entries = groupBy(await readStockEntries(tx, tenant, late), ({ sourceId }) => sourceId);
  return late.flatMap(({ source, sourceId, occurredAt }) => {
    const moved = entries.get(sourceId) ?? [];
    const isMovedThen = moved.every((entry) => entry.occurredAt <= occurredAt);
    const then = moved.map((entry) => ({ ...entry, occurredAt }));
    return isMovedThen ? [] : [{ source, sourceId, entries: then, wasKnown: true }];
  });
}

/** Who moved a figure last. */
function moverOf(changes: readonly StockChange[]): System | null {
  const last = changes.at(-1);
  return (last?.after ?? last?.before)?.source ?? null;
}

/** Pairs what sources moved before with what they move now; equal pairs move nothing. */
function stockChanges(before: readonly StockEntry[], after: readonly StockEntry[]): StockChange[] {
  const keyOf = (entry: StockEntry): string =>
    JSON.stringify([entry.source, entry.sourceId, entry.line, entry.reason]);
  const old = new Map(before.map((entry) => [keyOf(entry), entry]));
  const changes: StockChange[] = [];
  for (const entry of after) {
    const former = old.get(keyOf(entry)) ?? null;
    old.delete(keyOf(entry));
    if (former?.sku === entry.sku || former === null)
      changes.push({ before: former, after: entry });
    else changes.push({ before: former, after: null }, { before: null, after: entry });
  }
  return [...changes, ...[...old.values()].map((entry) => ({ before: entry, after: null }))];
}
