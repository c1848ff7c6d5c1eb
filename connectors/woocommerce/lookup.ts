import { z } from 'zod';
import type { JsonObject } from '../../domain/words';
import { ConnectorError, type CallGate, type Outgoing, type References } from '../connector';
import { chunksOf, type WooClient } from './client';
import { ownReference } from '../product-names';
import { foldedSku } from './mapping';
import { markerKey, productFieldNames, productSchema, type WooProduct } from './wire';

// What composing needs to know of the store, asked set-wise (architecture section 5: "before the first
// create of a record: match").

/** What the store has under a SKU. Its filter tells neither case nor accents apart; we do. */
export type SkuHit =
  | { type: 'absent' }
  | { type: 'exact'; product: WooProduct }
  /** Held by something with another spelling, by several products, or by one in the trash. */
  | { type: 'inexact'; detail: string }
  | { type: 'trashed'; id: number };

/** One finding of `lookUp`, kept by delivery id. */
const findingSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('absent') }),
  z.object({ type: z.literal('exact'), product: productSchema }),
  z.object({ type: z.literal('inexact'), detail: z.string() }),
  z.object({ type: z.literal('trashed'), id: z.number() }),
  z.object({
    type: z.literal('stock'),
    isManaged: z.union([z.boolean(), z.literal('parent')]),
    quantity: z.number().nullable(),
  }),
]);
export type WooFinding = z.infer<typeof findingSchema>;

export function findingOf(findings: JsonObject, deliveryId: string): WooFinding | null {
  const finding = findings[deliveryId];
  return finding === undefined ? null : findingSchema.parse(finding);
}

/** Asks for matches of products that were never written or were refused, and for the present stock. */
export async function lookUp(
  client: WooClient,
  items: readonly Outgoing[],
  references: References,
  gate: CallGate,
): Promise<JsonObject> {
  const skuOf = new Map<string, string>();
  const stockIdOf = new Map<string, string>();
  for (const item of items) {
    if (item.op === 'absent') continue;
    const { record } = item;
    if (record.kind === 'product' && (item.remoteId === null || item.lastClass !== null)) {
      if ((record.body.variants ?? []).length > 0) continue;
      const code = ownReference(item, record.body, references)?.code ?? record.body.sku;
      skuOf.set(item.deliveryId, code);
    }
    const product = references.stocked.get(item.recordId);
    if (record.kind === 'inventory' && product?.remoteId && product.isStockTracked)
      stockIdOf.set(item.deliveryId, product.remoteId);
  }
  const hits = await findBySku(client, [...skuOf.values()], gate);
  const stock = await findById(client, [...stockIdOf.values()], gate);
  const findings: Record<string, JsonObject> = {};
  for (const [deliveryId, sku] of skuOf) findings[deliveryId] = { ...hitFor(hits, sku) };
  for (const [deliveryId, id] of stockIdOf) {
    const product = stock.get(id);
    findings[deliveryId] = product
      ? { type: 'stock', isManaged: product.manage_stock, quantity: product.stock_quantity }
      : { type: 'absent' };
  }
  return findings;
}

function hitFor(hits: ReadonlyMap<string, SkuHit>, sku: string): SkuHit {
  const hit = hits.get(sku);
  if (!hit) throw new Error(`Bug: SKU "${sku}" was not looked up`);
  return hit;
}

/** 50 SKUs a page of 100: full pages then only come from a store that ignores the filter. */
const skusPerRead = 50;
const pageSize = 100;

/** Each SKU with what the store has under it; also asks the trash, which keeps SKUs (woocommerce.md 4, 7). */
export async function findBySku(
  client: WooClient,
  skus: readonly string[],
  gate: CallGate,
): Promise<Map<string, SkuHit>> {
  const wanted = [...new Set(skus)];
  const listed = await listBySku(client, wanted, {}, gate);
  const hits = new Map<string, SkuHit>();
  for (const sku of wanted) hits.set(sku, hitAmong(sku, listed));
  const missing = wanted.filter((sku) => hits.get(sku)?.type === 'absent');
  const trashed = await listBySku(client, missing, { status: 'trash' }, gate);
  for (const sku of missing) {
    const holder = trashed.find((product) => foldedSku(product.sku) === foldedSku(sku));
    if (holder) hits.set(sku, { type: 'trashed', id: holder.id });
  }
  return hits;
}

function hitAmong(sku: string, products: readonly WooProduct[]): SkuHit {
  const alike = products.filter((product) => foldedSku(product.sku) === foldedSku(sku));
  const [first] = alike;
  if (!first) return { type: 'absent' };
  if (alike.length > 1)
    return { type: 'inexact', detail: `ids ${alike.map((product) => product.id).join(', ')}` };
  return first.sku === sku
    ? { type: 'exact', product: first }
    : { type: 'inexact', detail: `id ${first.id} with the spelling "${first.sku}"` };
}

async function listBySku(
  client: WooClient,
  skus: readonly string[],
  filter: Readonly<Record<string, string>>,
  gate: CallGate,
): Promise<WooProduct[]> {
  const found: WooProduct[] = [];
  // The comma separates the list: a SKU that holds one is found when it is alone.
  const alone = skus.filter((sku) => sku.includes(','));
  const lists = chunksOf(
    skus.filter((sku) => !sku.includes(',')),
    skusPerRead,
  );
  for (const list of [...alone.map((sku) => [sku]), ...lists])
    found.push(...(await listProducts(client, { sku: list.join(','), ...filter }, gate)));
  return found;
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
  // An unknown filter is ignored and everything comes (woocommerce.md 4): then nothing is certainly absent.
  if (products.length >= pageSize)
    throw new ConnectorError('upstream', 'GET /products: a full page, so the filter was ignored');
  // What plug-ins keep in the meta list is no business of ours.
  return products.map((product) => ({
    ...product,
    meta_data: product.meta_data.filter((meta) => meta.key === markerKey),
  }));
}
