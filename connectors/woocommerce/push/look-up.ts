import { z } from 'zod';
import type { CallGate, Outgoing, References } from '../../contract';
import { chunksOf, type WooClient } from '../api/client';
import { ownReference } from '../../product-names';
import { OddAnswer } from '../api/errors';
import { foldedSku, keptSku } from '../shape/texts';
import { markerKey, productFieldNames, productSchema, type WooProduct } from '../api/wire';

// What composing needs to know of the store, asked set-wise (architecture.md#before-a-create).

/** What the store has under a SKU. Its filter tells neither case nor accents apart; we do. */
export type SkuHit =
  | { type: 'absent' }
  | { type: 'exact'; product: WooProduct }
  /** Held by something with another spelling, by several products, or by one in the trash. */
  | { type: 'inexact'; detail: string }
  | { type: 'trashed'; detail: string };

/** What was found for one delivery. */
export type WooFinding =
  | SkuHit
  | {
      type: 'stock';
      isManaged: WooProduct['manage_stock'];
      quantity: number | null;
      sales: number | null;
      /** Milliseconds since 1970. */
      readAtMs: number;
    };

/**
 * Asks for matches of products that were never written or were refused, and for the present stock;
 * findings by delivery id.
 */
export async function lookUp(
  client: WooClient,
  items: readonly Outgoing[],
  references: References,
  gate: CallGate,
): Promise<Map<string, WooFinding>> {
  const skuOf = new Map<string, string>();
  const refused = new Set<string>();
  const stockIdOf = new Map<string, string>();
  for (const item of items) {
    if (item.op === 'absent') continue;
    const { record } = item;
    if (record.kind === 'product' && (item.remoteId === null || item.lastClass !== null)) {
      if ((record.body.variants ?? []).length > 0) continue;
      const code = ownReference(item, record.body, references)?.code ?? record.body.sku;
      // The store would look for another one.
      if (keptSku(code) !== code) continue;
      skuOf.set(item.deliveryId, code);
      if (item.lastClass === 'DUPLICATE') refused.add(code);
    }
    const product = references.stocked.get(item.recordId);
    if (record.kind === 'inventory' && product?.remoteId && product.isStockTracked)
      stockIdOf.set(item.deliveryId, product.remoteId);
  }
  const hits = await findBySku(client, [...skuOf.values()], gate, refused);
  const stock = await findById(client, [...stockIdOf.values()], gate);
  const findings = new Map<string, WooFinding>();
  for (const [deliveryId, sku] of skuOf) findings.set(deliveryId, hitFor(hits, sku));
  for (const [deliveryId, id] of stockIdOf)
    findings.set(deliveryId, stockOf(stock.get(id), client.now()));
  return findings;
}

function stockOf(product: WooProduct | undefined, readAtMs: number): WooFinding {
  if (product === undefined) return { type: 'absent' };
  const { manage_stock: isManaged, stock_quantity: quantity, total_sales: sales } = product;
  return { type: 'stock', isManaged, quantity, sales, readAtMs };
}

function hitFor(hits: ReadonlyMap<string, SkuHit>, sku: string): SkuHit {
  const hit = hits.get(sku);
  if (!hit) throw new Error(`Bug: SKU "${sku}" was not looked up`);
  return hit;
}

/** 50 SKUs a page of 100: full pages then only come from a store that ignores the filter. */
const skusPerRead = 50;
const pageSize = 100;

/**
 * Each SKU with what the store has under it; also asks the trash, which keeps SKUs
 * (woocommerce.md#products). `alone`: of these the store said that somebody holds them, so each is
 * a question of its own.
 */
export async function findBySku(
  client: WooClient,
  skus: readonly string[],
  gate: CallGate,
  alone: ReadonlySet<string> = new Set(),
): Promise<Map<string, SkuHit>> {
  const wanted = [...new Set(skus)];
  const asks: SkuAsk = { client, gate, alone };
  const listed = await holdersOf(asks, wanted, {});
  const hits = new Map<string, SkuHit>();
  for (const sku of wanted) hits.set(sku, hitAmong(sku, listed.get(sku) ?? []));
  const missing = wanted.filter((sku) => hits.get(sku)?.type === 'absent');
  const trashed = await holdersOf(asks, missing, { status: 'trash' });
  for (const sku of missing) {
    const [holder] = trashed.get(sku) ?? [];
    if (holder) hits.set(sku, { type: 'trashed', detail: inTrash(holder) });
  }
  return hits;
}

/** Where it lies and how it comes out: wp-admin shows no trash of variations. */
function inTrash({ id, type, parent_id: parentId }: WooProduct): string {
  return type === 'variation' || (parentId ?? 0) > 0
    ? `variation ${id} of product ${parentId ?? 'unknown'} in the trash, where wp-admin does ` +
        'not show it: delete it for good (DELETE ' +
        `products/${parentId ?? 'PARENT'}/variations/${id}?force=true)`
    : `product ${id} in the trash: restore it or delete it for good`;
}

function hitAmong(sku: string, holders: readonly WooProduct[]): SkuHit {
  const [first] = holders;
  if (!first) return { type: 'absent' };
  if (holders.length > 1)
    return { type: 'inexact', detail: `ids ${holders.map((product) => product.id).join(', ')}` };
  return first.sku === sku
    ? { type: 'exact', product: first }
    : { type: 'inexact', detail: `id ${first.id} with the spelling "${first.sku}"` };
}

interface SkuAsk {
  client: WooClient;
  gate: CallGate;
  alone: ReadonlySet<string>;
}

/** The products that hold these SKUs, by SKU. */
async function holdersOf(
  asks: SkuAsk,
  skus: readonly string[],
  filter: Readonly<Record<string, string>>,
): Promise<Map<string, WooProduct[]>> {
  // The comma separates the list: a SKU that holds one is found when it is alone.
  const isAlone = (sku: string): boolean => sku.includes(',') || asks.alone.has(sku);
  const lists = chunksOf(
    skus.filter((sku) => !isAlone(sku)),
    skusPerRead,
  );
  const holders = new Map<string, WooProduct[]>();
  for (const list of [...skus.filter(isAlone).map((sku) => [sku]), ...lists])
    for (const [sku, found] of await holdersIn(asks, list, filter)) holders.set(sku, found);
  return holders;
}

/**
 * Whatever the store finds under a SKU holds it: its collation takes more spellings for one than we
 * know (`straße` and `strasse`). Where one comes that answers to none of the list, the list is
 * parted.
 */
async function holdersIn(
  asks: SkuAsk,
  list: readonly string[],
  filter: Readonly<Record<string, string>>,
): Promise<[string, WooProduct[]][]> {
  // PHP takes a filter `0` for none, and a list of it for a list (woocommerce.md#lists).
  const asked = list.join(',') === '0' ? '0,0' : list.join(',');
  const listed = await listProducts(asks.client, { sku: asked, ...filter }, asks.gate);
  const [first = ''] = list;
  if (list.length === 1) {
    // With a comma in it, the parts are SKUs that were asked for too.
    const parts = first.split(',').map(foldedSku);
    const isHolder = ({ sku }: WooProduct): boolean =>
      foldedSku(sku) === foldedSku(first) || !parts.includes(foldedSku(sku));
    return [[first, listed.filter(isHolder)]];
  }
  const folded = new Set(list.map(foldedSku));
  if (listed.every(({ sku }) => folded.has(foldedSku(sku))))
    return list.map((sku) => [
      sku,
      listed.filter((product) => foldedSku(product.sku) === foldedSku(sku)),
    ]);
  const middle = Math.ceil(list.length / 2);
  const former = await holdersIn(asks, list.slice(0, middle), filter);
  return [...former, ...(await holdersIn(asks, list.slice(middle), filter))];
}

/** Products by id as the store lists them; one in the trash is missing. */
export async function findById(
  client: WooClient,
  ids: readonly string[],
  gate: CallGate,
): Promise<Map<string, WooProduct>> {
  const products = new Map<string, WooProduct>();
  // One less than a page, so that a full page shows an ignored filter here too.
  for (const list of chunksOf([...new Set(ids)], pageSize - 1))
    for (const product of await listProducts(client, { include: list.join(',') }, gate))
      products.set(String(product.id), product);
  return products;
}

async function listProducts(
  client: WooClient,
  filter: Readonly<Record<string, string>>,
  gate: CallGate,
): Promise<WooProduct[]> {
  const query = {
    ...filter,
    per_page: String(pageSize),
    _fields: productFieldNames.join(','),
  };
  const products = await client.read('/products', query, z.array(productSchema), gate);
  // An unknown filter is ignored and everything comes (woocommerce.md#lists): then nothing is
  // certainly absent.
  if (products.length >= pageSize)
    throw new OddAnswer('upstream', 'GET /products: a full page, so the filter was ignored');
  // What plug-ins keep in the meta list is no business of ours.
  return products.map((product) => ({
    ...product,
    meta_data: product.meta_data.filter((meta) => meta.key === markerKey),
  }));
}
