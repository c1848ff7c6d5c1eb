import type { Article } from './articles';
import type { InventoryBody, ProductBody } from '../bodies';
import type { ChangeRow, RecordRow } from '../rows';
import type { SkuBook } from './sku-book';
import {
  inventoryEntry,
  ticketEntries,
  ticketSource,
  type StockEntry,
  type StockSource,
} from '../stock/stock';

// What a fold moves in stock: counts and movements by hand, and the goods of tickets. Pure.

/** What a source moves now, all of it, and whether it was known before. */
export interface MovedStock extends StockSource {
  entries: StockEntry[];
  wasKnown: boolean;
}

interface Movement {
  change: ChangeRow;
  body: InventoryBody;
  article: Article | null;
}

interface Looks {
  /** When the ticket of this record key first occurred, ISO 8601. */
  timeOf: (recordKey: string) => string;
  /** A product as this fold leaves it; null where the fold does not hold it. */
  productOf: (recordId: string) => ProductBody | null;
  /** False only for products known to have no stock. */
  isStockTracked: (productId: string) => boolean;
}

/**
 * Collects what moves stock. SKUs are asked when all changes are taken: they may move meanwhile.
 */
export class StockFold {
  private readonly movements: Movement[] = [];
  private readonly book: SkuBook;
  private readonly looks: Looks;

  constructor(book: SkuBook, looks: Looks) {
    this.book = book;
    this.looks = looks;
  }

  /** Notes a count or movement with the article that its SKU names at that time. */
  take(change: ChangeRow): void {
    if (change.content?.kind !== 'inventory') return;
    const article = this.book.articleAt(change.recordId, change.occurredAt);
    this.movements.push({ change, body: change.content.body, article });
  }

  /** All that moves, under the SKUs that the articles have now. */
  movedBy(records: readonly (RecordRow & { key: string; wasKnown: boolean })[]): MovedStock[] {
    return [...this.movedByHand(), ...records.flatMap((row) => this.movedByTicket(row))];
  }

  private movedByHand(): MovedStock[] {
    return this.movements.map(({ change, body, article }) => {
      const named = article === null ? null : this.book.skuOf(article);
      const sku = named ?? this.book.presentSku(change.recordId);
      const entry = inventoryEntry(change, sku, body);
      return { source: entry.source, sourceId: entry.sourceId, entries: [entry], wasKnown: false };
    });
  }

  private movedByTicket(row: RecordRow & { key: string; wasKnown: boolean }): MovedStock[] {
    const { content, recordId, wasKnown, key } = row;
    if (content?.kind !== 'order' && content?.kind !== 'refund') return [];
    const entries =
      row.op === 'absent'
        ? []
        : ticketEntries(content, recordId, this.looks.timeOf(key), ({ sku, productId }) =>
            this.isStockTracked(sku, productId) ? this.book.presentSku(sku, productId) : null,
          );
    return [{ ...ticketSource(content.kind, recordId), entries, wasKnown }];
  }

  private isStockTracked(sku: string, meant: string | undefined): boolean {
    const productId = meant ?? this.book.ownerOf(this.book.presentSku(sku))?.recordId;
    if (productId === undefined) return true;
    const product = this.looks.productOf(productId);
    return product === null ? this.looks.isStockTracked(productId) : product.trackStock;
  }
}
