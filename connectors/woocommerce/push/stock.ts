import type { StockBody } from '../../../domain/bodies';
import type { JsonObject } from '../../../domain/words';
import {
  hold,
  type AfterAccepted,
  type Composed,
  type Outgoing,
  type ProductReference,
} from '../../contract';
import type { WooFinding } from './look-up';
import { isCounted, stockTotal, wholePieces } from '../shape/mapping';
import type { WooProduct } from '../api/wire';

// The guard of an absolute figure: the store takes no other, so a figure that is not ours may hold
// sales that we do not know (accounting.md#stock). Pure.

type StockFinding = Extract<WooFinding, { type: 'stock' }>;

/** What the snapshot of a stock record says. */
interface Known {
  /** The figure that we wrote last; null: none for this product. */
  last: number | null;
  /** Since when the store's figure is held for a person. */
  heldAtMs: number | null;
  /** What the store showed then. */
  shown: number | null;
}

function knownOf({ snapshot, remoteId }: Outgoing, product: ProductReference): Known {
  const number = (name: string): number | null => {
    const value = snapshot?.[name];
    return typeof value === 'number' ? value : null;
  };
  // Of a product that stood in this one's place nothing is known any more.
  if (remoteId !== null && remoteId !== product.remoteId)
    return { last: null, heldAtMs: null, shown: null };
  return { last: number('stockQuantity'), heldAtMs: number('heldAtMs'), shown: number('shown') };
}

/** Why the figure must not be written now, or null. */
export function stopForStock(
  item: Outgoing,
  body: StockBody,
  product: ProductReference,
  finding: StockFinding,
): Composed | null {
  const { last, heldAtMs, shown } = knownOf(item, product);
  const present = finding.isManaged === true ? finding.quantity : null;
  if (last === null)
    return product.isLinked && !isCounted(body)
      ? hold(
          'stock_unknown',
          'stock',
          `Product ${product.remoteId ?? ''} (SKU "${product.code}") was in the store ` +
            `before, with ${figureText(present)}: count it at the POS`,
        )
      : null;
  if (heldAtMs === null && (present === last || present === wholePieces(stockTotal(body))))
    return null;
  const isSame = heldAtMs !== null && present === shown;
  // Somebody put it right in the store.
  if (heldAtMs !== null && !isSame && present === wholePieces(stockTotal(body))) return null;
  // Whoever counted after that knew what the shop had sold: the count is written.
  if (isSame && isCountedAfter(body, heldAtMs)) return null;
  const figures = {
    present,
    last,
    wanted: stockTotal(body),
    isManaged: finding.isManaged === true,
  };
  return {
    ...hold('stock_changed_elsewhere', 'stock', changedText(product, figures)),
    remote: {
      remoteId: product.remoteId ?? '',
      remoteVersion: null,
      isLinked: product.isLinked,
      snapshot: {
        ...item.snapshot,
        stockQuantity: last,
        shown: present,
        heldAtMs: isSame ? heldAtMs : finding.readAtMs,
      },
    },
  };
}

/** Whether somebody has counted this SKU after this moment. */
function isCountedAfter(stock: StockBody, atMs: number): boolean {
  return Object.values(stock.places).some(
    ({ countedAt }) => countedAt !== null && Date.parse(countedAt) > atMs,
  );
}

function figureText(figure: number | null): string {
  return figure === null ? 'no figure' : `a stock of ${figure}`;
}

function changedText(
  { remoteId, code }: ProductReference,
  figures: { present: number | null; last: number; wanted: string; isManaged: boolean },
): string {
  const named = `Product ${remoteId ?? ''} (SKU "${code}")`;
  const { present, last, wanted } = figures;
  const state = figures.isManaged
    ? `shows ${figureText(present)} in the store, the last figure written is ${last}, the ` +
      `POS has ${wanted}: somebody else moved it`
    : 'has its stock management switched off in the store; the last figure written is ' +
      `${last}, the POS has ${wanted}`;
  return (
    `${named} ${state}. Count it at the POS, and that count is written; or set the store to ` +
    `${wholePieces(wanted)} and redrive; or discard this.`
  );
}

/** What is kept of a figure that the store took. */
export interface WrittenStock {
  id: number;
  /** As written. */
  quantity: number;
  /** Of `total_sales` at the look-up; null where the store did not say. */
  sales: number | null;
}

/**
 * What follows a figure that was carried out: nothing, or a person has to look, because the store
 * shows another one or sold some pieces between our look-up and its turn in the batch, which the
 * figure wiped out (woocommerce.md#stock).
 */
export function afterStock(
  { quantity, sales }: WrittenStock,
  product: WooProduct,
  nowMs: number,
): { then: AfterAccepted; snapshot: JsonObject } | null {
  const present = product.manage_stock === true ? product.stock_quantity : null;
  const named = `Product ${product.id} (SKU "${product.sku}")`;
  const sold = sales === null || product.total_sales === null ? 0 : product.total_sales - sales;
  const wayOut =
    'Count it at the POS, and that count is written; or correct the figure in the store ' +
    'and discard this.';
  const detail =
    product.manage_stock !== true
      ? `${named} was given a stock of ${quantity}, but its stock management is switched off ` +
        `in the store or kept by its parent. ${wayOut}`
      : present !== quantity
        ? `${named} was given a stock of ${quantity}, the store shows ` +
          `${figureText(present)}. ${wayOut}`
        : sold !== 0
          ? `While ${named} was given a stock of ${quantity}, the shop sold ${sold} (less ` +
            'than 0: orders were cancelled), which that figure does not hold: it should be ' +
            `${quantity - sold}. ${wayOut}`
          : null;
  if (detail === null) return null;
  return {
    then: hold('stock_changed_elsewhere', 'stock', detail),
    snapshot: { stockQuantity: quantity, shown: present, heldAtMs: nowMs },
  };
}
